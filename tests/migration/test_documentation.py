# SPDX-License-Identifier: Apache-2.0
"""docs/schema.md names every column of every public view, and gives each its unit."""

import re
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from consumer.schema.retention import periods
from consumer.settings import RetentionSettings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "schema.md"
PARTS = ("count", "sum", "min", "max")
WITH_HISTOGRAMS = ("_1h", "_1d")
VIEWS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'kvmgrid'::regnamespace AND c.relkind = 'v'
GROUP BY 1
"""


class Row(NamedTuple):
    """One row of a table on the page."""

    name: str
    unit: str
    cells: tuple[str, ...]

    @property
    def flags(self) -> list[str]:
        """Return which views have a figure: rollup, histogram, not now."""
        return self.cells[0].split(", ")

    @property
    def is_group(self) -> bool:
        """Whether the row stands for the columns of a group of figures."""
        return self.name.startswith("[")


def sections() -> dict[str, list[Row]]:
    """Return the table under each heading of the third level."""
    found: dict[str, list[Row]] = {}
    for text in PAGE.read_text().split("\n### ")[1:]:
        heading, _, body = text.partition("\n")
        body = body.split("\n## ")[0]
        lines = [line for line in body.splitlines() if line.startswith("| ")]
        cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]
        found[heading.replace("`", "")] = [Row(row[0].replace("`", ""), row[1], row[2:]) for row in cells]
    return found


def columns_of(view: str, rows: list[Row], groups: dict[str, list[Row]], *, rollup: bool) -> list[str]:
    """Return the columns of a view that a table stands for, its groups written out."""
    columns = []
    for row in rows:
        if not row.is_group:
            columns.append(row.name)
            continue
        match = re.fullmatch(r"\[(.+)\]\(#.+\)", row.name)
        assert match is not None
        for figure in groups[match[1]]:
            if not rollup:
                columns += [figure.name] * ("not now" not in figure.flags or not view.endswith("_now"))
            elif "rollup" in figure.flags:
                columns.extend(f"{figure.name}_{part}" for part in PARTS)
                if "histogram" in figure.flags and view.endswith(WITH_HISTOGRAMS):
                    columns.append(f"{figure.name}_histogram")
    return columns


def documented() -> dict[str, list[str]]:
    """Return the columns of each view as the page gives them."""
    page = sections()
    views = {}
    for heading, rows in page.items():
        if not heading.endswith("figures"):
            names = heading.split(", ")
            views.update({name: columns_of(name, rows, page, rollup=len(names) > 1) for name in names})
    return views


def test_the_page_and_the_database_have_the_same_views(shared_owner: psycopg.Connection) -> None:
    """No view is left out, and none is described that does not exist."""
    assert sorted(documented()) == sorted(name for name, _ in shared_owner.execute(VIEWS))


@pytest.mark.parametrize("view", sorted(documented()))
def test_the_page_has_the_columns_of_a_view(shared_owner: psycopg.Connection, view: str) -> None:
    """Every column is described once, and none that is not there; their order means nothing."""
    columns: dict[str, list[str]] = dict(shared_owner.execute(VIEWS).fetchall())

    assert sorted(documented()[view]) == sorted(columns[view])


def test_every_column_has_a_unit() -> None:
    """A figure without a unit is a riddle."""
    assert [] == [
        row.name for rows in sections().values() for row in rows if not row.is_group and not row.unit
    ]


def test_no_group_of_figures_is_unused() -> None:
    """Each group of figures stands in some view."""
    page = sections()
    used = {row.name.split("]")[0].strip("[") for rows in page.values() for row in rows if row.is_group}

    assert {heading for heading in page if heading.endswith("figures")} == used


def test_the_page_has_the_default_periods() -> None:
    """The table of retention gives each level the period of the settings."""
    table = PAGE.read_text().split("\n## Retention\n")[1]
    found = dict(re.findall(r"^\| `(\w+)` \| (\d+ days|forever) \|", table, re.MULTILINE))

    assert {
        level: "forever" if keep is None else f"{keep.days} days"
        for level, keep in periods(RetentionSettings()).items()
    } == found
