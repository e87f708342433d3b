# SPDX-License-Identifier: Apache-2.0
"""Shapes of load over time: a daily curve with a few slow waves. Pure and seeded; 0 to 1."""

import math
from random import Random
from typing import NamedTuple

_DAY_SECONDS = 86_400.0


class Wave(NamedTuple):
    """One sine of a curve."""

    period_seconds: float
    phase_radians: float
    share: float


class Curve(NamedTuple):
    """A level that breathes: ``floor_ratio`` at night, ``floor_ratio + swing_ratio`` at the daily peak."""

    floor_ratio: float
    swing_ratio: float
    peak_second_of_day: float
    waves: tuple[Wave, ...]

    def at(self, second: float) -> float:
        """Return the level, 0 to 1, at a time in seconds since 1970."""
        day = 0.5 + 0.5 * math.cos(math.tau * (second - self.peak_second_of_day) / _DAY_SECONDS)
        level = self.floor_ratio + self.swing_ratio * day
        for wave in self.waves:
            level *= 1.0 + wave.share * math.sin(math.tau * second / wave.period_seconds + wave.phase_radians)
        return min(1.0, max(0.0, level))


def draw_curve(random: Random, *, floor_ratio: float, swing_ratio: float) -> Curve:
    """Return a curve whose peak and waves come from ``random``: most peak in the early afternoon (UTC)."""
    waves = tuple(
        Wave(period * random.uniform(0.7, 1.3), random.uniform(0.0, math.tau), random.uniform(0.05, 0.25))
        for period in (240.0, 1_500.0, 9_000.0)
    )
    return Curve(floor_ratio, swing_ratio, random.gauss(13.5, 2.5) * 3_600.0, waves)
