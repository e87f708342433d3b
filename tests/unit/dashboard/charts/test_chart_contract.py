# SPDX-License-Identifier: Apache-2.0
"""The contract between pages and the component Chart."""

from pathlib import Path

from dashboard.charts.contract import ChartUpdate, written_chart
from dashboard.charts.drawing import no_chart
from dashboard.charts.typescript import chart_declarations
from tests.unit.dashboard.charts.drawings import drawing, points, whole

ROOT = Path(__file__).resolve().parents[4]


def test_the_declarations_for_scripts_are_those_of_the_structs() -> None:
    """The scripts are checked against what ``python -m dashboard.charts.typescript`` prints now."""
    place = "dashboard/assets/types/chart_contract.d.ts"

    assert chart_declarations() == (ROOT / place).read_text(), (
        f"run python -m dashboard.charts.typescript > {place}"
    )


def test_what_says_nothing_is_not_written() -> None:
    """An update without a picture, or without rows, has no member for it."""
    assert {"number": 7, "name": ""} == written_chart(no_chart(7))
    update = whole(drawing(points(3)))
    assert {"number", "name", "picture", "rows"} == written_chart(update).keys()
    kept = ChartUpdate(number=2, name=update.name, picture=update.picture)
    assert {"number", "name", "picture"} == written_chart(kept).keys()
