# SPDX-License-Identifier: Apache-2.0
"""The rows of an object in a range, and the times at which some are missing."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from dashboard.charts.columns import Numbers, Samples, Spacing, Stretch, aligned, columns, find_gaps
from dashboard.database import Database, Parameter
from dashboard.queries import Query
from dashboard.timerange import Level, TimeRange, coarser

Row = TypeVar("Row", bound=tuple[Any, ...])
# How far beyond its edges the neighbours of a range are looked for. Curves run to the edges also where ticks
# are as long as those of a simulated past.
NEIGHBOUR_SECONDS = 900.0


class Watch(NamedTuple):
    """When samples of an object are expected: from its first one on, and how far apart.

    It is silent where samples should come and do not; of one that has ended none are expected.
    """

    tick_seconds: float
    first_seen_seconds: float
    silent_since_seconds: float | None = None
    ended_seconds: float | None = None


class Series(NamedTuple, Generic[Row]):
    """The rows of one object: how samples and buckets are asked for, of which relation, by which keys.

    ``percentiles`` asks for those of buckets, where there are some.
    """

    raw: Query[Row]
    rollup: Query[Row]
    relation: str
    keys: Mapping[str, Parameter]
    percentiles: Query[Any] | None = None


def read_rows(
    database: Database, series: Series[Row], window: TimeRange, level: Level, tick_seconds: float
) -> list[Row]:
    """Return the rows of a range and one neighbour at each end, so that curves run to the edges.

    The first field of a row is its time, in seconds since the epoch. Raises a DatabaseError.
    """
    parameters = _parameters(series, window, level, tick_seconds)
    if level.is_raw:
        rows = database.fetch(series.raw, parameters)
    else:
        rows = database.fetch(series.rollup, parameters, view=f"{series.relation}_{level.stored_name}")
    start, end = window.start.timestamp() - level.bucket_seconds, window.end.timestamp()
    first, last = (bisect_left(rows, edge, key=lambda row: row[0]) for edge in (start, end))
    return rows[max(0, first - 1) : last + 1]


def read_percentiles(
    database: Database, series: Series[Row], window: TimeRange, level: Level, times_seconds: Numbers
) -> dict[str, Numbers]:
    """Return columns of percentiles of the buckets at some times, none where none are kept.

    Raises a DatabaseError.
    """
    if series.percentiles is None or not level.has_histograms:
        return {}
    parameters = _parameters(series, window, level, NEIGHBOUR_SECONDS)
    view = f"{series.relation}_{level.stored_name}"
    rows = database.fetch(series.percentiles, parameters, view=view)
    found = columns(rows, series.percentiles.row_type._fields)
    return aligned(times_seconds, found.pop("time_seconds"), found)


def read_earlier_rows(
    database: Database, series: Series[Row], window: TimeRange, level: Level, watch: Watch
) -> tuple[Level, list[Row]]:
    """Return the rows of an earlier range, of a level that is kept for so long, and that level.

    Raises a DatabaseError.
    """
    if level.reads_samples:
        rows = read_rows(database, series, window, level, watch.tick_seconds)
        stored = coarser(level)
        if rows or stored is None:
            return level, rows
        level = stored
    return read_kept_rows(database, series, window, level, watch)


def read_kept_rows(
    database: Database, series: Series[Row], window: TimeRange, level: Level, watch: Watch
) -> tuple[Level, list[Row]]:
    """Return the rows of a range, and the level that they are of.

    Fine levels are not kept for as long as coarse ones. Where rows begin later than they should, the next
    coarser level is looked at. It is taken if it reaches back further. Raises a DatabaseError.
    """
    rows = read_rows(database, series, window, level, watch.tick_seconds)
    begin = max(window.start.timestamp(), watch.first_seen_seconds)
    # Samples are many: what they have no longer is asked for by a longer range.
    while not level.reads_samples and (next_level := coarser(level)) is not None:
        allowed_seconds = 2 * max(next_level.bucket_seconds, NEIGHBOUR_SECONDS)
        if begin + allowed_seconds >= (rows[0][0] if rows else window.end.timestamp()):
            break
        older = read_rows(database, series, window, next_level, watch.tick_seconds)
        if not older or (rows and rows[0][0] - older[0][0] <= allowed_seconds):
            break
        level, rows = next_level, older
    return level, rows


def _parameters(
    series: Series[Row], window: TimeRange, level: Level, tick_seconds: float
) -> dict[str, Parameter]:
    margin = timedelta(seconds=level.bucket_seconds + max(tick_seconds, NEIGHBOUR_SECONDS))
    start, end = window.start - margin, window.end + margin
    if level.is_raw:
        return {**series.keys, "start": start, "end": end}
    # Of a bucket that is made of several, all of them.
    return {
        **series.keys,
        "start": _edge(start, level.bucket_seconds),
        "end": end,
        "bucket_seconds": level.bucket_seconds,
    }


def _edge(instant: datetime, bucket_seconds: int) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() // bucket_seconds * bucket_seconds, UTC)


def missing(
    samples: Samples, spacing: Spacing, watch: Watch, window: TimeRange, now: datetime
) -> list[Stretch]:
    """Return the times of a range without samples: between some, before the first and behind the last."""
    return [*find_gaps(samples, spacing), *_edges(samples, spacing, watch, window, now)]


def _edges(
    samples: Samples, spacing: Spacing, watch: Watch, window: TimeRange, now: datetime
) -> list[Stretch]:
    start = window.start.timestamp()
    end = min(window.end, now).timestamp()
    if watch.ended_seconds is not None:
        end = min(end, watch.ended_seconds)
    if end <= start:
        return []
    silent_since = watch.silent_since_seconds
    # Before an object was known nothing is missing.
    expected_from = max(start, watch.first_seen_seconds)
    times = samples.times_seconds
    if not len(times):
        is_silence = silent_since is not None and silent_since <= start
        return [Stretch(expected_from, end, is_silence)] if expected_from < end else []
    # The shorter interval of the two rows at each end counts: the first one behind a gap is as long as it.
    intervals = samples.shortest_intervals
    second, second_last = 1 % len(times), -2 % len(times)
    allowed = spacing.allowed_seconds(np.fmin(intervals[[0, -1]], intervals[[second, second_last]]))
    edges = []
    if times[0] - expected_from > allowed[0]:
        edges.append(Stretch(expected_from, float(times[0])))
    last = float(times[-1]) + spacing.bucket_seconds
    if silent_since is not None and silent_since < end and silent_since >= times[-1] - 1:
        edges.append(Stretch(max(silent_since, start), end, is_silence=True))
    elif end - last > allowed[1]:
        edges.append(Stretch(last, end))
    return edges
