# SPDX-License-Identifier: Apache-2.0
"""Columns of numbers for charts: gaps made visible, areas that respect them, compact on the wire.

What is not known is NaN here: Plotly breaks a line at NaN. A filled line would run across the break, so
areas are closed outlines, one for each stretch between gaps.
"""

import base64
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = dict[str, Numbers]

# A sample may come up to one and a half ticks late before the line breaks.
_TICKS_WITHOUT_GAP = 2.5
# Buckets stand side by side: one that is missing is a gap, unless the samples are as far apart.
_BUCKETS_WITHOUT_GAP = 0.5


class TypedArray(TypedDict):
    """A column as Plotly.js reads it: element type and bytes in base64."""

    dtype: str
    bdata: str


class Stretch(NamedTuple):
    """A time without samples: a gap between some, or the silence of a host that has not come back."""

    start_seconds: float
    end_seconds: float
    is_silence: bool = False


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


def typed(values: Numbers) -> TypedArray:
    """Return values in single precision: seven digits are more than a chart shows."""
    return {"dtype": "f4", "bdata": base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")}


def typed_exact(values: Numbers) -> TypedArray:
    """Return values in double precision, which instants in seconds since the epoch need."""
    return {"dtype": "f8", "bdata": base64.b64encode(values.astype("<f8").tobytes()).decode("ascii")}


def columns(
    points: Sequence[tuple[float | None, ...]], names: Sequence[str], spacing: Spacing
) -> tuple[Columns, list[Stretch]]:
    """Return the columns of the points with a row of NaN in each gap, and the gaps.

    ``names`` are those of the columns: ``time_seconds`` is the first, ``interval_seconds`` and
    ``interval_seconds_max`` are among them.
    """
    if not points:
        return {name: np.empty(0) for name in names}, []
    # numpy turns None into NaN here.
    table = np.array(points, dtype=np.float64)
    times = table[:, 0]
    ends = times + spacing.bucket_seconds
    least, greatest = (table[:, names.index(name)] for name in ("interval_seconds", "interval_seconds_max"))
    # Behind a gap the first interval is as long as the gap: that of the row before it counts too, with its
    # shortest, for it may hold the end of another gap. fmin passes over NaN.
    allowed = spacing.allowed_seconds(np.fmin(least[:-1], greatest[1:]))
    breaks = np.flatnonzero(times[1:] - ends[:-1] > allowed)
    gaps = [Stretch(float(ends[index]), float(times[index + 1])) for index in breaks]
    if len(breaks):
        empty = np.full((len(breaks), table.shape[1]), np.nan)
        empty[:, 0] = (times[breaks] + times[breaks + 1]) / 2
        table = np.insert(table, breaks + 1, empty, axis=0)
    return {name: table[:, index] for index, name in enumerate(names)}, gaps


def outline(times: Numbers, lower: Numbers, upper: Numbers) -> tuple[Numbers, Numbers]:
    """Return the closed outlines between two curves, one for each stretch without NaN, NaN between them."""
    known = np.isfinite(lower) & np.isfinite(upper)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    xs: list[Numbers] = []
    ys: list[Numbers] = []
    separator = np.array([np.nan])
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        xs += [times[begin:end], times[begin:end][::-1], separator]
        ys += [upper[begin:end], lower[begin:end][::-1], separator]
    if not xs:
        return np.empty(0), np.empty(0)
    return np.concatenate(xs[:-1]), np.concatenate(ys[:-1])


def has_values(values: Numbers) -> bool:
    """Whether anything is known in a column."""
    return bool(np.isfinite(values).any())


def greatest(values: Sequence[Numbers]) -> float:
    """Return the greatest known value of several columns, 0 where nothing is known."""
    known = [float(np.nanmax(column)) for column in values if has_values(column)]
    return max(known, default=0.0)
