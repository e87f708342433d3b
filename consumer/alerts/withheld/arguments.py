# SPDX-License-Identifier: Apache-2.0
"""What commands about silences and maintenance are given; a fault says what to write instead."""

import os
import pwd
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click
import msgspec

from consumer.alerts.withheld import times
from consumer.alerts.withheld.selector import Selector
from consumer.alerts.withheld.store import Author
from consumer.invocation import explained
from consumer.rules.reading import read_rules
from consumer.rules.rule import SEVERITIES
from publisher.wire.settings import nearest

DEFAULT_RULES: Final = Path("/etc/kvmgrid/alerts.toml")
_REASON_LETTERS_MAX: Final = 500

_Result = TypeVar("_Result")
_Command = TypeVar("_Command", bound=Callable[..., Any])

by_option = click.option("--by", help="Who says so; without it the user of this machine.")
reason_option = click.option("--reason", required=True, help="Why; it stands in the ledger and on the page.")
zone_option = click.option("--zone", help="Time zone of times without one, such as Europe/Vienna.")
from_option = click.option("--from", "begins", default="now", help="22:00 or ISO 8601; without it now.")
until_option = click.option("--until", help="22:00 or ISO 8601.")


def selector_options(command: _Command) -> _Command:
    """Give a command the options that say which alerts are meant."""
    for option in (
        click.option("--everything", is_flag=True, help="Every alert, in place of the five above."),
        click.option("--severity", type=click.Choice(SEVERITIES), help="Alerts that are so severe."),
        click.option("--tag", help="VMs and hosts with this tag, and all on such hosts."),
        click.option("--uuid", help="This VM, wherever it runs."),
        click.option("--host", help="This host and all on it."),
        click.option("--rule", help="Alerts of this rule."),
    ):
        command = option(command)
    return command


def selector_of(given: Mapping[str, Any]) -> Selector:
    """Return which alerts are meant."""
    named = {name: given[name] for name in Selector.__struct_fields__ if given[name] is not None}
    if bool(named) == given["everything"]:
        raise click.UsageError(
            "say what it is about: --rule, --host, --uuid, --tag, --severity; or --everything"
        )
    rules = explained(lambda: read_rules(DEFAULT_RULES if DEFAULT_RULES.exists() else None)).rules
    if named.get("rule", next(iter(rules))) not in rules:
        raise click.BadParameter(
            f"no rule {named['rule']!r}{nearest(named['rule'], rules)}", param_hint="--rule"
        )
    try:
        return msgspec.convert(named, Selector)
    except msgspec.ValidationError as error:
        detail, _, key = str(error).partition(" - at `$.")
        raise click.BadParameter(detail, param_hint=f"--{key.rstrip('`')}") from error


def span_of(given: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when something holds once."""
    if (given["lasts"] is None) == (given["until"] is None):
        raise click.UsageError("say how long: --for 2h, or --until 22:00")
    begins = checked("--from", lambda: times.moment(given["begins"], now, zone_of(given)))
    if given["lasts"] is not None:
        ends = begins + checked("--for", lambda: times.duration(given["lasts"]))
    else:
        ends = checked("--until", lambda: times.moment(given["until"], max(begins, now), zone_of(given)))
    if ends <= max(begins, now):
        raise click.UsageError("it would be over before it begins; give a later end")
    return begins, ends


def recurrence_of(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return what a maintenance has that comes again."""
    if given["lasts"] is None:
        raise click.UsageError("say how long each time lasts: --for 2h")
    zone = zone_of(given)
    begins = checked("--from", lambda: times.moment(given["begins"], now, zone))
    ends = given["until"] and checked("--until", lambda: times.moment(given["until"], begins, zone))
    lasts = checked("--for", lambda: times.duration(given["lasts"]))
    if lasts.days >= len(times.DAYS):
        raise click.UsageError("what lasts a week or more needs no days: leave --on and --at out")
    if ends is not None and ends <= max(begins, now):
        raise click.UsageError("it would be over before it begins; give a later end")
    return {
        "starts_at": begins,
        "ends_at": ends,
        "weekdays": checked("--on", lambda: times.weekdays(given["days"])),
        "time_of_day": checked("--at", lambda: times.time_of_day(given["at"])),
        "duration_seconds": round(lasts.total_seconds()),
        "zone": zone.key,
    }


def zone_of(given: Mapping[str, Any]) -> ZoneInfo:
    """Return the time zone in which times are read and shown."""
    name = given.get("zone") or times.zone_of_machine(os.environ)
    return checked("--zone", lambda: times.zone_named(name))


def reason_of(given: Mapping[str, Any]) -> str:
    """Return the reason that is given."""
    return checked("--reason", lambda: text_of(given["reason"], is_needed=True))


def author_of(given: Mapping[str, Any]) -> Author:
    """Return who says it: as given, else the user, with sudo the one before."""
    user = os.environ.get("SUDO_USER") if os.getuid() == 0 else None
    name = given["by"] or user or pwd.getpwuid(os.getuid()).pw_name
    return Author(checked("--by", lambda: text_of(name, is_needed=True)), "command")


def text_of(given: str, *, is_needed: bool = False) -> str:
    """Return a text that is a line; raise ValueError."""
    if (is_needed and not given.strip()) or not given.isprintable() or len(given) > _REASON_LETTERS_MAX:
        raise ValueError(f"write a line of at most {_REASON_LETTERS_MAX} letters")
    return given.strip()


def checked(option: str, read: Callable[[], _Result]) -> _Result:
    """Return what an option says; end the command where it is not understood."""
    try:
        return read()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error
