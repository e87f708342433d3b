# SPDX-License-Identifier: Apache-2.0
"""The declaration of tables, and the files of their library that are served."""

import json
import re
from pathlib import Path

import dash_ag_grid
import pytest
from dash.development.base_component import Component

from dashboard.components.table import TABLE_LIBRARY, Column, definition, table
from dashboard.pages.hosts.page import COLUMNS
from dashboard.pages.vms.columns import COLUMNS as VM_COLUMNS

ASSETS = Path(__file__).resolve().parents[4] / "dashboard" / "assets"


def test_a_number_travels_raw() -> None:
    """Its unit goes with the column: the browser writes it into cells and into the head of the file."""
    found = definition(Column(field="cpu_busy_ratio", title="CPU", unit="ratio"))

    assert {"unit": "ratio", "words": "ratio"} == found["context"]
    assert {"function": "tableText(params)"} == found["valueFormatter"]
    assert "cellRenderer" not in found


def test_what_is_wanted_comes_first() -> None:
    """A press of a head shows the greatest figures, or the least where those are looked for."""
    orders = {
        each.name: definition(each).get("sortingOrder")
        for each in (*COLUMNS, *VM_COLUMNS)
        if each.name in {"host", "score", "steal", "moved"}
    }

    assert {
        "host": ["asc", "desc"],
        "score": ["asc", "desc"],
        "steal": ["desc", "asc"],
        "moved": ["asc", "desc"],
    } == orders


@pytest.mark.parametrize("columns", [COLUMNS, VM_COLUMNS])
def test_every_function_that_a_table_names_is_in_an_asset(columns: tuple[Column, ...]) -> None:
    """Values, cells, theme and events are found by name in the browser; a misspelt one would show nothing."""
    named = set(re.findall(r"\b([a-z][A-Za-z]+)\((?:params|agGrid)\)", declared(columns)))
    cells = {column.cell for column in columns if column.cell is not None}
    scripts = ("table.js", "table_address.js", "table_values.js", "vm_cells.js")

    assert named
    assert set() == named - offered("dashAgGridFunctions", *scripts)
    assert set() == cells - offered(
        "dashAgGridComponentFunctions", "table_cells.js", "vm_cells.js", "cell_lines.js"
    )


def offered(place: str, *assets: str) -> set[str]:
    """Return the names that assets hang into a place of the window."""
    texts = [(ASSETS / name).read_text() for name in assets]
    lists = [each for text in texts for each in re.findall(place + r" \|\| \{\}, (\{.*?\})", text, re.DOTALL)]
    return set(re.findall(r"\w+", "".join(lists)))


def declared(columns: tuple[Column, ...] = COLUMNS) -> str:
    """Return what a table sends to the browser."""
    return json.dumps(table("any", columns, key="host", is_long=True), default=Component.to_plotly_json)


def test_nothing_of_a_table_is_a_script() -> None:
    """Code in texts stays off: all functions are named ones."""
    assert "dangerously" not in declared()


@pytest.mark.parametrize("name", [TABLE_LIBRARY.script, *TABLE_LIBRARY.chunks])
def test_the_files_of_a_library_exist(name: str) -> None:
    """They are those of the package that is installed."""
    assert (Path(dash_ag_grid.__file__).parent / name).is_file()
