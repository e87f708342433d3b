# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer quarantine``: list, show, replay, drop."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from consumer.database import as_owner, connect
from consumer.invocation import config_option, explained, load_settings
from consumer.refusals import text
from consumer.refusals.choice import (
    all_option,
    body_option,
    choice,
    choice_options,
    json_option,
    limit_option,
    yes_option,
)
from consumer.refusals.output import echo_json, echo_lines, show, tell_replayed
from consumer.refusals.quarantined import QuarantineTable
from consumer.refusals.replay import Replay
from consumer.refusals.selection import Selection
from consumer.settings import ConsumerSettings


@click.group()
def quarantine() -> None:
    """List, show, replay or drop messages that were refused.

    Logs in with [database] owner_url, as migrate does. See docs/refusals.md.
    """


@quarantine.command("list")
@config_option
@choice_options(timed=True, numbered=False)
@limit_option
@json_option
def list_quarantine(config: Path | None, *, limit: int, as_json: bool, **chosen: Any) -> None:
    """Show what was refused by host and reason, and the newest messages kept."""
    selection = Selection(**chosen)

    def ask(table: QuarantineTable) -> None:
        counts, listed = table.counts(selection), table.newest(selection, limit)
        if as_json:
            echo_json({"counts": counts, "messages": listed})
        else:
            echo_lines(text.count_lines(counts))
            echo_lines(text.list_lines(listed))

    _with_table(load_settings(config), ask)


@quarantine.command("show")
@config_option
@click.argument("message_id", metavar="ID", type=int)
@body_option
@json_option
def show_quarantined(config: Path | None, message_id: int, *, only_body: bool, as_json: bool) -> None:
    """Show one message with everything that is kept of it."""

    def ask(table: QuarantineTable) -> None:
        found = table.find(message_id)
        if found is None:
            raise click.ClickException(f"there is no message {message_id} in quarantine")
        show(found, found.body, only_body=only_body, as_json=as_json)

    _with_table(load_settings(config), ask)


@quarantine.command("replay")
@config_option
@choice_options(timed=True, numbered=True)
@all_option
@json_option
def replay_quarantined(
    config: Path | None, ids: tuple[str, ...], *, everything: bool, as_json: bool, **chosen: Any
) -> None:
    """Store messages after all, as if they had just come.

    Sender and arrival are those of then. What is stored leaves quarantine,
    what is refused again stays there; exit status 1 tells of it.
    """
    selection = choice(_numbers(ids), everything=everything, **chosen)
    settings = load_settings(config)

    def ask(table: QuarantineTable) -> None:
        cut_count = table.cut_count(selection)
        with Replay(settings) as replay:
            for portion in table.portions(selection):
                table.remove([each.tag for each in replay.store([each.delivery() for each in portion])])
            tell_replayed(replay.result(cut_count), "quarantine", as_json=as_json)

    _with_table(settings, ask)


@quarantine.command("drop")
@config_option
@choice_options(timed=True, numbered=True)
@all_option
@yes_option
def drop_quarantined(
    config: Path | None, ids: tuple[str, ...], *, everything: bool, yes: bool, **chosen: Any
) -> None:
    """Remove messages for good; they stay counted."""
    selection = choice(_numbers(ids), everything=everything, **chosen)

    def ask(table: QuarantineTable) -> None:
        if not yes:
            click.confirm(f"Drop {table.count(selection):,} messages for good?", abort=True, err=True)
        click.echo(f"{table.drop(selection):,} messages dropped")

    _with_table(load_settings(config), ask)


def _numbers(ids: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [each for each in ids if not each.isdecimal()]:
        raise click.UsageError(f"{wrong[0]!r} is no number of a message")
    return ids


def _with_table(settings: ConsumerSettings, ask: Callable[[QuarantineTable], None]) -> None:
    def work() -> None:
        login = as_owner(settings.database)
        with closing(QuarantineTable(lambda: connect(login, "quarantine", autocommit=True))) as table:
            ask(table)

    explained(work)
