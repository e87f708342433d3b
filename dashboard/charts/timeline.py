# SPDX-License-Identifier: Apache-2.0
"""The chart of the host page: stacked panels over one time axis.

All panels hang on the single axis object ``xaxis``: axes that merely match would not share the crosshair
(plotly.js 7011). The axis is linear, in seconds since the epoch; charts/ticks.py writes its texts in the
chosen zone. Hover texts are the browser's (assets/chart.js), so no name from outside reaches Plotly's own
markup. The figure is a plain dict: building graph objects costs more than the query.
"""

import math
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from dashboard import units
from dashboard.charts.columns import Columns, Stretch, greatest, has_values
from dashboard.charts.panels import PANELS, Panel
from dashboard.charts.ticks import Tick, time_ticks, value_ticks
from dashboard.charts.traces import Ink, Trace, frame_trace, gap_traces, panel_traces
from dashboard.theme import Theme
from dashboard.timerange import Level, TimeRange

Figure = dict[str, Any]

HEADER_PIXELS = 40
# Two texts of an axis one above the other.
PIXELS_PER_VALUE_TICK = 20
# Clear of the lowest text of the panel above.
LEGEND_OFFSET_PIXELS = 5
EVENT_STRIP_PIXELS = 24
BOTTOM_PIXELS = 46
EMPTY_PANEL_PIXELS = 20
PIXELS_PER_TIME_TICK = 100
PIXELS_PER_NARROW_TIME_TICK = 70
NARROW_PIXELS = 640
RIGHT_PIXELS = 14

_WRITERS = {
    "ratio": units.percent,
    "bytes": units.data_size,
    "bytes_per_second": units.data_rate,
    "bits_per_second": units.network_rate,
    "seconds": units.latency,
    "celsius": units.celsius,
}


class View(NamedTuple):
    """How the chart is to be drawn: everything but the samples."""

    range: TimeRange
    level: Level
    zone: tzinfo
    theme: Theme
    width_pixels: int
    hidden: frozenset[str]
    is_touch: bool = False


class Axis(NamedTuple):
    """The vertical axis of one panel."""

    maximum: float
    ticks: list[Tick]


