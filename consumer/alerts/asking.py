# SPDX-License-Identifier: Apache-2.0
"""What commands share that ask or tell the database: a connection, and lines or JSON."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from consumer.database import Connection, connect
from consumer.invocation import explained, load_settings

_Result = TypeVar("_Result")

json_option = click.option("--json/--text", "as_json", default=False, help="As JSON, or for reading.")


def with_database(config: Path | None, action: Callable[[Connection], _Result]) -> _Result:
    """Do something on a connection; a fault ends the command with what is wrong."""
    settings = load_settings(config)

    def run() -> _Result:
        with connect(settings.database, "alerts", autocommit=True) as connection:
            return action(connection)

    return explained(run)


def echo_json(found: Iterable[dict[str, Any]]) -> None:
    """Print objects as one list of JSON."""
    click.echo(msgspec.json.encode(list(found)).decode())


def echo_lines(lines: Iterable[str], otherwise: str) -> None:
    """Print lines, or what is said where there are none."""
    for line in list(lines) or [otherwise]:
        click.echo(line)
