# SPDX-License-Identifier: Apache-2.0
"""The JavaScript of the Chart component, run by node on what Python encodes for it."""

import json
import os
import random
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.charts.axes import WRITERS
from dashboard.charts.columns import Stretch
from dashboard.charts.contract import ColumnUpdate
from dashboard.charts.versions import Versions
from dashboard.pages.host.panels import PANELS, TABLE
from dashboard.timerange import LEVELS
from tests.unit.dashboard.charts.drawings import START_SECONDS, WINDOW, drawing, points, whole
from tests.unit.dashboard.charts.test_versions import drawn
from tests.unit.dashboard.rows import host_point

HERE = Path(__file__).parent
TESTS = sorted(path.name for path in HERE.glob("*.test.cjs"))
TIMEOUT_SECONDS = 120
NUMBERS = (
    0.0, 0.0004, 0.0123, 0.0994, 0.123, 0.999,
    1.0, 1.37, 12.3, 95.0, 999.4, 1023.0, 1024.0, 5e6, 7.77e9, 3e12,
)  # fmt: skip


def updates() -> dict[str, Any]:
    """Return updates by the name of their case."""
    late = [host_point(START_SECONDS + 300 + 10 * index) for index in range(5)]
    lonely = [*points(2), host_point(START_SECONDS + 200), host_point(START_SECONDS + 400)]
    silence = Stretch(START_SECONDS + 100, START_SECONDS + 600, is_silence=True)
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
        "event": drawing(points(3), events_seconds=[START_SECONDS + 10]),
        "many": drawing(many),
        "neighbours": drawing(points(5), window=short),
    }
    return {name: whole(found) for name, found in cases.items()}


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


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that the JavaScript reads its cases from."""
    path = tmp_path_factory.mktemp("cases") / "cases.json"
    content = {
        "panels": PANELS,
        "table": TABLE,
        "updates": updates(),
        "histories": histories(),
        "numbers": [(unit, value, write(value)) for unit, write in WRITERS.items() for value in NUMBERS],
    }
    path.write_text(json.dumps(msgspec.to_builtins(content)))
    return path


@pytest.mark.parametrize("name", TESTS)
def test_node_finds_the_assets_right(name: str, cases: Path) -> None:
    """One file of tests for a subject; what fails is in its output."""
    node = shutil.which("node")
    assert node is not None, "no node on PATH: run make setup"
    done = subprocess.run(
        [node, "--test", HERE / name],
        env=os.environ | {"KVMGRID_CASES": str(cases)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