def timeline(
    columns: Columns, gaps: Sequence[Stretch], events_seconds: Sequence[float], view: View
) -> Figure:
    """Return the figure of the host page for the samples, their gaps and the events in the range."""
    derived = with_derived(columns)
    drawn = [panel for panel in PANELS if not panel.is_optional or _is_known(panel, derived)]
    tops = _tops(drawn, derived)
    plot_pixels = tops[-1] + _height(drawn[-1], derived)
    left = left_pixels(view.width_pixels)
    layout: dict[str, Any] = {
        "height": plot_pixels + BOTTOM_PIXELS,
        "margin": {"l": left, "r": RIGHT_PIXELS, "t": 0, "b": BOTTOM_PIXELS, "pad": 0, "autoexpand": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": view.theme.muted, "size": 11, "family": "system-ui, sans-serif"},
        "showlegend": False,
        "hovermode": "x",
        "hoversubplots": "axis",
        "hoveranywhere": True,
        # With any other mode Plotly takes the finger that would scroll the page.
        "dragmode": False if view.is_touch else "zoom",
        "xaxis": _time_axis(view, anchor=_axis_name(len(drawn) - 1)),
        "shapes": _shapes(events_seconds, 1 - EVENT_STRIP_PIXELS / plot_pixels, view),
    }
    traces: list[Trace] = []
    described = []
    for index, panel in enumerate(drawn):
        axis = _axis(panel, derived)
        top, height = tops[index], _height(panel, derived)
        layout[_layout_name(index)] = _value_axis(
            axis, (plot_pixels - top - height, plot_pixels - top), plot_pixels, view
        )
        ink = Ink(view.theme, _axis_name(index), view.level.bucket_seconds, view.hidden)
        traces.append(frame_trace(layout["xaxis"]["range"], ink))
        traces += gap_traces(gaps, axis.maximum, ink)
        traces += panel_traces(panel, derived, ink)
        described.append(
            {"top": top - HEADER_PIXELS + LEGEND_OFFSET_PIXELS, **_described(panel, derived, view)}
        )
    layout["meta"] = {
        "panels": described,
        "plot": {"left": left, "right": RIGHT_PIXELS, "height": plot_pixels},
        "start": view.range.start.timestamp(),
        "end": view.range.end.timestamp(),
        "bucket_seconds": view.level.bucket_seconds,
    }
    return {"data": traces, "layout": layout}


def left_pixels(width_pixels: int) -> int:
    """Return the room for the texts of the value axes."""
    return 58 if width_pixels < NARROW_PIXELS else 76


def seconds_per_pixel(window: TimeRange, width_pixels: int) -> float:
    """Return how much time a pixel of the chart stands for."""
    return window.window_seconds / max(1, width_pixels - left_pixels(width_pixels) - RIGHT_PIXELS)


def with_derived(columns: Columns) -> Columns:
    """Return the columns with the ones that charts need and rows do not carry."""
    total = columns["memory_total_bytes"]
    derived = dict(columns)
    derived["memory_used_bytes"] = columns["memory_used_ratio"] * total
    derived["memory_used_bytes_min"] = columns["memory_used_ratio_min"] * total
    derived["memory_used_bytes_max"] = columns["memory_used_ratio_max"] * total
    derived["memory_legacy_bytes"] = columns["memory_used_legacy_ratio"] * total
    return derived


def _is_known(panel: Panel, columns: Columns) -> bool:
    return any(has_values(columns[series.column]) for series in panel.series)


def _height(panel: Panel, columns: Columns) -> int:
    # A chart without any sample keeps its form: it is a gap, and not a host without sensors.
    if _is_known(panel, columns) or not len(columns["time_seconds"]):
        return panel.height_pixels
    return EMPTY_PANEL_PIXELS


def _tops(panels: Sequence[Panel], columns: Columns) -> list[int]:
    """Return the upper edge of each panel's plot in pixels from the top of the figure."""
    tops = []
    edge = EVENT_STRIP_PIXELS
    for panel in panels:
        edge += HEADER_PIXELS
        tops.append(edge)
        edge += _height(panel, columns)
    return tops


def _axis_name(index: int) -> str:
    return "y" if index == 0 else f"y{index + 1}"


def _layout_name(index: int) -> str:
    return "yaxis" if index == 0 else f"yaxis{index + 1}"


def _axis(panel: Panel, columns: Columns) -> Axis:
    write = _WRITERS[panel.unit]
    if panel.key == "memory":
        maximum = greatest([columns["memory_total_bytes"], columns["swap_used_bytes"]]) or 1.0
        ticks = [tick for tick in value_ticks(maximum, write, is_binary=True) if tick.value <= maximum]
        return Axis(maximum, ticks)
    if panel.maximum is not None:
        return Axis(panel.maximum, value_ticks(panel.maximum, write))
    seen = [columns.get(f"{series.column}_max", columns[series.column]) for series in panel.series]
    maximum = max(panel.floor, greatest(seen), greatest([columns[series.column] for series in panel.series]))
    if panel.unit == "ratio":
        maximum = min(maximum, 1.0)
    # Ticks at round decimal bits, although the values are bytes.
    factor = 8.0 if panel.unit == "bits_per_second" else 1.0
    ticks = [
        Tick(tick.value / factor, write(tick.value / factor))
        for tick in value_ticks(maximum * factor, str, is_binary=panel.unit == "bytes_per_second")
    ]
    return Axis(ticks[-1].value, ticks)


def _time_axis(view: View, anchor: str) -> dict[str, Any]:
    is_narrow = view.width_pixels < NARROW_PIXELS
    pixels = PIXELS_PER_NARROW_TIME_TICK if is_narrow else PIXELS_PER_TIME_TICK
    ticks = time_ticks(
        view.range.start, view.range.end, view.zone, max(2, (view.width_pixels - 90) // pixels)
    )
    return {
        "type": "linear",
        "anchor": anchor,
        "range": [view.range.start.timestamp(), view.range.end.timestamp()],
        "autorange": False,
        "tickmode": "array",
        "tickvals": [tick.value for tick in ticks],
        "ticktext": [tick.text for tick in ticks],
        "gridcolor": view.theme.grid,
        "linecolor": view.theme.line,
        "zeroline": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": view.theme.line,
    }


def _value_axis(axis: Axis, edges: tuple[int, int], plot_pixels: int, view: View) -> dict[str, Any]:
    height = edges[1] - edges[0]
    spaces = max(1, height // PIXELS_PER_VALUE_TICK)
    sparse = axis.ticks[:: math.ceil((len(axis.ticks) - 1) / spaces)]
    return {
        "domain": [edges[0] / plot_pixels, edges[1] / plot_pixels],
        "range": [0, axis.maximum],
        "autorange": False,
        "fixedrange": True,
        "anchor": "x",
        "tickmode": "array",
        "tickvals": [tick.value for tick in sparse] if height > EMPTY_PANEL_PIXELS else [],
        "ticktext": [tick.text for tick in sparse] if height > EMPTY_PANEL_PIXELS else [],
        "gridcolor": view.theme.grid,
        "zeroline": False,
        "showline": False,
        "ticks": "",
    }


def _shapes(events_seconds: Sequence[float], top: float, view: View) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": instant,
            "x1": instant,
            "y0": 0,
            # Below the marks with their counts.
            "y1": top,
            "layer": "below",
            "line": {"color": view.theme.purple, "width": 1, "dash": "dot"},
        }
        for instant in events_seconds
    ]


def _described(panel: Panel, columns: Columns, view: View) -> dict[str, Any]:
    """Return what the browser needs to write the legend and the read-out of a panel."""
    return {
        "key": panel.key,
        "title": panel.title,
        "unit": panel.unit,
        "is_known": _is_known(panel, columns) or not len(columns["time_seconds"]),
        "series": [
            {
                "column": series.column,
                "words": series.words,
                "colour": getattr(view.theme, series.colour),
                "dash": series.dash,
                "width_pixels": series.width_pixels,
                "is_area": series.drawing == "stack",
                "is_hidden": series.column in view.hidden,
                "explanation": series.explanation,
            }
            for series in panel.series
            if has_values(columns[series.column])
        ],
    }
