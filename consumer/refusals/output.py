# SPDX-License-Identifier: Apache-2.0
"""What the commands print: text or JSON, and the exit status where a replay left something."""

import sys
from collections.abc import Iterable

import click
import msgspec

from consumer.refusals import text
from consumer.refusals.replay import Replayed


def show(message: msgspec.Struct, body: bytes | None, *, only_body: bool, as_json: bool) -> None:
    """Print one message."""
    if only_body:
        sys.stdout.buffer.write(body or b"")
    elif as_json:
        echo_json(text.as_object(message, body))
    else:
        echo_lines(text.field_lines(message, body))


def tell_replayed(replayed: Replayed, stays_in: str, *, as_json: bool) -> None:
    """Print what a replay did; end with status 1 where messages were refused again."""
    if as_json:
        echo_json(replayed)
    else:
        echo_lines(text.replay_lines(replayed, stays_in))
    if replayed.refused:
        raise click.exceptions.Exit(1)


def echo_lines(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        click.echo(line)


def echo_json(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(msgspec.json.encode(value).decode())
