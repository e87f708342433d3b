# SPDX-License-Identifier: Apache-2.0
"""Where the marks of an axis stand and what they say.

Plotly knows neither time zones nor IEC units. So both kinds of axis are linear and get their texts from
here. Instants stay seconds since the epoch in UTC, which never jump. On the day the clocks change the axis
has 23 or 25 hours, and only the texts follow the zone.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct

from dashboard.units import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS

_CLOCK_STEPS_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 3, 6, 12)
_MONTH_SECONDS = 30.4 * DAY_SECONDS
# Zones differ from UTC by multiples of a quarter of an hour.
_ZONE_GRID_SECONDS = 900


class Tick(Struct, frozen=True):
    """One mark of an axis. A second line of its text follows a line break."""

    value: float
    text: str


def time_ticks(start: datetime, end: datetime, zone: tzinfo, maximum_count: int) -> list[Tick]:
    """Return marks in seconds since the epoch at round clock times of the zone."""
    target_seconds = (end - start).total_seconds() / max(maximum_count, 1)
    for step in _CLOCK_STEPS_SECONDS:
        if step >= target_seconds:
            return _clock_ticks(start, end, zone, step)
    for days in _DAY_STEPS:
        if days * DAY_SECONDS >= target_seconds:
            return _day_ticks(start, end, zone, days)
    fitting = (step for step in _MONTH_STEPS if step * _MONTH_SECONDS >= target_seconds)
    months = next(fitting, _MONTH_STEPS[-1])
    return _month_ticks(start, end, zone, months)


def _clock_ticks(start: datetime, end: datetime, zone: tzinfo, step_seconds: int) -> list[Tick]:
    pace = min(step_seconds, _ZONE_GRID_SECONDS)
    first = math.ceil(start.timestamp() / pace) * pace
    ticks: list[Tick] = []
    day = None
    for second in range(first, math.floor(end.timestamp()) + 1, pace):
        local = datetime.fromtimestamp(second, zone)
        of_day = local.hour * HOUR_SECONDS + local.minute * MINUTE_SECONDS + local.second
        if of_day % step_seconds:
            continue
        text = local.strftime("%H:%M:%S" if step_seconds < MINUTE_SECONDS else "%H:%M")
        below = []
        if _comes_twice(local):
            below.append(local.isoformat()[-len("+00:00") :])
        if local.date() != day:
            day = local.date()
            below.append(local.strftime("%a %-d %b"))
        ticks.append(Tick(float(second), "\n".join(filter(None, (text, " ".join(below))))))
    return ticks


def _comes_twice(local: datetime) -> bool:
    """Whether clocks that go back show a time that was, twice: this one and the other are of two offsets."""
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()


def _day_ticks(start: datetime, end: datetime, zone: tzinfo, days: int) -> list[Tick]:
    date = start.astimezone(zone).date()
    ticks: list[Tick] = []
    year = None
    while True:
        date += timedelta(days=1)
        midnight = datetime(date.year, date.month, date.day, tzinfo=zone).astimezone(UTC)
        if midnight > end:
            return ticks
        if date.toordinal() % days:
            continue
        text = date.strftime("%a %-d %b" if days < _DAY_STEPS[2] else "%-d %b")
        if date.year != year:
            year = date.year
            text += f"\n{year}"
        ticks.append(Tick(midnight.timestamp(), text))


def _month_ticks(start: datetime, end: datetime, zone: tzinfo, months: int) -> list[Tick]:
    local = start.astimezone(zone)
    number = local.year * 12 + local.month - 1
    ticks: list[Tick] = []
    year = None
    while True:
        number += 1
        first = datetime(number // 12, number % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
        if first > end:
            return ticks
        if number % months:
            continue
        text = first.astimezone(zone).strftime("%b")
        if number // 12 != year:
            year = number // 12
            text += f"\n{year}"
        ticks.append(Tick(first.timestamp(), text))


def value_ticks(maximum: float, write: Callable[[float], str], *, is_binary: bool = False) -> list[Tick]:
    """Return three to five marks from 0 to a round number at or above ``maximum``, last one included."""
    if not (maximum > 0 and math.isfinite(maximum)):
        maximum = 1.0
    unit = 1.0
    if is_binary:
        unit = float(1024 ** max(0, math.floor(math.log(maximum, 1024)))) if maximum >= 1 else 1.0
    scaled = maximum / unit
    power = 10.0 ** math.floor(math.log10(scaled / 4)) if scaled > 0 else 1.0
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power * 4 >= scaled * 0.999999)
    count = max(1, math.ceil(scaled / step - 1e-6))
    return [Tick(index * step * unit, write(index * step * unit)) for index in range(count + 1)]
