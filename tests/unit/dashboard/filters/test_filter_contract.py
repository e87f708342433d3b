# SPDX-License-Identifier: Apache-2.0
"""The contract between the field of a filter and the dashboard."""

from pathlib import Path

from dashboard.components.filter_typescript import filter_declarations

ROOT = Path(__file__).resolve().parents[4]


def test_the_declarations_for_scripts_are_those_of_the_structs() -> None:
    """The scripts are checked against what ``python -m dashboard.components.filter_typescript`` prints."""
    assert filter_declarations() == (ROOT / "dashboard/assets/types/filter_contract.d.ts").read_text()
