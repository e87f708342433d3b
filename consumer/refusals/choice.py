# SPDX-License-Identifier: Apache-2.0
"""The options that choose messages, and those that several commands have."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from consumer.refusals.selection import Selection, parse_time

_Command = TypeVar("_Command", bound=Callable[..., Any])

json_option = click.option(
    "--json/--text", "as_json", default=False, help="As one JSON value, or for reading."
)
limit_option = click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1), help="How many at most."
)
body_option = click.option(
    "--body", "only_body", is_flag=True, help="Nothing but the body, as it came, byte for byte."
)
all_option = click.option(
    "--all", "everything", is_flag=True, help="All messages, where nothing else chooses."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


class _Time(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return a time; fail with what is a time."""
        try:
            return value if isinstance(value, datetime) else parse_time(value, datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def choice_options(*, timed: bool, numbered: bool) -> Callable[[_Command], _Command]:
    """Add the options that choose messages."""

    def add(command: _Command) -> _Command:
        if timed:
            command = click.option("--until", type=_Time(), help="Arrived before this time.")(command)
            command = click.option(
                "--since", type=_Time(), help="Arrived from then on: 2026-01-31T12:00 (UTC), or 2h ago as 2h."
            )(command)
        command = click.option("--reason", help="Refused for this reason.")(command)
        command = click.option("--host", help="Sent by this host.")(command)
        return click.argument("ids", nargs=-1, metavar="[ID]...")(command) if numbered else command

    return add


def choice(ids: tuple[str, ...], *, everything: bool, **chosen: Any) -> Selection:
    """Return what was chosen; refuse to take silence for everything."""
    selection = Selection(ids=ids, **chosen)
    if selection.is_everything and not everything:
        raise click.UsageError("name messages, or a host, a reason or a time, or say --all")
    return selection
