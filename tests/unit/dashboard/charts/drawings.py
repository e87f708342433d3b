# SPDX-License-Identifier: Apache-2.0
"""Drawings of a host's rows, as the tests of charts need them in Python and in JavaScript."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dashboard.charts.columns import Samples, Spacing, Stretch, columns, find_gaps
from dashboard.charts.contract import ChartUpdate, ChartView
from dashboard.charts.drawing import Data, Drawing, Frame, Notes, draw, news
from dashboard.charts.versions import Versions
from dashboard.pages.host.panels import DRAWN_COLUMNS, PANELS, with_derived
from dashboard.pages.host.queries import HostPoint
from dashboard.parts.markup import h
from dashboard.timerange import RAW, Level, TimeRange
from tests.unit.dashboard.rows import host_point

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
START_SECONDS = START.timestamp()
WINDOW = TimeRange("now-10m", "now", START, START + timedelta(minutes=10))
TEN_SECONDS = Spacing(10.0)
NO_NOTES = Notes((), h("div"), h("div"))


def points(count: int, **changes: float | None) -> list[HostPoint]:
    """Return samples every ten seconds."""
    return [host_point(START_SECONDS + 10 * index, **changes) for index in range(count)]


def gaps_of(rows: Sequence[HostPoint], spacing: Spacing = TEN_SECONDS) -> list[Stretch]:
    """Return the gaps between rows."""
    found = columns(rows, HostPoint._fields)
    samples = Samples(found["time_seconds"], found["interval_seconds"], found["interval_seconds_max"])
    return find_gaps(samples, spacing)


def drawing(
    rows: Sequence[HostPoint],
    *,
    level: Level = RAW,
    gaps: Sequence[Stretch] = (),
    notes: Notes = NO_NOTES,
    window: TimeRange = WINDOW,
) -> Drawing:
    """Return the chart of ten minutes of a host."""
    found = with_derived(columns(rows, HostPoint._fields))
    found_gaps = [*gaps_of(rows, Spacing(10.0, level.bucket_seconds)), *gaps]
    data = Data(f"hv1/{level.name}", DRAWN_COLUMNS, found["time_seconds"], found, found_gaps)
    return draw(PANELS, data, notes, Frame(window, level, UTC, 1200))


def whole(found: Drawing, number: int = 1) -> ChartUpdate:
    """Return the update for a browser that holds nothing."""
    update = news(found, ChartView(), number, Versions())
    assert update is not None
    return update
