# SPDX-License-Identifier: Apache-2.0
"""Every declared figure is at the levels and in the views that its declaration says; nothing else is."""

import psycopg
import pytest

from deploy.figures.registry import figures_by_table
from tests.migration.test_columns import columns_of

PARTS = ("count", "sum", "min", "max")
LEVELS = {"1m": False, "5m": False, "1h": True, "1d": True}
KEYS = {
    "host_samples": {"host_id"},
    "host_disk_samples": {"host_id", "device"},
    "host_interface_samples": {"host_id", "device"},
    "host_filesystem_samples": {"host_id", "path"},
    "domain_samples": {"domain_id"},
    "domain_block_samples": {"domain_id", "device"},
    "domain_interface_samples": {"domain_id", "device"},
}


def figures_at(table: str, *, has_histograms: bool) -> set[str]:
    """Return the columns that the declared figures of a table have at a level."""
    columns: set[str] = set()
    for name, declared in figures_by_table()[table].items():
        if declared.figure.rolled_up:
            columns.update(f"{name}_{part}" for part in PARTS)
        if declared.figure.histogram and has_histograms:
            columns.add(f"{name}_histogram")
    return columns


def states_of(connection: psycopg.Connection, table: str) -> set[str]:
    """Return the columns of time in state, which are no figures."""
    found = connection.execute("SELECT state FROM rollup_states WHERE relation = %s", [table])
    return {f"{state}_count" for (state,) in found}


def test_what_is_rolled_up_is_what_is_declared(shared_owner: psycopg.Connection) -> None:
    """The database's own list, which upkeep works by, has each figure that has levels, with its histogram."""
    expected = {
        (table, name, declared.figure.histogram)
        for table, figures in figures_by_table().items()
        for name, declared in figures.items()
        if declared.figure.rolled_up
    }
    found = shared_owner.execute("SELECT relation, figure, has_histogram FROM rollup_figures").fetchall()

    assert expected == set(found)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("table", figures_by_table())
def test_a_level_has_the_declared_figures(shared_owner: psycopg.Connection, table: str, level: str) -> None:
    """Four columns for each figure that is rolled up, and a histogram where it has one: view and table."""
    expected = {"bucket", "sample_count", *KEYS[table], *states_of(shared_owner, table)}
    expected |= figures_at(table, has_histograms=LEVELS[level])

    assert expected == set(columns_of(shared_owner, f"{table}_{level}"))
    if level != "1m":
        assert expected == set(columns_of(shared_owner, f"{table}_{level}_buckets"))


@pytest.mark.parametrize(
    ("table", "view"), [("host_samples", "hosts_now"), ("domain_samples", "domains_now")]
)
def test_the_view_of_now_has_the_declared_figures(
    shared_owner: psycopg.Connection, table: str, view: str
) -> None:
    """Each figure that is shown of now, and none of another table: docs/schema.md has what else is there."""
    figures = figures_by_table()[table]
    shown = {name for name, declared in figures.items() if declared.figure.in_now}

    assert shown == set(figures) & set(columns_of(shared_owner, view))


@pytest.mark.parametrize(
    ("table", "view"),
    [
        ("host_samples", "host_metrics"),
        ("domain_samples", "domain_metrics"),
        ("domain_block_samples", "domain_block_metrics"),
        ("domain_interface_samples", "domain_interface_metrics"),
        ("host_disk_samples", "host_disk_metrics"),
        ("host_interface_samples", "host_interface_metrics"),
        ("host_filesystem_samples", "host_filesystem_metrics"),
    ],
)
def test_the_view_of_samples_has_the_declared_figures(
    shared_owner: psycopg.Connection, table: str, view: str
) -> None:
    """All of them."""
    assert set(figures_by_table()[table]) <= set(columns_of(shared_owner, view))
