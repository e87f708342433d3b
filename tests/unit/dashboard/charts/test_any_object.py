# SPDX-License-Identifier: Apache-2.0
"""Charts are of any object: what they show is an argument, and nothing of a host stands in their code."""

import re
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

import dashboard
from dashboard.charts.component import Chart
from dashboard.charts.drawing import Data, Frame, Notes, draw
from dashboard.charts.panel import Panel, Series, TableColumn, drawn_columns
from dashboard.pages.host.panels import DRAWN_COLUMNS
from dashboard.pages.host.queries import HostPoint
from dashboard.parts.markup import h
from dashboard.timerange import RAW
from tests.unit.dashboard.charts.drawings import START_SECONDS, WINDOW, whole

FOLDER = Path(dashboard.__file__).parent
SOURCES = sorted(
    [
        *(FOLDER / "charts").glob("*.py"),
        *(FOLDER / "assets").glob("chart*.js"),
        FOLDER / "assets/number_words.js",
    ]
)
COLUMNS = {*HostPoint._fields, *DRAWN_COLUMNS}
PANELS = (
    Panel(
        key="traffic",
        title="Traffic of a disk",
        unit="bytes_per_second",
        height_pixels=90,
        series=(Series("read", "read", "blue"), Series("written", "written", "orange", drawing="area")),
    ),
    Panel(
        key="queue",
        title="Queue",
        unit="seconds",
        height_pixels=60,
        series=(Series("wait", "wait", "green"),),
    ),
)
TABLE = (TableColumn("Read", "read", "bytes_per_second"), TableColumn("Flushes", "flushes", "seconds"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_object_is_named_in_the_code_of_charts(source: Path) -> None:
    """Neither the id of a page's element nor the column of a page's rows."""
    words = set(re.findall(r"[a-z][a-z0-9_]*", source.read_text(encoding="utf-8")))
    assert set() == words & COLUMNS
    assert "host" not in words


def test_a_chart_of_other_rows() -> None:
    """Rows of an object that is no host are drawn by naming their columns."""
    times = START_SECONDS + np.arange(5.0) * 10
    columns = {
        "read": np.arange(5.0),
        "written": np.full(5, np.nan),
        "wait": np.full(5, 0.002),
        "flushes": times,
    }
    data = Data("vm1/vda/raw", drawn_columns(PANELS, TABLE), times, columns, [])
    found = draw(PANELS, data, Notes([], h("div"), h("div")), Frame(WINDOW, RAW, UTC, 1200))
    assert ["traffic", "queue"] == [panel.key for panel in found.picture.panels]
    rows = whole(found).rows
    assert rows is not None
    assert {"read", "wait", "flushes"} == rows.columns.keys()


def test_the_component_describes_its_panels() -> None:
    """What the browser needs of panels and table are plain properties, and two charts may stand on a page."""
    first = vars(Chart(None, id="one", panels=PANELS, table=TABLE, label="A disk"))
    second = vars(Chart(None, id="two", panels=PANELS[:1], table=(), label="Its traffic"))
    assert ["traffic", "queue"] == [panel["key"] for panel in first["panels"]]
    assert ["Read", "Flushes"] == [column["words"] for column in first["table"]]
    assert ["blue", "orange"] == [each["colour"] for each in second["panels"][0]["series"]]
