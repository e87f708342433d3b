# SPDX-License-Identifier: Apache-2.0
"""Durations, times and days of the week as people write them. Pure.

What is not understood is a ValueError that says what to write.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from consumer.alerts.withheld.maintenance import known_zone
from publisher.wire.settings import nearest

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# As much of a name as tells it from the others.
_SHORT: Final = 3
_NAMED: Final = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART: Final = re.compile(r"(\d+)\s*(min|[smhdw])\s*")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ZONES: Final = "zoneinfo/"


def duration(text: str) -> timedelta:
    """Return a duration such as "2h", "1d" or "1h30m"."""
    parts = _PART.findall(text.strip().lower())
    if not parts or _PART.sub("", text.strip().lower()):
        raise ValueError(f"{text!r} is no duration; write 30m, 2h, 1d or 1h30m")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not 0 < seconds <= 3_660 * _UNITS["d"]:
        raise ValueError(f"{text!r} is not between a second and ten years")
    return timedelta(seconds=seconds)


def time_of_day(text: str) -> time:
    """Return a time of day such as "22:00"."""
    found = _TIME.fullmatch(text.strip())
    if found is not None:
        return time(int(found[1]), int(found[2]))
    raise ValueError(f"{text!r} is no time of day; write 22:00")


def moment(text: str, after: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant of UTC.

    It is given in ISO 8601, in ``zone`` where it names none. "22:00" is the next one ``after``.
    """
    if text.strip().lower() == "now":
        return after.astimezone(UTC)
    if _TIME.fullmatch(text.strip()):
        return _next(time_of_day(text), after, zone)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time; write 22:00, 2026-11-03T22:00 or 2026-11-03T22:00Z") from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def weekdays(text: str) -> tuple[int, ...]:
    """Return days of the week, 0 for Monday, of "mon,wed", "mon-fri", "daily", "weekdays" or "weekend"."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if part in _NAMED:
            found |= set(_NAMED[part])
        elif dash:
            begins, ends = _day(first, text), _day(last, text)
            # From Friday to Monday is over the end of the week.
            found |= {(begins + each) % 7 for each in range((ends - begins) % 7 + 1)}
        else:
            found.add(_day(part, text))
    return tuple(sorted(found))


def weekday_words(days: tuple[int, ...]) -> str:
    """Return days of the week in words."""
    return "each day" if len(days) == len(DAYS) else "each " + ", ".join(DAYS[each][:_SHORT] for each in days)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
    zone = known_zone(name)
    if zone is None:
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Vienna or UTC")
    return zone


def zone_of_machine(environment: Mapping[str, str], link: Path = Path("/etc/localtime")) -> str:
    """Return the name of the time zone of this machine, UTC where it does not say one."""
    given = environment.get("TZ", "").removeprefix(":")
    linked = str(link.resolve()).rpartition(_ZONES)[2] if link.exists() else ""
    return next((name for name in (given, linked) if name and known_zone(name) is not None), "UTC")


def _next(wanted: time, after: datetime, zone: ZoneInfo) -> datetime:
    day = after.astimezone(zone).date()
    found = datetime.combine(day, wanted, tzinfo=zone).astimezone(UTC)
    if found > after:
        return found
    return datetime.combine(day + timedelta(days=1), wanted, tzinfo=zone).astimezone(UTC)


def _day(name: str, text: str) -> int:
    found = [number for number, day in enumerate(DAYS) if len(name) >= _SHORT and day.startswith(name)]
    if not found:
        raise ValueError(f"{text!r} are no days of the week{nearest(name, [*DAYS, *_NAMED])}")
    return found[0]
