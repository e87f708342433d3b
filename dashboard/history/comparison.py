# SPDX-License-Identifier: Apache-2.0
"""The rows of an earlier time beside those of a range, as columns of the same rows.

Rows are added where the range itself has none: in gaps, and after its newest sample.
"""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import NamedTuple

import numpy as np

from dashboard.charts.columns import Columns, Numbers, Stretch
from dashboard.charts.panel import BEFORE_SUFFIX
from dashboard.history.before import Before
from dashboard.history.line_choice import LineChoice, statistic_note
from dashboard.parts.markup import Element, h
from dashboard.timerange import Level, TimeRange
from dashboard.web.time_zone import zone_name

# Samples come a little early and late.
_REACH_TICKS = 0.75
# Behind the newest sample the next one is on its way.
_TICKS_AWAITED = 2.5


class Place(NamedTuple):
    """What rows are of: their range and its zone, the level that they are of, how far apart they are."""

    window: TimeRange
    zone: tzinfo
    level: Level
    tick_seconds: float

    @property
    def row_seconds(self) -> float:
        """How far apart rows are."""
        return float(self.level.bucket_seconds or self.tick_seconds)


class Earlier(NamedTuple):
    """Columns of an earlier time, and the level that they are of."""

    before: Before
    level: Level
    columns: Columns


def compared(
    columns: Columns, gaps: Sequence[Stretch], earlier: Earlier, place: Place, names: Iterable[str]
) -> dict[str, Numbers]:
    """Return the columns with those of an earlier time, each by its name and BEFORE_SUFFIX."""
    times = columns["time_seconds"]
    added = _free_times(times, gaps, place)
    found_in = _rows_of(np.concatenate((times, added)), earlier, place)
    wanted = [name for name in names if name in columns and name in earlier.columns]
    past = {f"{name}{BEFORE_SUFFIX}": _taken(earlier.columns[name], found_in) for name in wanted}
    is_known = np.zeros(len(found_in), dtype=bool)
    for column in past.values():
        is_known |= np.isfinite(column)
    is_known[: len(times)] = True
    wide = {name: np.append(column, np.full(len(added), np.nan)) for name, column in columns.items()}
    wide["time_seconds"] = np.concatenate((times, added))
    order = np.argsort(wide["time_seconds"], kind="stable")
    order = order[is_known[order]]
    return {name: column[order] for name, column in (wide | past).items()}


def choice_note(choice: LineChoice, earlier: Earlier | None, place: Place) -> Element:
    """Return what the lines of a chart are, in words, where an address chose them."""
    before = choice.before
    return h(
        "div",
        statistic_note(choice.statistic, place.level),
        None if before is None else _comparison_note(before, earlier, place),
    )


def _comparison_note(before: Before, earlier: Earlier | None, place: Place) -> Element:
    if earlier is None or not _is_stored(earlier, place):
        return h("p", f"Nothing is stored of {before.words}.", class_="hint")
    how = f", at the same time of day in {zone_name(place.zone)}" if before.is_calendar else ""
    is_other = earlier.level.stored_name != place.level.stored_name
    level = f"; of that time {earlier.level.words} are kept" if is_other else ""
    return h("p", "Grey and dashed: ", h("strong", before.words), f"{how}{level}.", class_="note")


def _is_stored(earlier: Earlier, place: Place) -> bool:
    window = earlier.before.window(place.window, place.zone)
    if window is None:
        return False
    times, first = earlier.columns["time_seconds"], window.start.timestamp() - earlier.level.bucket_seconds
    return bool(((times >= first) & (times < window.end.timestamp())).any())


def _free_times(times: Numbers, gaps: Sequence[Stretch], place: Place) -> Numbers:
    """Return the times of rows that the range has not, at whole steps."""
    step, bucket = place.row_seconds, place.level.bucket_seconds
    first = np.floor(place.window.start.timestamp() / step)
    steps = np.arange(first, np.ceil(place.window.end.timestamp() / step))
    grid = np.asarray(steps * step, dtype=np.float64)
    if not len(times):
        return grid
    awaited = 0.0 if bucket else _TICKS_AWAITED * place.tick_seconds
    is_free = (grid + step <= times[0]) | (grid > times[-1] + bucket + awaited - step / 2)
    for gap in gaps:
        if not gap.is_off:
            is_free |= (grid > gap.start_seconds - step / 2) & (grid + bucket < gap.end_seconds + bucket / 2)
    # What is nearer to a row than half a step is that row.
    places = np.clip(np.searchsorted(times, grid), 1, max(1, len(times) - 1))
    after, before = times[np.minimum(places, len(times) - 1)], times[places - 1]
    is_free &= np.minimum(abs(after - grid), abs(grid - before)) >= step / 2
    free: Numbers = grid[is_free]
    return free


def _rows_of(times: Numbers, earlier: Earlier, place: Place) -> Numbers:
    """Return which row of the earlier time stands beside each time; NaN for none."""
    past = earlier.columns["time_seconds"]
    if not len(past):
        return np.full(len(times), np.nan)
    middle = earlier.before.instants(times, place.zone) + place.level.bucket_seconds / 2
    centres = past + earlier.level.bucket_seconds / 2
    is_known = np.isfinite(middle)
    wanted = np.where(is_known, middle, centres[0])
    after = np.clip(np.searchsorted(centres, wanted), 1, max(1, len(centres) - 1))
    after = np.minimum(after, len(centres) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(wanted - centres[before] < centres[after] - wanted, before, after)
    intervals = earlier.columns["interval_seconds"]
    known = intervals[np.isfinite(intervals)]
    tick_seconds = max(place.tick_seconds, float(np.median(known)) if len(known) else 0.0)
    reach = max(
        _REACH_TICKS * (0.0 if earlier.level.bucket_seconds else tick_seconds),
        earlier.level.bucket_seconds / 2,
        place.level.bucket_seconds / 2,
    )
    is_known &= abs(centres[nearest] - wanted) <= reach
    return np.where(is_known, nearest, np.nan)


def _taken(column: Numbers, rows: Numbers) -> Numbers:
    found = np.full(len(rows), np.nan)
    is_known = np.isfinite(rows)
    found[is_known] = column[rows[is_known].astype(np.intp)]
    return found
