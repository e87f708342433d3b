# SPDX-License-Identifier: Apache-2.0
"""What travels between the dashboard and the Chart component of a browser.

A browser keeps the columns it was given. It reports their name (``version``) and that of everything else it
shows (``picture``). An update carries the rows that follow those it may keep, and all else.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from dashboard.charts.columns import Stretch
from dashboard.charts.ticks import Tick
from dashboard.parts.markup import Element

Name = Annotated[str, Meta(max_length=128)]


class TypedArray(Struct, frozen=True):
    """Numbers as bytes in base64, little endian: f4 has seven digits, f8 is for instants."""

    dtype: Literal["f4", "f8"]
    bdata: str


class ChartView(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a browser holds: columns of ``version`` that belong to ``series``, drawn as ``picture``."""

    series: Name = ""
    version: Name = ""
    picture: Name = ""
    width_pixels: Annotated[int, Meta(ge=200, le=8000)] = 1200


class ColumnUpdate(Struct, frozen=True, kw_only=True):
    """Rows to hold: of version ``base`` some that are kept, then these.

    The first ``dropped_count`` go, the next ``kept_count`` stay. An empty ``base`` keeps nothing.
    A column that is left out is not known in the rows that come.
    """

    series: str
    version: str
    base: str
    dropped_count: int
    kept_count: int
    times_seconds: TypedArray
    columns: dict[str, TypedArray]


class PanelState(Struct, frozen=True, kw_only=True):
    """What a panel is like for these rows: whether anything is known, its height, its axis.

    ``subject`` is the part of the object that it shows, where panels may show one of several.
    """

    key: str
    is_known: bool
    height_pixels: int
    maximum: float
    ticks: tuple[Tick, ...]
    subject: str = ""


class Picture(Struct, frozen=True, kw_only=True):
    """All that is drawn except the rows. ``bucket_seconds`` is 0 for samples that are not averaged.

    ``marks`` take ``marks_pixels`` above the panels. At ``moves_seconds`` the object came to another place.
    Of the columns ``lined`` the lines are ``statistic``, of others means. ``before`` says which earlier time
    the columns with "_before" at their end are of. ``names`` are the words of columns that have none in their
    panels.
    """

    start_seconds: float
    end_seconds: float
    bucket_seconds: int
    resolution: str
    left_pixels: int
    right_pixels: int
    ticks: tuple[Tick, ...]
    panels: tuple[PanelState, ...]
    gaps: tuple[Stretch, ...]
    events_seconds: tuple[float, ...]
    moves_seconds: tuple[float, ...]
    marks: Element
    marks_pixels: int
    nothing: Element
    statistic: str = ""
    lined: tuple[str, ...] = ()
    before: str = ""
    names: dict[str, str] = {}


class ChartUpdate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """News for a chart, for the request of a number. Without ``picture`` there is no chart to show.

    Without ``rows`` the chart keeps those that it holds.
    """

    number: int
    name: str
    picture: Picture | None = None
    rows: ColumnUpdate | None = None


# What the browser sets of a Chart; nothing before its first drawing.
REPORTED: Mapping[str, Any] = {"view": ChartView | None}


def read_view(data: Any) -> ChartView:
    """Return what a browser says that it holds, which the request guard has checked."""
    return ChartView() if data is None else msgspec.convert(data, ChartView)


def written_chart(update: ChartUpdate) -> dict[str, Any]:
    """Return an update as Dash sends it."""
    data: dict[str, Any] = msgspec.to_builtins(update)
    return data
