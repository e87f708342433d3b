# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer alerts``: rehearse a route, read the ledger."""

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click
from psycopg.types.json import Jsonb

from consumer.alerts.delivery import alertmanager
from consumer.alerts.delivery.answer import NotTaken
from consumer.alerts.delivery.content import Content, Member, clean
from consumer.alerts.delivery.sending import send, short
from consumer.alerts.withheld.arguments import checked
from consumer.alerts.withheld.times import duration
from consumer.database import connect, translated_errors
from consumer.errors import ConsumerError
from consumer.invocation import UNAVAILABLE, config_option, explained, load_settings
from consumer.rules.delivery import Alertmanager, Channel
from consumer.rules.reading import read_rules
from consumer.settings import ConsumerSettings
from consumer.statements import statement
from publisher.wire.settings import SettingsError, nearest


@click.command()
@click.argument("route")
@config_option
def rehearse(route: str, config: Path | None) -> None:
    """Send a trial by each channel of a ROUTE, and show what each answered.

    The trial says that it is one. It stands in the ledger. Exit status: 0 all
    channels took it, 69 one did not.
    """
    settings = load_settings(config)
    path = settings.alerts.rules_file
    delivery = explained(lambda: read_rules(path if path.exists() else None)).delivery
    routes = {each.name: each for each in delivery.routes}
    if route not in routes:
        known = nearest(route, routes) if routes else f"; {path} has no [[routes]]"
        raise click.BadParameter(f"no route {route!r}{known}", param_hint="ROUTE")
    is_taken = True
    for name in routes[route].channels:
        for key, target, channel in _targets(delivery.channels[name]):
            content = _trial(route, datetime.now(UTC))
            try:
                answer, status = _tried(channel, target, key, content), "sent"
            except NotTaken as error:
                answer, status, is_taken = str(error), "failed", False
            click.echo(f"{name}: {'taken' if status == 'sent' else 'NOT TAKEN'}: {short(answer)}")
            given = {"key": key, "route": route, "channel": name, "content": Jsonb({}), "now": content.at}
            _note(settings, given | {"status": status, "because": short(answer)})
    sys.exit(0 if is_taken else UNAVAILABLE)


def _targets(channel: Channel) -> list[tuple[str, str, Channel]]:
    urls = channel.urls if isinstance(channel, Alertmanager) else ("",)
    return [(str(uuid.uuid4()), url, channel) for url in urls]


def _tried(channel: Channel, url: str, key: str, content: Content) -> str:
    if isinstance(channel, Alertmanager):
        words = alertmanager.send(url, content.members, content.at, channel.ca_file, is_trial=True)
        return f"{url}: {words}"
    return send(channel, key, content)


def _trial(route: str, now: datetime) -> Content:
    member = Member(
        alert_id=0,
        rule="kvmgrid_trial",
        severity="information",
        host="no-host",
        words=f"a trial of the route {route}",
        fired_at=now,
    )
    return Content(kind="rehearsal", route=route, group="trial", at=now, members=[member])


def _note(settings: ConsumerSettings, given: dict[str, object]) -> None:
    try:
        with (
            connect(settings.database, "alerts rehearse", autocommit=True) as connection,
            translated_errors(),
        ):
            connection.execute(statement("delivery/rehearsed"), given)
    except (ConsumerError, SettingsError) as error:
        click.echo(f"the ledger does not have it: {error}", err=True)


@click.command()
@config_option
@click.option("--alert", "alert_id", type=int, help="Only what is about this alert.")
@click.option("--since", default="1d", show_default=True, help="How far back: 2h, 7d.")
def ledger(config: Path | None, alert_id: int | None, since: str) -> None:
    """Show what was sent, what was not, and why; the newest last.

    For instance: ledger --alert 4711 --since 7d
    """
    span = checked("--since", lambda: duration(since))
    settings = load_settings(config)

    def show() -> None:
        given = {"alert": alert_id, "since": datetime.now(UTC) - span}
        with connect(settings.database, "alerts ledger", autocommit=True) as connection, translated_errors():
            rows = connection.execute(statement("delivery/ledger"), given).fetchall()
        for row in rows:
            click.echo(clean(_line(*row)))
        if not rows:
            click.echo("nothing")

    explained(show)


def _line(*row: object) -> str:
    at, status, kind, route, channel, count, alert_ids, subject, because = row
    assert isinstance(at, datetime)  # noqa: S101 - as the statement says
    where = f"{route} by {channel}" if route else "to nobody"
    tries = f" after {count} attempts" if isinstance(count, int) and count > 1 else ""
    why = f": {because}" if because else ""
    return (
        f"{at:%Y-%m-%d %H:%M:%S} {status:<10} {kind:<9} {where}{tries}; {alert_ids} {subject}{why}".rstrip()
    )
