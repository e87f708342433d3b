# SPDX-License-Identifier: Apache-2.0
"""Shapes of load over time: days, weeks and a few slow waves. Pure and seeded; 0 to 1."""

import math
from random import Random
from typing import NamedTuple

_DAY_SECONDS = 86_400.0
# The first of January 1970 was a Thursday; days count from Monday.
_FIRST_WEEKDAY = 3
_SATURDAY = 5


class Wave(NamedTuple):
    """One sine of a curve."""

    period_seconds: float
    phase_radians: float
    share: float


class Curve(NamedTuple):
    """A level that breathes: ``floor_ratio`` at night, ``floor_ratio + swing_ratio`` at the daily peak.

    On Saturday and Sunday ``weekend_share`` of the swing is left.
    """

    floor_ratio: float
    swing_ratio: float
    weekend_share: float
    peak_second_of_day: float
    waves: tuple[Wave, ...]

    def at(self, second: float) -> float:
        """Return the level, 0 to 1, at a time in seconds since 1970."""
        day = 0.5 + 0.5 * math.cos(math.tau * (second - self.peak_second_of_day) / _DAY_SECONDS)
        # Midnight lies near the floor, so that the week may change there without a step that is seen.
        if is_weekend(second):
            day *= self.weekend_share
        level = self.floor_ratio + self.swing_ratio * day
        for wave in self.waves:
            level *= 1.0 + wave.share * math.sin(math.tau * second / wave.period_seconds + wave.phase_radians)
        return min(1.0, max(0.0, level))


def is_weekend(second: float) -> bool:
    """Tell whether a time lies on Saturday or Sunday (UTC)."""
    return (int(second // _DAY_SECONDS) + _FIRST_WEEKDAY) % 7 >= _SATURDAY


def draw_curve(
    random: Random, *, floor_ratio: float, swing_ratio: float, weekend_share: float = 1.0
) -> Curve:
    """Return a curve whose peak and waves come from ``random``: most peak in the early afternoon (UTC)."""
    waves = tuple(
        Wave(period * random.uniform(0.7, 1.3), random.uniform(0.0, math.tau), random.uniform(0.05, 0.25))
        for period in (240.0, 1_500.0, 9_000.0)
    )
    return Curve(floor_ratio, swing_ratio, weekend_share, random.gauss(13.5, 1.5) * 3_600.0, waves)
