# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts list``."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
import msgspec

from consumer.alerts.asking import echo_json, echo_lines, json_option, with_database
from consumer.alerts.listing.alert import ListedAlert, StoredAlert, alert_fields, alert_line, listed
from consumer.alerts.withheld.arguments import zone_of
from consumer.alerts.withheld.judgement import clock
from consumer.alerts.withheld.store import read_open_alerts, read_said
from consumer.database import Connection, translated_errors
from consumer.invocation import config_option
from consumer.statements import statement

_RESOLVED_WITHIN: Final = timedelta(days=1)


@click.command("list")
@config_option
@click.option("--all", "with_over", is_flag=True, help="Also those that were resolved in the last day.")
@json_option
def list_alerts(config: Path | None, *, with_over: bool, as_json: bool) -> None:
    """Show the alerts that fire, the worst first, of these the newest.

    Each with what hides it, who took it on, and why nobody is told of it. Where
    nobody evaluates, that is said on standard error.
    """
    now = datetime.now(UTC)
    resolved_after = now - _RESOLVED_WITHIN if with_over else None
    found, warning = with_database(
        config, lambda connection: (_read(connection, now, resolved_after), _warning(connection))
    )
    if warning is not None:
        click.echo(warning, err=True)
    if as_json:
        echo_json(alert_fields(each) for each in found)
    else:
        echo_lines((alert_line(each, zone_of({})) for each in found), "no alert")


def _read(connection: Connection, now: datetime, resolved_after: datetime | None) -> list[ListedAlert]:
    with translated_errors():
        rows = connection.execute(statement("alerts/listed"), {"resolved_after": resolved_after}).fetchall()
    names = StoredAlert.__struct_fields__
    alerts = [msgspec.convert(dict(zip(names, row, strict=True)), StoredAlert) for row in rows]
    marks = {each.alert_id: each for each in read_open_alerts(connection)}
    return list(listed(alerts, marks, read_said(connection, now), now))


def _warning(connection: Connection) -> str | None:
    """Return what is to be said where nobody evaluates."""
    with translated_errors():
        ((stepped_at, is_stale),) = connection.execute(statement("alerts/evaluated_at")).fetchall()
    if not is_stale:
        return None
    if stepped_at is None:
        return "nobody has evaluated yet: start kvmgrid-consumer alerts run"
    since = clock(msgspec.convert(stepped_at, datetime).astimezone(zone_of({})))
    return f"nobody has evaluated since {since}: start kvmgrid-consumer alerts run"
