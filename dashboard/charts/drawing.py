# SPDX-License-Identifier: Apache-2.0
"""A chart for all browsers with the same view, and the news of it for one browser."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from dashboard.charts.axes import RIGHT_PIXELS, left_pixels, panel_states, time_axis
from dashboard.charts.columns import Columns, Numbers, Stretch
from dashboard.charts.contract import ChartUpdate, ChartView, Picture
from dashboard.charts.panel import Panel
from dashboard.charts.versions import Rows, Versions, rows
from dashboard.parts.markup import Element, digest
from dashboard.timerange import Level, TimeRange

# One line of marks above the panels.
MARKS_PIXELS = 24


class Frame(NamedTuple):
    """What a chart is drawn into: range, resolution, zone, width."""

    range: TimeRange
    level: Level
    zone: tzinfo
    width_pixels: int


class Data(NamedTuple):
    """What is drawn. ``names`` are the columns that browsers need; ``series`` says what they belong to.

    Of the columns ``lined`` the lines are ``statistic``. ``before`` says which time is drawn beside it.
    """

    series: str
    names: Sequence[str]
    times_seconds: Numbers
    columns: Columns
    gaps: Sequence[Stretch]
    statistic: str = ""
    lined: tuple[str, ...] = ()
    before: str = ""


class Notes(NamedTuple):
    """What stands on a chart besides its curves: events, moves, and the words where there are no samples.

    ``subjects`` are the parts of the object that panels show, by the key of the panel. ``names`` are the
    words of columns that have none in their panels.
    """

    events_seconds: Sequence[float]
    marks: Element
    nothing: Element
    moves_seconds: Sequence[float] = ()
    marks_pixels: int = MARKS_PIXELS
    subjects: Mapping[str, str] = MappingProxyType({})
    names: Mapping[str, str] = MappingProxyType({})


class Drawing(NamedTuple):
    """A chart. ``name`` tells two of them apart, their rows included."""

    name: str
    picture: Picture
    rows: Rows


def draw(panels: Sequence[Panel], data: Data, notes: Notes, frame: Frame) -> Drawing:
    """Return the chart of some rows."""
    window, level = frame.range, frame.level
    picture = Picture(
        start_seconds=window.start.timestamp(),
        end_seconds=window.end.timestamp(),
        bucket_seconds=level.bucket_seconds,
        resolution=level.words,
        left_pixels=left_pixels(frame.width_pixels),
        right_pixels=RIGHT_PIXELS,
        ticks=time_axis(window, frame.zone, frame.width_pixels),
        panels=panel_states(panels, data.columns, len(data.times_seconds), notes.subjects),
        gaps=tuple(data.gaps),
        events_seconds=tuple(notes.events_seconds),
        moves_seconds=tuple(notes.moves_seconds),
        marks=notes.marks,
        marks_pixels=notes.marks_pixels,
        nothing=notes.nothing,
        statistic=data.statistic,
        lined=data.lined,
        before=data.before,
        names=dict(notes.names),
    )
    sent = {name: data.columns[name] for name in data.names if name in data.columns}
    found = rows(data.series, data.times_seconds, sent)
    return Drawing(digest([found.version, msgspec.to_builtins(picture)]), picture, found)


def news(drawing: Drawing, view: ChartView, number: int, versions: Versions) -> ChartUpdate | None:
    """Return what a browser needs to show a drawing; None where it shows it already."""
    is_held = (view.series, view.version) == (drawing.rows.series, drawing.rows.version)
    update = versions.update(drawing.rows, view.series, view.version)
    if is_held and view.picture == drawing.name:
        return None
    return ChartUpdate(
        number=number, name=drawing.name, picture=drawing.picture, rows=None if is_held else update
    )


def no_chart(number: int) -> ChartUpdate:
    """Return the news that there is no chart to show: a picture of another range would stand for it."""
    return ChartUpdate(number=number, name="")
