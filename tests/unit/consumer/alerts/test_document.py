# SPDX-License-Identifier: Apache-2.0
"""docs/alerts.md says what the rules say."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from consumer.alerts.document import figure_table, folding_list, rule_table
from consumer.cli import main

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "alerts.md"


@pytest.mark.parametrize(
    "table", [rule_table(), folding_list(), figure_table()], ids=["rules", "folding", "figures"]
)
def test_the_tables_are_those_of_the_rules(table: str) -> None:
    """docs/alerts.md holds what ``python -m consumer.alerts.document`` prints."""
    assert table in DOCUMENT.read_text(encoding="utf-8")


def test_the_example_can_be_used(tmp_path: Path) -> None:
    """Who copies the file of the document has no fault in it."""
    example = DOCUMENT.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "alerts.toml"
    path.write_text(example, encoding="utf-8")

    assert tomllib.loads(example)["rules"]["backup_pool"]
    assert 0 == CliRunner().invoke(main, ["alerts", "check", str(path)]).exit_code
