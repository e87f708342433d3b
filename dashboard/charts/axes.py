# SPDX-License-Identifier: Apache-2.0
"""The axes of a chart: how high each panel is, where its axis ends, what stands at its marks."""

import math
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from dashboard import units
from dashboard.charts.columns import Columns, greatest, has_values, stacked
from dashboard.charts.contract import PanelState
from dashboard.charts.panel import BEFORE_SUFFIX, Panel
from dashboard.charts.ticks import Tick, time_ticks, value_ticks
from dashboard.timerange import TimeRange

# Two texts of an axis one above the other.
PIXELS_PER_VALUE_TICK = 20
EMPTY_PANEL_PIXELS = 20
PIXELS_PER_TIME_TICK = 100
PIXELS_PER_NARROW_TIME_TICK = 70
NARROW_PIXELS = 640
RIGHT_PIXELS = 14

WRITERS = {
    "ratio": units.percent,
    "cores": units.busy_cores,
    "bytes": units.data_size,
    "bytes_per_second": units.data_rate,
    "bits_per_second": units.network_rate,
    "seconds": units.latency,
    "per_second": units.frequency,
    "celsius": units.celsius,
}


def left_pixels(width_pixels: int) -> int:
    """Return the room for the texts of the value axes."""
    return 58 if width_pixels < NARROW_PIXELS else 76


def seconds_per_pixel(window: TimeRange, width_pixels: int) -> float:
    """Return how much time a pixel of the chart stands for."""
    return window.window_seconds / max(1, width_pixels - left_pixels(width_pixels) - RIGHT_PIXELS)


def time_axis(window: TimeRange, zone: tzinfo, width_pixels: int) -> tuple[Tick, ...]:
    """Return as many marks as there is room for."""
    pixels = PIXELS_PER_NARROW_TIME_TICK if width_pixels < NARROW_PIXELS else PIXELS_PER_TIME_TICK
    return tuple(time_ticks(window.start, window.end, zone, max(2, (width_pixels - 90) // pixels)))


def panel_states(
    panels: Sequence[Panel], columns: Columns, row_count: int, subjects: Mapping[str, str]
) -> tuple[PanelState, ...]:
    """Return the panels that are drawn: an optional one only where something is known of it.

    ``subjects`` are the parts of the object that panels show, by key.
    """
    drawn = (panel for panel in panels if not panel.is_optional or _is_known(panel, columns))
    return tuple(_state(panel, columns, row_count, subjects.get(panel.key, "")) for panel in drawn)


def _state(panel: Panel, columns: Columns, row_count: int, subject: str) -> PanelState:
    # A chart without any sample keeps its form: it is a gap, and not an object without sensors.
    is_known = not row_count or _is_known(panel, columns)
    height = panel.height_pixels if is_known else EMPTY_PANEL_PIXELS
    maximum, ticks = _axis(panel, columns)
    spaces = max(1, height // PIXELS_PER_VALUE_TICK)
    sparse = ticks[:: math.ceil((len(ticks) - 1) / spaces)] if height > EMPTY_PANEL_PIXELS else []
    return PanelState(
        key=panel.key,
        is_known=is_known,
        height_pixels=height,
        maximum=maximum,
        ticks=tuple(sparse),
        subject=subject,
    )


def _is_known(panel: Panel, columns: Columns) -> bool:
    shown = (series.column for series in panel.series)
    return any(
        has_values(columns[name])
        for each in shown
        for name in (each, f"{each}{BEFORE_SUFFIX}")
        if name in columns
    )


def _axis(panel: Panel, columns: Columns) -> tuple[float, list[Tick]]:
    """Return where the axis ends and its marks."""
    write = WRITERS[panel.unit]
    if panel.capacity_columns:
        maximum = greatest([columns[name] for name in panel.capacity_columns]) or 1.0
        ticks = value_ticks(maximum, write, is_binary=True)
        return maximum, [tick for tick in ticks if tick.value <= maximum]
    if panel.maximum is not None:
        return panel.maximum, value_ticks(panel.maximum, write)
    seen = [columns.get(f"{series.column}_max", columns[series.column]) for series in panel.series]
    names = [name for each in panel.series for name in (each.column, f"{each.column}{BEFORE_SUFFIX}")]
    values = [columns[name] for name in names if name in columns]
    heights = [columns[series.column] for series in panel.series if series.drawing == "stack"]
    maximum = max(panel.floor, greatest(seen), greatest(values), greatest(stacked(heights)))
    if panel.unit == "ratio":
        maximum = min(maximum, 1.0)
    # Marks at round decimal bits, although the values are bytes.
    factor = 8.0 if panel.unit == "bits_per_second" else 1.0
    ticks = [
        Tick(tick.value / factor, write(tick.value / factor))
        for tick in value_ticks(maximum * factor, str, is_binary=panel.unit == "bytes_per_second")
    ]
    return ticks[-1].value, ticks
