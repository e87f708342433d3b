# SPDX-License-Identifier: Apache-2.0
"""Alerts as they are listed, for reading and for programs. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from consumer.alerts.withheld.judgement import Said, clock, withholding
from consumer.alerts.withheld.selector import AlertMarks
from consumer.alerts.words import printable
from consumer.rules.rule import Severity


class StoredAlert(Struct, frozen=True, kw_only=True):
    """An alert as it is stored, with the names of its object."""

    alert_id: int
    rule: str
    severity: Severity
    host: str
    uuid: str | None
    vm: str | None
    part: str
    words: str
    value: float | None
    began_at: datetime
    fired_at: datetime
    resolved_at: datetime | None
    resolved_because: str | None
    is_flapping: bool
    hidden_by: int | None
    hidden_because: str | None


class ListedAlert(Struct, frozen=True, kw_only=True):
    """An alert, and what people said of it; ``acknowledged_by`` is None where it got worse since."""

    alert: StoredAlert
    hides: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    note: str | None = None
    withheld: str | None = None


def listed(
    alerts: Iterable[StoredAlert], marks: Mapping[int, AlertMarks], said: Said, now: datetime
) -> Iterator[ListedAlert]:
    """Give alerts with what people said of them; of what is resolved it does not count any more."""
    alerts = list(alerts)
    hidden = Counter(
        each.hidden_by for each in alerts if each.hidden_by is not None and each.resolved_at is None
    )
    for alert in alerts:
        found, mark = ListedAlert(alert=alert), marks.get(alert.alert_id)
        if alert.resolved_at is None and mark is not None:
            taken, why = said.acknowledgements.get(alert.alert_id), withholding(said, mark, now)
            found = ListedAlert(
                alert=alert, hides=hidden[alert.alert_id], withheld=None if why is None else why.words
            )
            if taken is not None and taken.said_at >= mark.worsened_at:
                found = structs.replace(
                    found,
                    acknowledged_by=taken.said_by,
                    acknowledged_at=taken.said_at,
                    note=taken.note,
                )
        yield found


def alert_fields(found: ListedAlert) -> dict[str, Any]:
    """Return an alert for JSON."""
    fields = structs.asdict(found)
    return structs.asdict(fields.pop("alert")) | fields


def alert_line(found: ListedAlert, zone: ZoneInfo) -> str:
    """Return an alert in a line."""
    alert = found.alert
    when = f"since {clock(alert.fired_at.astimezone(zone))}"
    if alert.resolved_at is not None:
        when = f"resolved {clock(alert.resolved_at.astimezone(zone))}"
    head = f"{alert.alert_id:>5}  {alert.severity:<11}  {when}  {alert.host}  {alert.rule}: {alert.words}"
    return printable("; ".join([head, *_remarks(found)]))


def _remarks(found: ListedAlert) -> Iterator[str]:
    """Give what has to be known of an alert besides."""
    alert = found.alert
    if alert.resolved_because is not None:
        yield alert.resolved_because
    if alert.is_flapping and alert.resolved_at is None:
        yield "flapping"
    if found.hides:
        yield f"hides {found.hides}"
    if alert.hidden_by is not None and alert.resolved_at is None:
        yield f"hidden by {alert.hidden_by} ({alert.hidden_because})"
    if found.withheld is not None:
        yield found.withheld
    # Where nothing else withholds it, the words above are those of the acknowledgement.
    if found.acknowledged_by is not None and not (found.withheld or "").startswith("acknowledged"):
        yield f"acknowledged by {found.acknowledged_by}{f': {found.note}' if found.note else ''}"
