# SPDX-License-Identifier: Apache-2.0
"""Databases of a version before, and what their views show."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from consumer.schema.migration_files import migrations_folder
from tests.migration.rolling_up import LEVELS
from tests.migration.seeding import HYPERTABLES, seed_samples

LAST_BEFORE_ROLLUPS = 17
FIRST_WITH_ROLLUPS = 19
DAY = timedelta(days=1)
VIEWS = [f"{table}_{level}" for table in HYPERTABLES for level in LEVELS]
Shown = dict[str, list[tuple[object, ...]]]


def copy_migrations(target: Path, last: int = LAST_BEFORE_ROLLUPS) -> Path:
    """Put the migrations up to a number into a folder, and return it."""
    for entry in migrations_folder().iterdir():
        if int(entry.name[:4]) <= last:
            shutil.copy(str(entry), target)
    return target


def seed_two_stretches(connection: psycopg.Connection, now: datetime) -> None:
    """Add samples of 40 and of 3 days before ``now``."""
    seed_samples(connection, now - 40 * DAY, 60, timedelta(minutes=10))
    seed_samples(connection, now - 3 * DAY, 400, timedelta(minutes=10))


def columns_of(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Return the columns of each view of a rollup in their order."""
    found: dict[str, list[str]] = {}
    for view in VIEWS:
        cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(view)))
        found[view] = [column.name for column in cursor.description or ()]
    return found


def shown(connection: psycopg.Connection, columns: dict[str, list[str]]) -> Shown:
    """Return these columns of each view, in the order of its rows."""
    found: Shown = {}
    for view, names in columns.items():
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        found[view] = connection.execute(
            sql.SQL("SELECT {} FROM {} AS r ORDER BY ({})::text").format(listed, sql.Identifier(view), listed)
        ).fetchall()
    return found
