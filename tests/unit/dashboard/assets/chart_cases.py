# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Chart component's scripts read: updates as Python encodes them."""

import random
from datetime import UTC, timedelta
from typing import Any

import msgspec

from dashboard.charts.axes import WRITERS
from dashboard.charts.columns import Stretch, columns
from dashboard.charts.contract import ColumnUpdate
from dashboard.charts.drawing import Data, Drawing, Frame, draw
from dashboard.charts.versions import Versions
from dashboard.history.before import read_before
from dashboard.history.comparison import Earlier, Place, compared
from dashboard.pages.host.panels import DRAWN_COLUMNS, LINE_COLUMNS, PANELS, TABLE, with_derived
from dashboard.pages.host.queries import HostPoint
from dashboard.timerange import LEVELS, RAW
from tests.unit.dashboard.charts.drawings import (
    NO_NOTES,
    START_SECONDS,
    WINDOW,
    drawing,
    gaps_of,
    points,
    whole,
)
from tests.unit.dashboard.charts.test_versions import drawn
from tests.unit.dashboard.rows import host_point

NUMBERS = (
    0.0, 0.0004, 0.0123, 0.0994, 0.123, 0.999,
    1.0, 1.37, 12.3, 95.0, 999.4, 1023.0, 1024.0, 5e6, 7.77e9, 3e12,
)  # fmt: skip


def charts() -> dict[str, Any]:
    """Return updates by the name of their case."""
    late = [host_point(START_SECONDS + 300 + 10 * index) for index in range(5)]
    lonely = [*points(2), host_point(START_SECONDS + 200), host_point(START_SECONDS + 400)]
    silence = Stretch(START_SECONDS + 100, START_SECONDS + 600, is_silence=True)
    off = Stretch(START_SECONDS + 20, START_SECONDS + 100, is_off=True)
    band = {"cpu_busy_ratio": 0.5, "cpu_busy_ratio_min": 0.1, "cpu_busy_ratio_max": 0.9}
    averages = [host_point(START_SECONDS + 60 * index, **band) for index in range(5)]
    many = [host_point(START_SECONDS + index) for index in range(130)]
    short = WINDOW._replace(
        start=WINDOW.start + timedelta(seconds=10), end=WINDOW.start + timedelta(seconds=40)
    )
    cases = {
        "three": drawing(points(3, cpu_busy_ratio=0.25)),
        "thirty": drawing(points(30)),
        "empty": drawing([]),
        "zero": drawing(points(5, disk_busy_ratio=0.0, disk_latency_seconds=None)),
        "gap": drawing([*points(5), *late]),
        "lonely": drawing(lonely),
        "silence": drawing([*points(3), host_point(START_SECONDS + 100)], gaps=[silence]),
        "averages": drawing(averages, level=LEVELS[1]),
        "event": drawing(points(3), notes=NO_NOTES._replace(events_seconds=[START_SECONDS + 10])),
        "move": drawing(points(3), notes=NO_NOTES._replace(moves_seconds=[START_SECONDS + 10])),
        "off": drawing([*points(3), host_point(START_SECONDS + 100)], gaps=[off]),
        "many": drawing(many),
        "neighbours": drawing(points(5), window=short),
        "before": beside_last_week(),
    }
    return {name: whole(found) for name, found in cases.items()}


def beside_last_week() -> Drawing:
    """Return twenty samples with a gap in their middle, and forty of the week before."""
    before = read_before("-7d")
    assert before is not None
    now = [*points(10), *points(30)[20:]]
    past = [
        host_point(START_SECONDS - before.length.total_seconds() + 10 * index, cpu_busy_ratio=0.25)
        for index in range(40)
    ]
    place = Place(WINDOW._replace(end=WINDOW.start + timedelta(seconds=400)), UTC, RAW, 10.0)
    gaps = gaps_of(now)
    earlier = Earlier(before, RAW, with_derived(columns(past, HostPoint._fields)))
    found = compared(with_derived(columns(now, HostPoint._fields)), gaps, earlier, place, LINE_COLUMNS)
    data = Data("hv1/raw", DRAWN_COLUMNS, found["time_seconds"], found, gaps, before=before.words)
    return draw(PANELS, data, NO_NOTES, Frame(place.window, RAW, UTC, 1200))


def histories() -> list[list[dict[str, ColumnUpdate]]]:
    """Return ranges that move on while rows come late, change and go; each step as update and as whole."""
    chance = random.Random(5)  # noqa: S311 - no secret
    found = []
    for _ in range(10):
        versions, series, version = Versions(), "", ""
        state: dict[int, tuple[float | None, ...]] = {}
        steps = []
        for step in range(12):
            for instant in {step * 2, step * 2 + 1, chance.randrange(step * 2 + 2)}:
                state[instant] = (chance.random(), chance.choice([None, 0.0, 0.5]), None)
            state.pop(chance.randrange(step * 2 + 2), None)
            state = {instant: row for instant, row in state.items() if instant >= step}
            new = drawn(state)
            update = versions.update(new, series, version)
            series, version = update.series, update.version
            steps.append({"update": update, "whole": Versions().update(new, "", "")})
        found.append(steps)
    return found


def chart_cases() -> dict[str, Any]:
    """Return all that the tests of the Chart component read."""
    found = {
        "panels": PANELS,
        "table": TABLE,
        "charts": charts(),
        "histories": histories(),
        "numbers": [(unit, value, write(value)) for unit, write in WRITERS.items() for value in NUMBERS],
    }
    written: dict[str, Any] = msgspec.to_builtins(found)
    return written
