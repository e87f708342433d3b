# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts``: silence, maintenance, acknowledge."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from consumer.alerts.asking import echo_json, echo_lines, json_option, with_database
from consumer.alerts.withheld import store, text
from consumer.alerts.withheld.arguments import (
    author_of,
    by_option,
    checked,
    from_option,
    reason_of,
    reason_option,
    recurrence_of,
    selector_of,
    selector_options,
    span_of,
    text_of,
    until_option,
    zone_of,
    zone_option,
)
from consumer.alerts.withheld.judgement import Silence
from consumer.alerts.withheld.maintenance import Maintenance
from consumer.alerts.withheld.selector import Selector
from consumer.database import Connection
from consumer.invocation import config_option

_all_option = click.option("--all", "with_over", is_flag=True, help="Also what is over.")
_number_argument = click.argument("number", metavar="ID", type=int)


@click.group()
def silence() -> None:
    """For some time nobody is told of some alerts; they are shown all the same."""


@silence.command("add")
@config_option
@selector_options
@reason_option
@click.option("--for", "lasts", help="30m, 2h, 1d; or --until.")
@until_option
@from_option
@zone_option
@by_option
def add_silence(config: Path | None, **given: Any) -> None:
    """Silence alerts that have all of what is given.

    For instance: silence add --host hv042 --for 8h --reason "disk is replaced"
    """
    now = datetime.now(UTC)
    begins, ends = span_of(given, now)
    author = author_of(given)
    said = Silence(
        silence_id=0,
        selector=selector_of(given),
        reason=reason_of(given),
        starts_at=begins,
        ends_at=ends,
        said_by=author.name,
        said_at=now,
    )

    def add(connection: Connection) -> None:
        said_now = msgspec.structs.replace(said, silence_id=store.add_silence(connection, said, author))
        click.echo(f"silence {text.silence_line(said_now, now, zone_of(given)).strip()}")
        _tell_reach(connection, said.selector)

    with_database(config, add)


@silence.command("list")
@config_option
@_all_option
@json_option
def list_silences(config: Path | None, *, with_over: bool, as_json: bool) -> None:
    """Show silences that hold or will, the newest first."""
    now = datetime.now(UTC)
    found = with_database(config, lambda c: list(store.read_silences(c, now, with_over=with_over)))
    if as_json:
        echo_json(text.silence_fields(each, now) for each in found)
    else:
        echo_lines((text.silence_line(each, now, zone_of({})) for each in found), "no silence")


@silence.command("end")
@config_option
@_number_argument
@by_option
def end_silence(config: Path | None, number: int, **given: Any) -> None:
    """End a silence before its time."""
    with_database(config, lambda c: store.end_silence(c, number, author_of(given)))
    click.echo(f"silence {number} has ended")


@click.group()
def maintenance() -> None:
    """Times of planned work, once or again and again, of which nobody is told."""


@maintenance.command("add")
@config_option
@selector_options
@reason_option
@click.option("--on", "days", help="Again and again: mon,thu or mon-fri, daily, weekdays, weekend.")
@click.option("--at", help="With --on: the time of day at which it begins, such as 22:00.")
@click.option("--for", "lasts", help="30m, 2h, 1d.")
@until_option
@from_option
@zone_option
@by_option
def add_maintenance(config: Path | None, **given: Any) -> None:
    """Say when there will be work on what has all of what is given.

    Once: maintenance add --host hv042 --from 22:00 --for 2h --reason "new kernel"

    Again and again: maintenance add --tag batch --on mon-fri --at 22:00 --for 4h
    --zone Europe/Vienna --reason "backup"; --from and --until bound it.
    """
    now = datetime.now(UTC)
    author = author_of(given)
    if (given["days"] is None) != (given["at"] is None):
        raise click.UsageError("--on and --at belong together: on which days, and when they begin")
    common: dict[str, Any] = {
        "maintenance_id": 0,
        "selector": selector_of(given),
        "reason": reason_of(given),
        "said_by": author.name,
        "said_at": now,
    }
    if given["days"] is None:
        begins, ends = span_of(given, now)
        said = Maintenance(**common, starts_at=begins, ends_at=ends, zone=zone_of(given).key)
    else:
        said = Maintenance(**common, **recurrence_of(given, now))

    def add(connection: Connection) -> None:
        number = store.add_maintenance(connection, said, author)
        line = text.maintenance_line(
            msgspec.structs.replace(said, maintenance_id=number), now, zone_of(given)
        )
        click.echo(f"maintenance {line.strip()}")
        _tell_reach(connection, said.selector)

    with_database(config, add)


@maintenance.command("list")
@config_option
@_all_option
@json_option
def list_maintenances(config: Path | None, *, with_over: bool, as_json: bool) -> None:
    """Show maintenance that is under way or will be, the newest first."""
    now = datetime.now(UTC)
    found = with_database(config, lambda c: list(store.read_maintenances(c, now, with_over=with_over)))
    if as_json:
        echo_json(text.maintenance_fields(each, now) for each in found)
    else:
        echo_lines((text.maintenance_line(each, now, zone_of({})) for each in found), "no maintenance")


@maintenance.command("end")
@config_option
@_number_argument
@by_option
def end_maintenance(config: Path | None, number: int, **given: Any) -> None:
    """End a maintenance for good, also one that comes again."""
    with_database(config, lambda c: store.end_maintenance(c, number, author_of(given)))
    click.echo(f"maintenance {number} has ended")


@click.command()
@config_option
@_number_argument
@click.option("--note", default="", help="What is done about it.")
@by_option
def acknowledge(config: Path | None, number: int, note: str, **given: Any) -> None:
    """Take an open alert on: nobody is told of it again unless it gets worse."""
    checked("--note", lambda: text_of(note))
    with_database(config, lambda c: store.acknowledge(c, number, note, author_of(given)))
    click.echo(f"alert {number} is acknowledged")


def _tell_reach(connection: Connection, selector: Selector | None) -> None:
    if selector is not None:
        reach, alerts = store.read_reach(connection, selector), store.read_open_alerts(connection)
        for line in text.reach_lines(selector, reach, alerts, store.read_hosts(connection)):
            click.echo(line)
