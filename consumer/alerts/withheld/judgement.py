# SPDX-License-Identifier: Apache-2.0
"""Whether nobody is told of an alert, because somebody said so. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from consumer.alerts.withheld.maintenance import Maintenance, window
from consumer.alerts.withheld.selector import AlertMarks, Selector, selects


class Silence(Struct, frozen=True, kw_only=True):
    """For some time nobody is told of some alerts. ``ended_at``: somebody ended it before."""

    silence_id: int
    selector: Selector | None
    reason: str
    starts_at: datetime
    ends_at: datetime
    said_by: str
    said_at: datetime
    ended_at: datetime | None = None


class Acknowledgement(Struct, frozen=True, kw_only=True):
    """Somebody has taken an alert on; it holds until the alert is over or gets worse."""

    alert_id: int
    said_by: str
    said_at: datetime
    note: str = ""


class Said(NamedTuple):
    """All that people said and that is not over; of each alert the newest acknowledgement."""

    silences: tuple[Silence, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    acknowledgements: Mapping[int, Acknowledgement] = {}


class Withholding(NamedTuple):
    """Why nobody is told of an alert, and until when; None where the end is not a time."""

    kind: Literal["maintenance", "silence", "acknowledgement"]
    words: str
    until: datetime | None


def withheld(said: Said, alert: AlertMarks, now: datetime) -> str | None:
    """Return why nobody is told of an alert now, in words for the ledger; None if somebody is to be told."""
    found = withholding(said, alert, now)
    return None if found is None else found.words


def withholding(said: Said, alert: AlertMarks, now: datetime) -> Withholding | None:
    """Return what withholds an alert now: the silence or maintenance that ends last, else who took it on."""
    timed = [*_silences(said, alert, now), *_maintenances(said, alert, now)]
    if timed:
        _, found = max(timed, key=lambda each: each[0])
        return found
    taken = said.acknowledgements.get(alert.alert_id)
    if taken is None or taken.said_at < alert.worsened_at:
        return None
    return Withholding("acknowledgement", f"acknowledged by {taken.said_by}{_colon(taken.note)}", None)


def _silences(said: Said, alert: AlertMarks, now: datetime) -> Iterator[tuple[datetime, Withholding]]:
    for each in said.silences:
        until = each.ends_at if each.ended_at is None else min(each.ends_at, each.ended_at)
        if each.starts_at <= now < until and selects(each.selector, alert):
            words = f"silence {each.silence_id} by {each.said_by} until {clock(until)}{_colon(each.reason)}"
            yield until, Withholding("silence", words, until)


def _maintenances(said: Said, alert: AlertMarks, now: datetime) -> Iterator[tuple[datetime, Withholding]]:
    for each in said.maintenances:
        found = window(each, now) if selects(each.selector, alert) else None
        if found is not None and found.starts_at <= now:
            until = found.ends_at
            words = f"maintenance {each.maintenance_id} by {each.said_by} until {clock(until)}"
            yield until, Withholding("maintenance", words + _colon(each.reason), until)


def clock(instant: datetime) -> str:
    """Return an instant as it stands in the ledger, in its own zone."""
    return f"{instant:%Y-%m-%d %H:%M %Z}"


def _colon(text: str) -> str:
    return f": {text}" if text else ""
