# SPDX-License-Identifier: Apache-2.0
"""What is written from the filters: types for scripts, the table of the document."""

from pathlib import Path

import pytest

from dashboard.components.filter_typescript import filter_declarations
from dashboard.filters.document import table
from dashboard.filters.fields import ALERT_FIELDS, DOMAIN_FIELDS, HOST_FIELDS, Fields

ROOT = Path(__file__).resolve().parents[4]


def test_the_declarations_for_scripts_are_those_of_the_structs() -> None:
    """The scripts are checked against what ``python -m dashboard.components.filter_typescript`` prints."""
    assert filter_declarations() == (ROOT / "dashboard/assets/types/filter_contract.d.ts").read_text()


@pytest.mark.parametrize(
    "fields", [HOST_FIELDS, DOMAIN_FIELDS, ALERT_FIELDS], ids=lambda fields: fields.subject
)
def test_the_document_has_the_fields(fields: Fields) -> None:
    """docs/filters.md holds what ``python -m dashboard.filters.document`` prints."""
    assert f"\n{table(fields)}\n" in (ROOT / "docs/filters.md").read_text()
