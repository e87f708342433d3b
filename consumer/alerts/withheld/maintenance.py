# SPDX-License-Identifier: Apache-2.0
"""When a maintenance is under way, once or again and again, whatever the clocks do. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from consumer.alerts.withheld.selector import Selector

# From a window to the next one of the same day of the week, and one that the clocks move.
_AHEAD_DAYS = 8


class Window(NamedTuple):
    """From when until when, without its end."""

    starts_at: datetime
    ends_at: datetime


class Maintenance(Struct, frozen=True, kw_only=True):
    """A maintenance. It comes again where it has ``weekdays`` (0 is Monday), else it is one window.

    Then each window begins on such a day at ``time_of_day`` in ``zone``, and nothing is before ``starts_at``
    or after ``ends_at``. ``ended_at``: somebody ended it.
    """

    maintenance_id: int
    selector: Selector | None
    reason: str
    starts_at: datetime
    ends_at: datetime | None = None
    weekdays: tuple[int, ...] | None = None
    time_of_day: time | None = None
    duration_seconds: int | None = None
    zone: str = "UTC"
    said_by: str
    said_at: datetime
    ended_at: datetime | None = None


def window(maintenance: Maintenance, now: datetime) -> Window | None:
    """Return the window that is under way or comes next, the one that ends last of those; None for none."""
    windows = list(_windows(maintenance, now))
    under_way = [each for each in windows if each.starts_at <= now]
    if under_way:
        return max(under_way, key=lambda each: each.ends_at)
    return min(windows, default=None)


def _windows(maintenance: Maintenance, now: datetime) -> Iterator[Window]:
    """Give the windows that are not over, within what the maintenance is said for."""
    bounds = [each for each in (maintenance.ends_at, maintenance.ended_at) if each is not None]
    for each in _all_windows(maintenance, now):
        found = Window(max(each.starts_at, maintenance.starts_at), min([each.ends_at, *bounds]))
        if found.starts_at < found.ends_at and now < found.ends_at:
            yield found


def _all_windows(maintenance: Maintenance, now: datetime) -> Iterator[Window]:
    if maintenance.weekdays is None:
        if maintenance.ends_at is not None:
            yield Window(maintenance.starts_at, maintenance.ends_at)
        return
    zone, begins = known_zone(maintenance.zone), maintenance.time_of_day
    if zone is None or begins is None:
        return
    duration = timedelta(seconds=maintenance.duration_seconds or 0)
    # One that is said ahead begins ahead of now.
    first = max(now, maintenance.starts_at)
    day = first.astimezone(zone).date() - timedelta(days=duration.days + 2)
    last = first.astimezone(zone).date() + timedelta(days=_AHEAD_DAYS)
    while day <= last:
        if day.weekday() in maintenance.weekdays:
            yield _window_of_day(day, begins, duration, zone)
        day += timedelta(days=1)


def _window_of_day(day: date, begins: time, duration: timedelta, zone: ZoneInfo) -> Window:
    """Return the window of a day.

    Of a time that comes twice it has both: what is done at that time may be done at either. A time that is
    left out is as much later as the clocks are put forward, as cron has it.
    """
    local = datetime.combine(day, begins, tzinfo=zone)
    first, second = local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return Window(first, max(first, second) + duration)


def known_zone(name: str) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
