# SPDX-License-Identifier: Apache-2.0
"""What a VM's row says to the columns of the table and to its file."""

import csv
import io
from pathlib import Path

import pytest

from dashboard.components.domain_mark import _SHAPES
from dashboard.pages.vms.columns import COLUMNS, cells
from dashboard.pages.vms.feed import VmsFeed
from dashboard.pages.vms.file import file_of, file_text
from dashboard.pages.vms.queries import VmRow
from dashboard.pages.vms.view import View
from tests.unit.dashboard.pages.vms.rows import vm_row, vms_database
from tests.unit.dashboard.rows import NOW

ASSETS = Path(__file__).resolve().parents[5] / "dashboard" / "assets"
# What the browser makes of other fields.
MADE_IN_THE_BROWSER = {"state", "moved", "age"}


def test_every_column_finds_its_field() -> None:
    """Numbers travel as they are, 0 too, with as many digits as a cell shows."""
    found = cells(vm_row())

    assert {column.field for column in COLUMNS if not column.lines} - MADE_IN_THE_BROWSER <= found.keys()
    assert (0.1235, 0.0, 2**31, "ssd web") == (
        found["cpu_ratio"],
        found["steal_ratio"],
        found["memory_assigned_bytes"],
        found["tags"],
    )
    assert (NOW.isoformat(), "hv2") == (found["sampled_at"], found["moved_from"])


def test_what_is_not_known_is_left_out() -> None:
    """Neither 0 nor an empty text."""
    nothing = dict.fromkeys(VmRow._fields) | {
        "domain_id": 7,
        "uuid": "u",
        "name": "a\u202eb\x1b",
        "host": "hv1",
        "tags": [],
        "freshness": "stale",
        "contested_by": [],
    }

    assert {"id": "7", "uuid": "u", "name": "a\ufffdb\ufffd", "host": "hv1", "freshness": "stale"} == cells(
        VmRow(**nothing)  # type: ignore[arg-type]  # the fields are named above
    )


def test_the_shapes_of_states_are_those_of_the_other_pages() -> None:
    """Their paths stand in the script as well."""
    script = (ASSETS / "vm_cells.js").read_text()

    for state, (path, kind) in _SHAPES.items():
        assert f'{state}: ["{path}", "{kind}"]' in script.replace(f'"{state}":', f"{state}:")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('=cmd|"/c calc"!A0', '\'=cmd|"/c calc"!A0'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("web=1", "web=1"),
        (-1.5, "-1.5"),
        (None, ""),
    ],
)
def test_no_cell_of_the_file_is_run(value: object, expected: str) -> None:
    """Texts that begin like a formula get an apostrophe, numbers stay numbers."""
    assert expected == file_text(value)


def test_the_file_has_all_rows_in_their_order() -> None:
    """Units stand in the head, states in words, instants as they are; a VM that went is left out."""
    database = vms_database(3, 1, 2)
    database.rows["vms_rows"] = [
        vm_row(3, name="=3", freshness="stale"),
        vm_row(1, state_name="shut off", cpu_ratio=None, moved_at=None),
    ]
    text = file_of(VmsFeed(database, keep_seconds=0), View())
    stale, off = csv.DictReader(io.StringIO(text))

    assert ("'=3", "state unknown", "0.1235") == (stale["VM"], stale["State"], stale["CPU (ratio)"])
    assert ("vm1", "shut off", "") == (off["VM"], off["State"], off["CPU (ratio)"])
    assert (str(2**31), "125000.0", "0.003") == (
        stale["Assigned (B)"],
        stale["Network (B/s)"],
        stale["Latency (s)"],
    )
    assert (NOW.isoformat(), "") == (stale["Sampled at"], off["Last move"])
