# SPDX-License-Identifier: Apache-2.0
"""What follows from the declared figures is up to date: ``make figures`` would write nothing."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.figures import __main__ as tool
from deploy.figures.documents import UnknownTable, metrics_document, schema_document

DOCUMENTS = Path(__file__).resolve().parents[3] / "docs"
BEGIN, END = "<!-- figures of {}: written by `make figures` -->\n", "<!-- end of figures -->\n"


def test_the_documents_have_the_declared_figures() -> None:
    """The tables of figures in docs/ are those that the declarations make."""
    for name, written in (("metrics.md", metrics_document), ("schema.md", schema_document)):
        text = (DOCUMENTS / name).read_text(encoding="utf-8")

        assert text == written(text), f"{name}: run make figures"


def test_a_table_is_written_between_its_lines_and_nowhere_else() -> None:
    """What people wrote before and behind a table stays; a table is written anew as often as one likes."""
    text = "before\n" + BEGIN.format("HostFilesystemSample") + "old\n" + END + "behind\n"

    written = metrics_document(text)
    assert written.startswith("before\n" + BEGIN.format("HostFilesystemSample") + "\n| field | unit |")
    assert "| `total_bytes` | bytes | gauge | statvfs(3) | f_blocks × f_frsize |\n" in written
    assert written.endswith("\n\n" + END + "behind\n")
    assert "old" not in written
    assert written == metrics_document(written)


def test_a_long_formula_stands_below_its_table() -> None:
    """A row would be too long: a sentence a line, under the table."""
    written = metrics_document(BEGIN.format("HostDiskSample") + END)

    assert "| `busy_ratio` | 0 to 1 of the time | rate | field 10 (ms) | see below |\n" in written
    assert "\n\n- `busy_ratio`: Δms / (*t* × 1000), at most 1; null" in written
    assert "intervals before.\n  Says little about" in written


def test_the_table_of_the_views_says_which_figures_have_levels() -> None:
    """A figure that is rolled up says so, and one that has a histogram too; a key is no figure."""
    written = schema_document(BEGIN.format("domain_samples") + END + BEGIN.format("host_disk_samples") + END)

    assert "| `cpu_cores` | cores | rollup, histogram | CPU used; 1.0 is one CPU of the host |\n" in written
    assert "| `state_reason` | number | | the state's reason" in written
    assert "`device`" not in written


def test_the_tool_says_when_no_figure_is_new(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing at all would leave a person with a changed declaration, and an old migration beside it."""
    documents, migrations = tmp_path / "docs", tmp_path / "migrations"
    shutil.copytree(tool.MIGRATIONS, migrations)
    documents.mkdir()
    for name in ("metrics.md", "schema.md"):
        shutil.copy(tool.DOCUMENTS / name, documents)
    for name, place in (("ROOT", tmp_path), ("DOCUMENTS", documents), ("MIGRATIONS", migrations)):
        monkeypatch.setattr(tool, name, place)
    before = sorted(migrations.iterdir())

    ended = CliRunner().invoke(tool.main, ["anything"])

    assert (0, before) == (ended.exit_code, sorted(migrations.iterdir()))
    assert ended.output.startswith("no migration: no figure is new; of one that changed, ")


def test_a_table_of_nothing_is_refused() -> None:
    """A misspelt name does not leave an old table behind."""
    with pytest.raises(UnknownTable, match="HostSimple"):
        metrics_document(BEGIN.format("HostSimple") + END)
