# SPDX-License-Identifier: Apache-2.0
"""What a chart is besides its rows: axes, ranges, and what is news for a browser."""

import numpy as np
import pytest

from dashboard.charts.contract import ChartView, PanelState, read_view
from dashboard.charts.drawing import Drawing, news
from dashboard.charts.panel import Panel
from dashboard.charts.versions import Versions
from dashboard.pages.host.panels import PANELS
from dashboard.theme import Theme
from tests.unit.dashboard.charts.drawings import drawing, points


def state(found: Drawing, key: str) -> PanelState:
    """Return how a panel is drawn."""
    return next(panel for panel in found.picture.panels if panel.key == key)


def test_marks_of_an_axis_have_room() -> None:
    """As many marks of a low panel are written as fit, evenly from 0 on."""
    found = drawing(points(30, disk_latency_seconds=0.009, disk_busy_ratio=0.5))
    for panel in found.picture.panels:
        steps = np.diff([tick.value for tick in panel.ticks])
        assert len(panel.ticks) >= 2 or panel.height_pixels < 30
        assert np.allclose(steps, steps[:1])
        assert all(step / panel.maximum * panel.height_pixels >= 14 for step in steps)
    busy = [tick.text for tick in state(found, "disk_busy").ticks]
    assert ["0\u00a0%", "50\u00a0%", "100\u00a0%"] == busy


def test_memory_ends_at_what_the_host_has() -> None:
    """The memory axis reaches the total and its marks are binary."""
    memory = state(drawing(points(2)), "memory")
    assert 64.0 * 1024**3 == memory.maximum
    assert all("iB" in tick.text or tick.text.startswith("0") for tick in memory.ticks)


def test_zero_is_known_and_null_is_not() -> None:
    """A panel of zeros has its axis; one of which nothing is known is low, and has none."""
    found = drawing(points(5, disk_busy_ratio=0.0, disk_latency_seconds=None))
    assert state(found, "disk_busy").is_known
    latency = state(found, "disk_latency")
    assert not latency.is_known
    assert latency.height_pixels < 30
    assert () == latency.ticks
    assert (
        "disk_latency_seconds" not in found.rows.values
        or np.isnan(found.rows.values["disk_latency_seconds"]).all()
    )


def test_an_optional_panel_is_there_with_its_values_only() -> None:
    """A host without sensors has no panel of temperatures."""
    assert "temperature" not in {panel.key for panel in drawing(points(2)).picture.panels}
    warm = drawing(points(2, cpu_temperature_celsius=54.0))
    assert state(warm, "temperature").is_known


def test_no_samples_still_give_axes() -> None:
    """A range without samples has its panels and its time axis."""
    picture = drawing([]).picture
    assert len(picture.panels) >= 7
    assert all(panel.is_known for panel in picture.panels)
    assert picture.ticks


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)
def test_colours_are_those_of_the_theme(panel: Panel) -> None:
    """Each series names a token that both themes and the style sheet have."""
    assert {series.colour for series in panel.series} <= set(Theme._fields)


def test_what_a_browser_shows_is_no_news() -> None:
    """A browser that holds rows and picture gets nothing; one that zoomed itself gets the picture alone."""
    found, versions = drawing(points(9)), Versions()
    first = news(found, ChartView(), 1, versions)
    assert first is not None
    assert first.rows is not None
    view = ChartView(series=first.rows.series, version=first.rows.version, picture=first.name)
    assert news(found, view, 2, versions) is None
    zoomed = ChartView(series=view.series, version=view.version)
    again = news(found, zoomed, 3, versions)
    assert again is not None
    assert (found.name, None) == (again.name, again.rows)


def test_late_samples_change_the_name_of_the_picture() -> None:
    """Rows that differ make another drawing, although its range is the same."""
    assert drawing(points(9)).name != drawing(points(9, cpu_busy_ratio=0.6)).name


def test_a_chart_that_was_never_drawn_holds_nothing() -> None:
    """It has reported nothing, or the names of nothing."""
    assert ChartView() == read_view(None) == read_view({})
