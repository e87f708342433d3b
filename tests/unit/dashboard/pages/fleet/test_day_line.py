# SPDX-License-Identifier: Apache-2.0
"""The last day as a small line: its scale, its gaps, its words."""

from dashboard import units
from dashboard.pages.fleet.day_line import BUCKET_SECONDS, HEIGHT, WIDTH, day_line
from dashboard.pages.fleet.queries import FleetPoint
from dashboard.parts.markup import Element, texts
from tests.unit.dashboard.pages.fleet.test_host_card import find

START = 1_700_000_100.0


def line(*ratios: float | None, maximum: float | None = 1.0) -> Element:
    """Return the line of buckets in a row; None is a bucket without the figure."""
    points = [
        FleetPoint(START + place * BUCKET_SECONDS, ratio, None, None) for place, ratio in enumerate(ratios)
    ]
    return day_line(points, lambda point: point.cpu_busy_ratio, units.percent, maximum)


def path(tree: Element) -> str:
    """Return the path that is drawn."""
    (drawn,) = find(tree, "path")
    return str(drawn[1]["d"])


def test_zero_is_at_the_bottom_and_all_at_the_top() -> None:
    """The newest bucket ends at the right edge; a bucket of 5 minutes is 288th of the width."""
    step = WIDTH / 288
    edge = WIDTH - step / 2
    assert f"M{edge - step:.1f} {HEIGHT:.1f}h0.8L{edge:.1f} 0.0" == path(line(0.0, 1.0))
    assert "24 h: 0 % to 100 %" in texts(line(0.0, 1.0)).replace("\u00a0", " ")


def test_a_figure_without_a_limit_reaches_its_own_greatest() -> None:
    """The greatest value is at the top; a line of zeros stays at the bottom."""
    assert path(line(0.1, 0.4, maximum=None)).endswith(" 0.0")
    assert path(line(0.0, 0.0, maximum=None)).endswith(f" {HEIGHT:.1f}")


def test_a_gap_is_no_line() -> None:
    """Where a bucket or its figure is missing the line is broken; a lonely point is a dash."""
    assert 2 == path(line(0.5, None, 0.5, 0.5)).count("M")
    assert 3 == path(line(0.5, None, 0.5, None, 0.5)).count("h0.8")


def test_a_fleet_without_a_past_says_so() -> None:
    """One bucket is no line."""
    for tree in (line(), line(0.5), line(None, None)):
        assert "no history of the last 24 h yet" in texts(tree)
        assert [] == find(tree, "path")
