# SPDX-License-Identifier: Apache-2.0
"""The tool that writes the migration of new figures: what is new, and how it is written down."""

import pytest

from consumer.schema.migration_files import migrations_folder
from deploy.figures.migration import FigureError, migrated_columns, next_migration, next_number
from deploy.figures.registry import KEYS, figures_by_table
from publisher.wire.figures import DeclaredFigure, Figure

TABLES = """\
CREATE TABLE host_samples (
    host_id integer NOT NULL,
    sampled_at timestamptz NOT NULL,
    load_1m real,
    PRIMARY KEY (host_id, sampled_at)
);
CREATE TABLE host_latest (
    uptime_seconds double precision
);
"""
LATER = """
SELECT add_figure('host_samples', 'load_5m', 'real');
SELECT add_figure(
    'domain_samples', 'load_15m', 'real', rolled_up => true, histogram => false, in_now => true
);
"""


FIGURE = Figure("tasks", "gauge", "tasks that run")


def declared(
    name: str, figure: Figure = FIGURE, *, sql_type: str = "real", is_required: bool = False
) -> DeclaredFigure:
    """Return a figure as its struct declares it."""
    return DeclaredFigure(name, sql_type, is_required, figure)


def migrations() -> list[str]:
    """Return the texts of all migrations, of both editions."""
    return [path.read_text() for path in migrations_folder().iterdir() if path.name.endswith(".sql")]


def test_every_declared_figure_has_its_migration() -> None:
    """A figure that was declared and not migrated could not be stored: run make figures."""
    assert next_migration(figures_by_table(), migrations()) is None


def test_every_column_of_the_migrations_is_declared() -> None:
    """A figure whose declaration was removed is stored no more, and is still in the views."""
    for table, figures in figures_by_table().items():
        keys = {"host_id", "domain_id", "sampled_at", *KEYS}

        assert migrated_columns(migrations(), table) - keys == set(figures), table


def test_the_columns_of_a_table_are_those_that_it_was_made_with_and_those_added() -> None:
    """They are those of that table, in whatever form the addition is written."""
    assert {"host_id", "sampled_at", "load_1m", "load_5m"} == migrated_columns(
        [TABLES, LATER], "host_samples"
    )
    assert {"uptime_seconds"} == migrated_columns([TABLES, LATER], "host_latest")
    assert {"load_15m"} == migrated_columns([TABLES, LATER], "domain_samples")


def test_a_new_figure_becomes_a_call_with_all_that_is_declared() -> None:
    """What is frozen spells everything out; what is there already is left alone."""
    figures = {
        "host_samples": {
            "load_1m": declared("load_1m"),
            "load_15m": declared("load_15m", FIGURE._replace(histogram=True)),
            "is_loaded": declared(
                "is_loaded", FIGURE._replace(rolled_up=False, in_now=False), sql_type="boolean"
            ),
        }
    }
    text = next_migration(figures, [TABLES, LATER])

    assert text is not None
    assert text.startswith("-- SPDX-License-Identifier: Apache-2.0\n-- ")
    call = "SELECT add_figure('host_samples', {}, rolled_up => {}, histogram => {}, in_now => {});"
    assert [
        call.format("'load_15m', 'real'", "true", "true", "true"),
        call.format("'is_loaded', 'boolean'", "false", "false", "false"),
    ] == [line for line in text.splitlines() if line.startswith("SELECT")]
    assert next_migration(figures, [TABLES, LATER, text]) is None


def test_a_new_figure_that_is_never_null_is_refused() -> None:
    """Publishers of before do not send it, and rows of before do not have it."""
    with pytest.raises(FigureError, match=r"host_samples\.state is new and must be optional"):
        next_migration({"host_samples": {"state": declared("state", is_required=True)}}, [TABLES])


def test_the_number_follows_the_highest() -> None:
    """Whatever the edition of that one, and whatever else lies there."""
    assert 18 == next_number(["0001_a.sql", "0017_b.community.sql", "0016_c.sql", "README.md"])
