# SPDX-License-Identifier: Apache-2.0
"""The curves, areas, bands and gaps of one panel, as Plotly traces in plain dicts."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.columns import Columns, Numbers, Stretch, has_values, outline, typed, typed_exact
from dashboard.charts.panels import Panel, Series
from dashboard.theme import Theme, translucent

Trace: TypeAlias = dict[str, Any]

STACK_OPACITY = 0.55
BAND_OPACITY = 0.22
AREA_OPACITY = 0.16
EDGE_PIXELS = 1.2
# The fills of a stack are pale and close to each other: each edge stands on a line of the ground.
SEPARATOR_PIXELS = 3.0


class Ink(NamedTuple):
    """Where and in what look a panel is drawn; ``bucket_seconds`` is 0 for raw samples."""

    theme: Theme
    axis_name: str
    bucket_seconds: int
    hidden: frozenset[str]

    def colour(self, series: Series) -> str:
        """Return the colour of a series in the theme."""
        colour: str = getattr(self.theme, series.colour)
        return colour


def panel_traces(panel: Panel, columns: Columns, ink: Ink) -> list[Trace]:
    """Return the traces of the series that are shown and known, from back to front."""
    # An average stands in the middle of its bucket.
    times = columns["time_seconds"] + ink.bucket_seconds / 2
    traces: list[Trace] = []
    edges: list[Trace] = []
    ground = np.where(np.isfinite(columns["cpu_busy_ratio"]), 0.0, np.nan)
    for series in panel.series:
        values = columns[series.column]
        if series.column in ink.hidden or not has_values(values):
            continue
        colour = ink.colour(series)
        if series.drawing == "stack":
            ceiling = ground + np.nan_to_num(values)
            traces.append(_area(outline(times, ground, ceiling), translucent(colour, STACK_OPACITY), ink))
            edges.append(_curve(times, ceiling, series, ink) | {"customdata": typed(values)})
            ground = ceiling
            continue
        # The stack comes first, and all of it lies below what follows.
        traces += _separated(edges, ink)
        edges = []
        band = _band(series, columns)
        if band:
            traces.append(_area(outline(times, *band), translucent(colour, BAND_OPACITY), ink))
        if series.drawing == "area":
            floor = np.where(np.isfinite(values), 0.0, np.nan)
            traces.append(_area(outline(times, floor, values), translucent(colour, AREA_OPACITY), ink))
        traces.append(_curve(times, values, series, ink))
    return traces + _separated(edges, ink)


def _separated(edges: list[Trace], ink: Ink) -> list[Trace]:
    """Return the edges of a stack on wider lines in the colour of the ground."""
    line = {"color": ink.theme.surface, "width": SEPARATOR_PIXELS}
    separators = [
        {key: edge[key] for key in ("type", "x", "y", "yaxis", "connectgaps")}
        | {"mode": "lines", "meta": {"role": "separator"}, "line": line, "hoverinfo": "skip"}
        for edge in edges
    ]
    return [*separators, *edges]


def gap_traces(gaps: Sequence[Stretch], maximum: float, ink: Ink) -> list[Trace]:
    """Return the ground of the times without samples: hatched for a gap, dotted for a host that is silent."""
    patterns = ((False, "/", 7, 0.14), (True, ".", 9, 0.08))
    traces = []
    for is_silence, shape, size, solidity in patterns:
        xs: list[float] = []
        ys: list[float] = []
        for gap in gaps:
            if gap.is_silence == is_silence:
                xs += [gap.start_seconds, gap.end_seconds, gap.end_seconds, gap.start_seconds, np.nan]
                ys += [0, 0, maximum, maximum, np.nan]
        if xs:
            trace = _area((np.array(xs[:-1]), np.array(ys[:-1])), translucent(ink.theme.gap, 0.1), ink)
            trace["meta"] = {"role": "silence" if is_silence else "gap"}
            trace["fillpattern"] = {
                "shape": shape,
                "size": size,
                "solidity": solidity,
                "fgcolor": ink.theme.gap,
                "fgopacity": 1,
            }
            traces.append(trace)
    return traces


def frame_trace(range_seconds: Sequence[float], ink: Ink) -> Trace:
    """Return an invisible trace over the range: Plotly draws no axes for a panel without traces."""
    return {
        "type": "scatter",
        "mode": "none",
        "meta": {"role": "frame"},
        "x": list(range_seconds),
        "y": [0, 0],
        "yaxis": ink.axis_name,
        "hoverinfo": "skip",
    }


def _band(series: Series, columns: Columns) -> tuple[Numbers, Numbers] | None:
    """Return least and greatest values per bucket, or None for raw samples and series without a band."""
    lower, upper = columns.get(f"{series.column}_min"), columns.get(f"{series.column}_max")
    if lower is None or upper is None or not has_values(upper):
        return None
    return lower, upper


def _area(shape: tuple[Numbers, Numbers], fill: str, ink: Ink) -> Trace:
    return {
        "type": "scatter",
        "mode": "none",
        "meta": {"role": "area"},
        "x": typed_exact(shape[0]),
        "y": typed(shape[1]),
        "yaxis": ink.axis_name,
        "fill": "toself",
        "fillcolor": fill,
        "hoverinfo": "skip",
    }


def _curve(times: Numbers, values: Numbers, series: Series, ink: Ink) -> Trace:
    colour = ink.colour(series)
    is_edge = series.drawing == "stack"
    trace: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": series.words,
        "meta": {"role": "curve", "column": series.column},
        "x": typed_exact(times),
        "y": typed(values),
        "yaxis": ink.axis_name,
        "line": {
            "color": colour,
            "width": EDGE_PIXELS if is_edge else series.width_pixels,
            "dash": series.dash,
        },
        "connectgaps": False,
        "hoverinfo": "none",
    }
    lonely = _lonely(values)
    # A sample between two gaps has no line to either side and would not be seen.
    if lonely.any():
        trace["mode"] = "lines+markers"
        trace["marker"] = {"size": np.where(lonely, 4, 0).tolist(), "color": colour}
    return trace


def _lonely(values: Numbers) -> NDArray[np.bool_]:
    known = np.concatenate(([False], np.isfinite(values), [False]))
    lonely: NDArray[np.bool_] = known[1:-1] & ~known[:-2] & ~known[2:]
    return lonely
