# SPDX-License-Identifier: Apache-2.0
"""The chart of a host, by value."""

import base64
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dashboard.charts.columns import Spacing, Stretch, columns, outline
from dashboard.charts.timeline import EVENT_STRIP_PIXELS, View, timeline
from dashboard.pages.host.queries import HostPoint
from dashboard.theme import DARK, LIGHT
from dashboard.timerange import LEVELS, RAW, Level, TimeRange
from tests.unit.dashboard.rows import host_point

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
START_SECONDS = START.timestamp()


def view(level: Level = RAW, **changes: Any) -> View:
    """Return the view of ten minutes."""
    window = TimeRange("now-10m", "now", START, datetime(2026, 11, 23, 8, 10, tzinfo=UTC))
    return View(window, level, UTC, LIGHT, 1200, frozenset())._replace(**changes)


def points(count: int, **changes: float | None) -> list[HostPoint]:
    """Return samples every ten seconds."""
    return [host_point(START_SECONDS + 10 * index, **changes) for index in range(count)]


def decoded(column: dict[str, str]) -> list[float]:
    """Return the numbers of a column as the browser would read them."""
    values: list[float] = np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"]).tolist()
    return values


def traces(figure: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """Return the traces of a role."""
    return [trace for trace in figure["data"] if trace["meta"]["role"] == role]


def curve(figure: dict[str, Any], column: str) -> dict[str, Any]:
    """Return the curve of a column."""
    (found,) = [trace for trace in traces(figure, "curve") if trace["meta"]["column"] == column]
    return found


def draw(
    rows: list[HostPoint], gaps: list[Stretch] | None = None, shown: View | None = None
) -> dict[str, Any]:
    """Return the figure of rows."""
    data, found = columns(rows, HostPoint._fields, Spacing(10.0))
    return timeline(data, [*found, *(gaps or [])], [], shown or view())


def test_all_panels_share_one_time_axis() -> None:
    """One x axis object carries every panel, so that one crosshair covers all."""
    figure = draw(points(30))
    axes = [name for name in figure["layout"] if name.startswith("xaxis")]
    assert ["xaxis"] == axes
    assert "axis" == figure["layout"]["hoversubplots"]
    assert all("xaxis" not in trace for trace in figure["data"])
    assert len({trace["yaxis"] for trace in figure["data"]}) > 5


def test_a_finger_scrolls_and_a_mouse_zooms() -> None:
    """On a touch screen the chart takes no drags."""
    assert "zoom" == draw(points(2))["layout"]["dragmode"]
    assert draw(points(2), shown=view(is_touch=True))["layout"]["dragmode"] is False


def test_marks_of_an_axis_have_room() -> None:
    """Of the marks of a low panel as many are written as fit, evenly from 0 on."""
    layout = draw(points(30, disk_latency_seconds=0.009, disk_busy_ratio=0.5))["layout"]
    axes = [layout[name] for name in layout if name.startswith("yaxis")]
    total = layout["height"] - layout["margin"]["b"]
    for axis in axes:
        pixels = (axis["domain"][1] - axis["domain"][0]) * total
        steps = np.diff(axis["tickvals"])
        assert len(axis["tickvals"]) >= 2 or pixels < 30
        assert np.allclose(steps, steps[:1])
        assert all(step / axis["range"][1] * pixels >= 14 for step in steps)
    busy = next(axis for axis in axes if axis["ticktext"][1:2] == ["50\u00a0%"])
    assert ["0\u00a0%", "50\u00a0%", "100\u00a0%"] == busy["ticktext"]


def test_an_event_line_ends_below_its_mark() -> None:
    """The line of an event leaves the strip of marks and counts free."""
    data, _ = columns(points(3), HostPoint._fields, Spacing(10.0))
    layout = timeline(data, [], [START_SECONDS + 10], view())["layout"]
    (line,) = layout["shapes"]
    assert EVENT_STRIP_PIXELS == pytest.approx((1 - line["y1"]) * (layout["height"] - layout["margin"]["b"]))


def test_the_edges_of_a_stack_are_parted() -> None:
    """Each edge is in its full colour, on a line in the colour of the ground."""
    figure = draw(points(3))
    separators = traces(figure, "separator")
    assert {LIGHT.surface} == {trace["line"]["color"] for trace in separators}
    assert 3 == len(separators)
    assert LIGHT.blue == curve(figure, "cpu_guest_ratio")["line"]["color"]


def test_panels_do_not_overlap() -> None:
    """Each panel has its own band of the figure, from top to bottom."""
    layout = draw(points(30))["layout"]
    domains = [layout[name]["domain"] for name in layout if name.startswith("yaxis")]
    assert domains == sorted(domains, reverse=True)
    assert all(above[0] >= below[1] for above, below in pairwise(domains))
    assert min(min(domain) for domain in domains) >= -1e-9
    assert max(max(domain) for domain in domains) <= 1


def test_values_are_those_of_the_rows() -> None:
    """A curve holds the numbers of its column at their times."""
    found = curve(draw(points(3, cpu_busy_ratio=0.25)), "cpu_busy_ratio")
    assert [0.25] * 3 == decoded(found["y"])
    assert [START_SECONDS, START_SECONDS + 10, START_SECONDS + 20] == decoded(found["x"])


def test_a_stack_adds_up_and_still_reads_out_its_parts() -> None:
    """The edge of a stacked part is a sum; the value shown for it is its own."""
    figure = draw(points(2))
    user = curve(figure, "cpu_user_ratio")
    assert pytest.approx([0.4, 0.4]) == decoded(user["y"])
    assert pytest.approx([0.1, 0.1]) == decoded(user["customdata"])


def test_a_gap_breaks_lines_and_areas() -> None:
    """Between samples far apart there is no line and no area, but a hatched ground."""
    rows = [*points(5), *(host_point(START_SECONDS + 300 + 10 * index) for index in range(5))]
    figure = draw(rows)
    assert np.isnan(decoded(curve(figure, "cpu_busy_ratio")["y"])[5])
    area = traces(figure, "area")[0]
    assert 1 == sum(np.isnan(value) for value in decoded(area["x"]))
    assert [START_SECONDS + 40, START_SECONDS + 300] == decoded(traces(figure, "gap")[0]["x"])[:2]


def test_a_missing_bucket_is_a_gap() -> None:
    """Buckets stand side by side: one that is missing breaks the line, from the end of the last full one."""
    rows = [host_point(START_SECONDS + 60 * index) for index in (0, 1, 3)]
    data, gaps = columns(rows, HostPoint._fields, Spacing(10.0, 60))
    assert [Stretch(START_SECONDS + 120, START_SECONDS + 180)] == gaps
    assert np.isnan(data["cpu_busy_ratio"][2])
    assert [] == columns(rows[:2], HostPoint._fields, Spacing(10.0, 60))[1]


def test_buckets_finer_than_the_ticks_stay_joined() -> None:
    """A bucket that no sample was due in is no gap, also beside a bucket whose interval is not known."""
    rows = [host_point(START_SECONDS + 900 * index, interval_seconds=900.0) for index in range(4)]
    rows[2] = rows[2]._replace(interval_seconds=None, interval_seconds_max=None)
    for bucket_seconds in (60, 300):
        assert [] == columns(rows, HostPoint._fields, Spacing(10.0, bucket_seconds))[1]
    assert [Stretch(START_SECONDS + 300, START_SECONDS + 2700)] == columns(
        [rows[0], rows[3]], HostPoint._fields, Spacing(10.0, 300)
    )[1]


def test_a_bucket_in_which_the_tick_becomes_shorter_is_joined() -> None:
    """Its first sample was due when it came; of a bucket with two gaps at its edges both stay gaps."""
    tick = {"interval_seconds": 900.0}
    rows = [host_point(START_SECONDS + at, **tick) for at in (0, 900)]
    mixed = host_point(START_SECONDS + 1800, interval_seconds=60.0, interval_seconds_max=900.0)
    after = host_point(START_SECONDS + 2100, interval_seconds=60.0)
    assert [] == columns([*rows, mixed, after], HostPoint._fields, Spacing(10.0, 300))[1]
    late = host_point(START_SECONDS + 3600, interval_seconds=60.0, interval_seconds_max=1800.0)
    assert 1 == len(columns([mixed, late], HostPoint._fields, Spacing(10.0, 300))[1])


def test_an_outage_is_a_gap_although_the_interval_behind_it_is_as_long() -> None:
    """The first sample after an hour without any covers the hour, and the hour is a gap."""
    rows = [host_point(START_SECONDS + 60 * index, interval_seconds=10.0) for index in (0, 1, 61)]
    rows[2] = rows[2]._replace(interval_seconds_max=3600.0)
    assert [Stretch(START_SECONDS + 120, START_SECONDS + 3660)] == columns(
        rows, HostPoint._fields, Spacing(10.0, 60)
    )[1]


def test_gaps_are_judged_by_the_tick_of_their_time() -> None:
    """Samples of a longer tick than today's stay joined; what was missing at a shorter one stays a gap."""
    slow = [host_point(START_SECONDS + 10 * index, interval_seconds=10.0) for index in (0, 1, 2, 6)]
    _, gaps = columns(slow, HostPoint._fields, Spacing(2.0))
    assert [Stretch(START_SECONDS + 20, START_SECONDS + 60)] == gaps
    for tick_seconds in (2.0, 60.0):
        _, gaps = columns(points(3, interval_seconds=2.0), HostPoint._fields, Spacing(tick_seconds))
        assert 2 == len(gaps)


def test_zero_is_a_line_and_unknown_is_none() -> None:
    """A value of zero is drawn at zero; a column that is not known has no curve at all."""
    figure = draw(points(5, disk_busy_ratio=0.0, disk_latency_seconds=None))
    assert [0.0] * 5 == decoded(curve(figure, "disk_busy_ratio")["y"])
    assert not [
        trace for trace in traces(figure, "curve") if trace["meta"]["column"] == "disk_latency_seconds"
    ]
    latency = next(panel for panel in figure["layout"]["meta"]["panels"] if panel["key"] == "disk_latency")
    assert not latency["is_known"]


def test_gap_and_silence_look_different() -> None:
    """A gap is hatched, the silence of a host dotted."""
    silence = Stretch(START_SECONDS + 100, START_SECONDS + 600, is_silence=True)
    figure = draw([*points(3), host_point(START_SECONDS + 100)], [silence])
    assert "/" == traces(figure, "gap")[0]["fillpattern"]["shape"]
    assert "." == traces(figure, "silence")[0]["fillpattern"]["shape"]


def test_averages_have_a_band_and_stand_in_the_middle_of_their_bucket() -> None:
    """Rolled-up levels show least to greatest around the average; raw samples have no band."""
    minute = LEVELS[1]
    rows = [
        host_point(
            START_SECONDS + 60 * index, cpu_busy_ratio=0.5, cpu_busy_ratio_min=0.1, cpu_busy_ratio_max=0.9
        )
        for index in range(5)
    ]
    data, _ = columns(rows, HostPoint._fields, Spacing(10.0, 60))
    figure = timeline(data, [], [], view(minute))
    assert START_SECONDS + 30 == decoded(curve(figure, "cpu_busy_ratio")["x"])[0]
    bands = [decoded(trace["y"]) for trace in traces(figure, "area")]
    assert any(pytest.approx(0.9) == max(band) and pytest.approx(0.1) == min(band) for band in bands)


def test_hidden_series_are_left_out_but_named() -> None:
    """A series switched off has no curve; its legend stays to switch it on."""
    figure = draw(points(3), shown=view(hidden=frozenset({"cpu_user_ratio"})))
    assert not [trace for trace in traces(figure, "curve") if trace["meta"]["column"] == "cpu_user_ratio"]
    legend = figure["layout"]["meta"]["panels"][0]["series"]
    assert [True] == [entry["is_hidden"] for entry in legend if entry["column"] == "cpu_user_ratio"]


def test_a_lonely_sample_is_seen() -> None:
    """A sample between two gaps is a dot, since no line leads to it."""
    rows = [*points(2), host_point(START_SECONDS + 200), host_point(START_SECONDS + 400)]
    assert 4 in curve(draw(rows), "cpu_busy_ratio")["marker"]["size"]


def test_no_samples_still_give_axes() -> None:
    """A range without samples has its panels and its time axis, and no curve."""
    figure = draw([])
    assert [] == traces(figure, "curve")
    assert len(traces(figure, "frame")) >= 7
    assert figure["layout"]["xaxis"]["ticktext"]


def test_the_theme_colours_the_figure() -> None:
    """The dark theme has its own colours, down to the grid."""
    assert DARK.grid == draw(points(2), shown=view(theme=DARK))["layout"]["xaxis"]["gridcolor"]


def test_memory_ends_at_what_the_host_has() -> None:
    """The memory axis reaches the total and its marks are binary."""
    layout = draw(points(2))["layout"]
    assert [0, 64.0 * 1024**3] == layout["yaxis2"]["range"]
    assert all("iB" in text or text.startswith("0") for text in layout["yaxis2"]["ticktext"])


def test_an_outline_closes_each_stretch() -> None:
    """Two stretches of known values give two closed outlines, parted by one NaN."""
    times = np.arange(6.0)
    upper = np.array([1.0, 2.0, np.nan, 3.0, 4.0, 5.0])
    xs, ys = outline(times, np.zeros(6), upper)
    assert [0, 1, 1, 0] == xs[:4].tolist()
    assert [1, 2, 0, 0] == ys[:4].tolist()
    assert np.isnan(xs[4])
    assert [3, 4, 5, 5, 4, 3] == xs[5:].tolist()
