# SPDX-License-Identifier: Apache-2.0
"""The next migration: the figures that are declared and that no migration has. Pure.

Migrations are frozen: one that was applied says for ever what was declared when it was written. What has been
declared anew since, another type or level, is no new figure: a test finds it, and a person decides.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from publisher.wire.figures import DeclaredFigure

_HEAD: Final = """\
-- SPDX-License-Identifier: Apache-2.0
-- New figures, as they were declared when this was written (make figures). Older buckets have none of them.

"""
# A table as the second migration makes it, and what later ones add.
_TABLE: Final = re.compile(r"^CREATE TABLE (\w+) \($(.*?)^\)", re.MULTILINE | re.DOTALL)
_COLUMN: Final = re.compile(r"^    ([a-z]\w*) [a-z]", re.MULTILINE)
_ADDED: Final = re.compile(r"\badd_figure\(\s*'(\w+)',\s*'(\w+)'")
_NUMBER: Final = re.compile(r"(\d{4})_")


class FigureError(Exception):
    """The declarations ask for something that no migration can do."""


def migrated_columns(migrations: Iterable[str], table: str) -> frozenset[str]:
    """Return the columns that the texts of all migrations give a table of samples."""
    found: set[str] = set()
    for text in migrations:
        for name, body in _TABLE.findall(text):
            if name == table:
                found.update(_COLUMN.findall(body))
        found.update(figure for name, figure in _ADDED.findall(text) if name == table)
    return frozenset(found)


def next_migration(
    declared: Mapping[str, Mapping[str, DeclaredFigure]], migrations: Iterable[str]
) -> str | None:
    """Return the text of the next migration, None where there is nothing new.

    Raises FigureError for a new figure that is never null: messages of older publishers lack it.
    """
    texts = list(migrations)
    calls = []
    for table, figures in declared.items():
        columns = migrated_columns(texts, table)
        for name, figure in figures.items():
            if name not in columns:
                if figure.is_required:
                    raise FigureError(f"{table}.{name} is new and must be optional: None is its default")
                calls.append(_call(table, figure))
    return _HEAD + "".join(calls) if calls else None


def next_number(names: Iterable[str]) -> int:
    """Return the number behind the highest of the files of migrations."""
    return max(int(found[1]) for name in names if (found := _NUMBER.match(name))) + 1


def _call(table: str, declared: DeclaredFigure) -> str:
    figure = declared.figure
    options = {"rolled_up": figure.rolled_up, "histogram": figure.histogram, "in_now": figure.in_now}
    told = ", ".join(f"{name} => {str(value).lower()}" for name, value in options.items())
    return f"SELECT add_figure('{table}', '{declared.name}', '{declared.sql_type}', {told});\n"
