# SPDX-License-Identifier: Apache-2.0
"""Columns of numbers for charts, and the gaps between their rows. What is not known is NaN here."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = Mapping[str, Numbers]

# A sample may come up to one and a half ticks late before the line breaks.
_TICKS_WITHOUT_GAP = 2.5
# Buckets stand side by side: one that is missing is a gap, unless the samples are as far apart.
_BUCKETS_WITHOUT_GAP = 0.5


class Stretch(Struct, frozen=True):
    """A time without samples: a gap between some, or the silence of an object that has not come back.

    ``is_off``: there are samples, and they say that nothing ran.
    """

    start_seconds: float
    end_seconds: float
    is_silence: bool = False
    is_off: bool = False


class Spacing(NamedTuple):
    """How rows follow each other: raw samples at the tick, buckets side by side where a tick is shorter."""

    tick_seconds: float
    bucket_seconds: int = 0

    def allowed_seconds(self, intervals: Numbers) -> Numbers:
        """Return how long after the end of rows the next may begin without a gap.

        ``intervals`` are those of the samples in seconds, NaN where they are not known: today's tick counts.
        """
        known = np.where(np.isfinite(intervals), intervals, self.tick_seconds)
        return np.maximum(
            _BUCKETS_WITHOUT_GAP * self.bucket_seconds, _TICKS_WITHOUT_GAP * known - self.bucket_seconds
        )


class Samples(NamedTuple):
    """When rows were sampled. The intervals of a bucket are the least and the greatest in it."""

    times_seconds: Numbers
    shortest_intervals: Numbers
    longest_intervals: Numbers


def columns(points: Sequence[tuple[float | None, ...]], names: Sequence[str]) -> dict[str, Numbers]:
    """Return the columns of rows by name."""
    if not points:
        return {name: np.empty(0) for name in names}
    # numpy turns None into NaN here.
    table = np.array(points, dtype=np.float64)
    return {name: table[:, index] for index, name in enumerate(names)}


def aligned(times_seconds: Numbers, other_seconds: Numbers, found: Columns) -> dict[str, Numbers]:
    """Return columns of other rows at the times of some, which are in order; NaN without such a row."""
    places = np.searchsorted(times_seconds, other_seconds)
    is_known = places < len(times_seconds)
    is_known[is_known] = times_seconds[places[is_known]] == other_seconds[is_known]
    wide = {}
    for name, column in found.items():
        wide[name] = np.full(len(times_seconds), np.nan)
        wide[name][places[is_known]] = column[is_known]
    return wide


def find_gaps(samples: Samples, spacing: Spacing) -> list[Stretch]:
    """Return the gaps between rows, each from the end of a row to the beginning of the next."""
    starts = samples.times_seconds
    ends = starts + spacing.bucket_seconds
    # Behind a gap the first interval is as long as the gap. That of the row before it counts too, with its
    # shortest, for it may hold the end of another gap. fmin passes over NaN.
    allowed = spacing.allowed_seconds(np.fmin(samples.shortest_intervals[:-1], samples.longest_intervals[1:]))
    breaks = np.flatnonzero(starts[1:] - ends[:-1] > allowed)
    return [Stretch(float(ends[index]), float(starts[index + 1])) for index in breaks]


def off_stretches(times_seconds: Numbers, off: Numbers, row_seconds: float) -> list[Stretch]:
    """Return the times of rows whose value is 1; each row goes on to the next, at most ``row_seconds``."""
    found: list[Stretch] = []
    for index in np.flatnonzero(off >= 1):
        start = float(times_seconds[index])
        end = start + row_seconds
        if index + 1 < len(times_seconds):
            end = min(end, float(times_seconds[index + 1]))
        if found and found[-1].end_seconds >= start:
            start = found.pop().start_seconds
        found.append(Stretch(start, end, is_off=True))
    return found


def has_values(values: Numbers) -> bool:
    """Whether anything is known in a column."""
    return bool(np.isfinite(values).any())


def greatest(values: Sequence[Numbers]) -> float:
    """Return the greatest known value of several columns, 0 where nothing is known."""
    known = [float(np.nanmax(column)) for column in values if has_values(column)]
    return max(known, default=0.0)


def stacked(values: Sequence[Numbers]) -> list[Numbers]:
    """Return the height of a stack of columns: what is not known adds nothing. A stack of none has none."""
    return [np.nansum(np.vstack(values), axis=0)] if values else []
