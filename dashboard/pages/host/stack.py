# SPDX-License-Identifier: Apache-2.0
"""What the VMs of a host took of it over a range: the greatest ten, the others together, and all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from dashboard.charts.columns import Numbers
from dashboard.database import Database, Parameter
from dashboard.errors import QueryTimeoutError
from dashboard.pages.host.stack_figures import (
    ALL_PLACE,
    ALL_WORDS,
    OTHERS_PLACE,
    OTHERS_WORDS,
    TOP_COUNT,
    StackFigure,
)
from dashboard.parts.markup import clean
from dashboard.queries import Query
from dashboard.timerange import LEVELS, Level, TimeRange

# Of all VMs together. So many take some 50 ms (docs/measurements.md).
MAXIMUM_ROW_COUNT = 20_000
_NAME_LETTERS_MAX = 40


class ResidentCount(NamedTuple):
    """How many VMs lived on a host in a range."""

    domain_count: int


class StackCurve(NamedTuple):
    """What one VM took, or several, ``domain_count``: those that are not among the first, or all.

    ``mean`` is over the range: of a VM that was here for half of it, half of what it took. A value is None
    where a VM that was not off has none. The VM that waited most for a CPU is the same in all curves.
    """

    place: int
    domain_id: int | None
    uuid: str | None
    name: str | None
    domain_count: int
    mean: float | None
    greatest: float | None
    steal_ratio: float | None
    sufferer_uuid: str | None
    sufferer_name: str | None
    sufferer_steal_ratio: float | None
    times_seconds: list[float]
    amounts: list[float | None]


class Stack(NamedTuple):
    """The curves of a range by place, and their level; ``failure`` says why there are none."""

    figure: StackFigure
    level: Level
    curves: tuple[StackCurve, ...] = ()
    failure: str | None = None

    @property
    def chosen(self) -> tuple[int, ...]:
        """The keys of the VMs that have a curve of their own, by place."""
        return tuple(curve.domain_id for curve in self.curves if curve.domain_id is not None)

    @property
    def resolution(self) -> str:
        """What a value is, in words: a stack has no band."""
        return self.level.words.partition(",")[0]

    @property
    def names(self) -> Mapping[str, str]:
        """What the curves are called, by column."""
        return {
            self.figure.column(curve.place): curve_words(curve.place, curve.name) for curve in self.curves
        }

    def columns(self, times_seconds: Numbers) -> dict[str, Numbers]:
        """Return the columns of the panel at the times of other rows, in whose time buckets may be longer."""
        if not self.curves:
            return {}
        unknown = {
            self.figure.column(place): np.full(len(times_seconds), np.nan)
            for place in range(1, ALL_PLACE + 1)
        }
        return unknown | {
            self.figure.column(curve.place): _at(times_seconds, curve, self.level.bucket_seconds)
            for curve in self.curves
        }


class StackKey(NamedTuple):
    """What a stack is of. ``level`` is that of the chart that it stands in.

    ``chosen`` are the keys of the VMs with curves of their own, by place; none: those that took most.
    """

    host_id: int
    figure: StackFigure
    level: Level
    tick_seconds: float
    chosen: tuple[int, ...] = ()


HOST_RESIDENT_COUNT = Query(__package__, "host_resident_count", ResidentCount)
HOST_STACK_RAW = Query(__package__, "host_stack_raw", StackCurve)
HOST_STACK_ROLLUP = Query(__package__, "host_stack_rollup", StackCurve)
STACK_QUERIES = (HOST_RESIDENT_COUNT, HOST_STACK_RAW, HOST_STACK_ROLLUP)


def read_stack(database: Database, key: StackKey, window: TimeRange) -> Stack:
    """Return the stack of a range; raise a DatabaseError, but for a question that takes too long."""
    bounds: dict[str, Parameter] = {"host_id": key.host_id, "start": window.start, "end": window.end}
    counts = database.fetch(HOST_RESIDENT_COUNT, bounds)
    domain_count = counts[0].domain_count if counts else 0
    if not domain_count:
        return Stack(key.figure, key.level)
    level = stack_level(key.level, domain_count, window, key.tick_seconds)
    asked: dict[str, Parameter] = {
        **bounds,
        "figure": key.figure.name,
        "top_count": TOP_COUNT,
        "chosen": list(key.chosen),
    }
    try:
        if level.is_raw:
            return Stack(key.figure, level, tuple(database.fetch(HOST_STACK_RAW, asked)))
        edge = window.start.timestamp() // level.bucket_seconds * level.bucket_seconds
        stored_seconds = next(each.bucket_seconds for each in LEVELS if each.name == level.stored_name)
        asked |= {
            "start": datetime.fromtimestamp(edge, UTC),
            "bucket_seconds": level.bucket_seconds,
            "stored_seconds": stored_seconds,
        }
        view = f"domain_samples_{level.stored_name}"
        return Stack(key.figure, level, tuple(database.fetch(HOST_STACK_ROLLUP, asked, view=view)))
    except QueryTimeoutError as error:
        return Stack(key.figure, level, failure=f"{error} Choose a shorter range.")


def stack_level(finest: Level, domain_count: int, window: TimeRange, tick_seconds: float) -> Level:
    """Return the finest level from a chart's on of which all VMs together have few enough rows to read."""
    for level in LEVELS[LEVELS.index(finest) :]:
        # Minutes are made of samples when they are asked for, with all figures of each VM.
        if level.reads_samples and not level.is_raw:
            continue
        stored = next(each for each in LEVELS if each.name == level.stored_name)
        apart_seconds = tick_seconds if level.reads_samples else stored.bucket_seconds
        if domain_count * window.window_seconds / apart_seconds <= MAXIMUM_ROW_COUNT:
            return level
    return LEVELS[-1]


def curve_words(place: int, name: str | None) -> str:
    """Return the name of a VM, or what its place stands for."""
    if name is not None:
        return clean(name, _NAME_LETTERS_MAX)
    return OTHERS_WORDS if place == OTHERS_PLACE else ALL_WORDS


def _at(times_seconds: Numbers, curve: StackCurve, bucket_seconds: int) -> Numbers:
    """Return the values of a curve at some times: of a sample at its own, of a bucket in all of it."""
    if not curve.times_seconds:
        return np.full(len(times_seconds), np.nan)
    starts = np.array(curve.times_seconds)
    amounts = np.array(curve.amounts, dtype=np.float64)
    places = np.maximum(np.searchsorted(starts, times_seconds, side="right") - 1, 0)
    behind = times_seconds - starts[places]
    is_in = (behind == 0) if bucket_seconds == 0 else (behind >= 0) & (behind < bucket_seconds)
    return np.where(is_in, amounts[places], np.nan)
