# SPDX-License-Identifier: Apache-2.0
"""A figure that is added to a filled database, while a consumer that does not know it goes on storing."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from consumer.schema.migration import migrate
from consumer.schema.migration_files import migrations_folder
from deploy.figures.migration import next_migration, next_number
from deploy.figures.registry import figures_by_table
from publisher.wire.figures import DeclaredFigure, Figure
from tests.integration.consumer_messages import small_fleet
from tests.integration.direct_consumer import DirectConsumer
from tests.migration.seeding import HYPERTABLES
from tests.services import MigratedDatabase

TICK_SECONDS = 60
MINUTES_BEFORE, MINUTES_AFTER = 90, 60
LEVELS = ("1m", "5m", "1h")
NEW = DeclaredFigure(
    "made_for_this_test_ratio",
    "real",
    is_required=False,
    figure=Figure("0 to 1", "rate", "of nothing", histogram=True),
)


@pytest.fixture
def owner(database: MigratedDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection to a migrated database as its owner."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def consumer(database: MigratedDatabase) -> Iterator[DirectConsumer]:
    """Give a consumer that knows the figures of this version."""
    direct = DirectConsumer(database.ingest_url)
    yield direct
    direct.close()


def fill(connection: psycopg.Connection, announced: datetime) -> None:
    """Fill all levels up to an instant, as upkeep does: by the functions that each version of it calls."""
    connection.execute("UPDATE rollup_announced SET announced = %s", [announced])
    for level in ("5m", "1h", "1d"):
        for table in HYPERTABLES:
            connection.execute("SELECT fill_rollup(%s, %s, 1000000)", [table, level])


def rows(connection: psycopg.Connection, relation: str, before: datetime) -> list[dict[str, Any]]:
    """Return what a view has of the time before an instant."""
    query = sql.SQL("SELECT * FROM {} WHERE bucket < %s ORDER BY 1, 2, 3").format(sql.Identifier(relation))
    return connection.cursor(row_factory=dict_row).execute(query, [before]).fetchall()


def add_new_figure(connection: psycopg.Connection, folder: Path) -> str:
    """Let the tool write the migration of NEW behind those that there are, and apply it."""
    shutil.copytree(str(migrations_folder()), folder)
    declared = figures_by_table()
    declared["host_samples"][NEW.name] = NEW
    text = next_migration(declared, [path.read_text() for path in folder.glob("*.sql")])
    assert text is not None
    number = next_number(path.name for path in folder.glob("*.sql"))
    (folder / f"{number:04}_made_for_this_test.sql").write_text(text)
    (applied,) = migrate(connection, folder=folder)
    return applied.name


def test_a_figure_is_added_to_a_filled_database(
    owner: psycopg.Connection, consumer: DirectConsumer, tmp_path: Path
) -> None:
    """Old buckets have none of it and keep all else, new ones have it. Who does not know it goes on."""
    fleet = small_fleet(host_count=1, domain_count=2)
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)

    def take(first_minute: int, count: int) -> None:
        for minute in range(first_minute, first_minute + count):
            second = start.timestamp() + minute * TICK_SECONDS
            consumer.take(fleet.batch(0, second, minute + 1))

    change = start + timedelta(minutes=MINUTES_BEFORE)
    take(0, MINUTES_BEFORE)
    fill(owner, change)
    past = {
        (table, level): rows(owner, f"{table}_{level}", change) for table in HYPERTABLES for level in LEVELS
    }

    assert "made_for_this_test" == add_new_figure(owner, tmp_path / "migrations")
    take(MINUTES_BEFORE, MINUTES_AFTER)
    # What a consumer that knows it would have stored.
    owner.execute("UPDATE host_samples SET made_for_this_test_ratio = 0.25 WHERE sampled_at >= %s", [change])
    end = change + timedelta(minutes=MINUTES_AFTER)
    fill(owner, end)

    assert [(MINUTES_BEFORE + MINUTES_AFTER,)] == owner.execute(
        "SELECT count(*) FROM host_samples"
    ).fetchall()
    nothing = dict.fromkeys([f"{NEW.name}_{part}" for part in ("sum", "min", "max")])
    for (table, level), old in past.items():
        added = {f"{NEW.name}_count": 0, **nothing} if table == "host_samples" else {}
        if level == "1h" and added:
            added[f"{NEW.name}_histogram"] = None
        # The hour of the change has gone on since.
        stop = change if level != "1h" else start + timedelta(hours=1)
        whole = [row | added for row in old if row["bucket"] < stop]
        assert whole == rows(owner, f"{table}_{level}", stop), (table, level)
    for level, count in (("5m", 5), ("1h", 30)):
        new = [
            row
            for row in rows(owner, f"host_samples_{level}", end)
            if row[f"{NEW.name}_count"] and row["bucket"] + timedelta(hours=1) > change
        ]
        assert {count} == {row[f"{NEW.name}_count"] for row in new}
        assert {0.25 * count} == {row[f"{NEW.name}_sum"] for row in new}
        assert {(0.25, 0.25)} == {(row[f"{NEW.name}_min"], row[f"{NEW.name}_max"]) for row in new}
    assert [(None,)] == owner.execute("SELECT made_for_this_test_ratio FROM hosts_now").fetchall()
    owner.execute("SELECT made_for_this_test_ratio FROM host_metrics").fetchall()
