# SPDX-License-Identifier: Apache-2.0
"""Silences and maintenance for reading, in the time zone of who reads. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from consumer.alerts.withheld.judgement import Silence, clock
from consumer.alerts.withheld.maintenance import Maintenance, window
from consumer.alerts.withheld.selector import AlertMarks, Selector, selector_words, selects
from consumer.alerts.withheld.store import Reach
from consumer.alerts.withheld.times import weekday_words
from consumer.alerts.words import duration, printable


def silence_line(silence: Silence, now: datetime, zone: ZoneInfo) -> str:
    """Return a silence in a line."""
    ends_at = silence.ends_at if silence.ended_at is None else min(silence.ends_at, silence.ended_at)
    begins = f"from {_shown(silence.starts_at, zone)} " if silence.starts_at > now else ""
    over = "over since" if ends_at <= now else "until"
    when = f"{begins}{over} {_shown(ends_at, zone)}"
    return _line(silence.silence_id, when, silence.selector, silence.said_by, silence.reason)


def maintenance_line(maintenance: Maintenance, now: datetime, zone: ZoneInfo) -> str:
    """Return a maintenance in a line."""
    found = window(maintenance, now)
    if found is None:
        when = "over"
    elif found.starts_at <= now:
        when = f"under way until {_shown(found.ends_at, zone)}"
    else:
        when = f"next {_shown(found.starts_at, zone)} until {_shown(found.ends_at, zone)}"
    if maintenance.weekdays is not None and maintenance.time_of_day is not None:
        days, lasts = weekday_words(maintenance.weekdays), duration(maintenance.duration_seconds or 0)
        when = f"{days} at {maintenance.time_of_day:%H:%M} {maintenance.zone} for {lasts}, {when}"
    return _line(
        maintenance.maintenance_id, when, maintenance.selector, maintenance.said_by, maintenance.reason
    )


def silence_fields(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence for JSON."""
    ends_at = silence.ends_at if silence.ended_at is None else min(silence.ends_at, silence.ended_at)
    return msgspec.structs.asdict(silence) | {"is_active": silence.starts_at <= now < ends_at}


def maintenance_fields(maintenance: Maintenance, now: datetime) -> dict[str, Any]:
    """Return a maintenance for JSON, with the window that is under way or comes next."""
    found = window(maintenance, now)
    return msgspec.structs.asdict(maintenance) | {
        "is_active": found is not None and found.starts_at <= now,
        "window_starts_at": None if found is None else found.starts_at,
        "window_ends_at": None if found is None else found.ends_at,
    }


def reach_lines(
    selector: Selector, reach: Reach, alerts: Iterable[AlertMarks], known_hosts: Iterable[str]
) -> Iterator[str]:
    """Give what a selector is about now, and what may be wrong where it is about nothing."""
    matching = sum(selects(selector, each) for each in alerts)
    yield (
        f"it is about {_counted(reach.host_count, 'host')} and {_counted(reach.domain_count, 'VM')};"
        f" {_counted(matching, 'open alert')} now"
    )
    if selector.host is not None and selector.host not in known_hosts:
        yield f"no host {selector.host!r} is known yet: if it is a slip of the pen, end it and write it anew"
    elif not reach.host_count and not reach.domain_count:
        yield "nothing that is known has all of this: end it and write it anew if it is to withhold something"


def _line(number: int, when: str, selector: Selector | None, said_by: str, reason: str) -> str:
    return printable(f"{number:>5}  {when}: {selector_words(selector)}; by {said_by}: {reason}")


def _shown(instant: datetime, zone: ZoneInfo) -> str:
    return clock(instant.astimezone(zone))


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
