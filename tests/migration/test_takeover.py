# SPDX-License-Identifier: Apache-2.0
"""A database of the version before is taken over: its history shows throughout, and is filled in steps."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from consumer.schema.migration import migrate
from consumer.schema.migration_files import migrations_folder
from tests.migration.rolling_up import LEVELS, fill_levels, roll_up
from tests.migration.seeding import HYPERTABLES, seed_plain_tables, seed_samples
from tests.services import MigratedDatabase

LAST_BEFORE_ROLLUPS = 17
FIRST_WITH_ROLLUPS = 19
DAY = timedelta(days=1)
VIEWS = [f"{table}_{level}" for table in HYPERTABLES for level in LEVELS]


def copy_migrations(target: Path, last: int) -> Path:
    """Put the migrations up to a number into a folder, and return it."""
    for entry in migrations_folder().iterdir():
        if int(entry.name[:4]) <= last:
            shutil.copy(str(entry), target)
    return target


def shown(connection: psycopg.Connection, view: str, columns: list[str]) -> list[tuple[object, ...]]:
    """Return some columns of a view in the order of its rows."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return connection.execute(
        sql.SQL("SELECT {} FROM {} AS r ORDER BY ({})::text").format(names, sql.Identifier(view), names)
    ).fetchall()


def columns_of(connection: psycopg.Connection, view: str) -> list[str]:
    """Return the columns of a view in their order."""
    cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(view)))
    return [column.name for column in cursor.description or ()]


def test_an_old_database_is_taken_over(empty_database: MigratedDatabase, tmp_path: Path) -> None:
    """The views answer as before: after the migration, while filling, after it, and without the samples."""
    now = datetime.now(UTC)
    with psycopg.connect(empty_database.owner_url, autocommit=True) as owner:
        migrate(owner, folder=copy_migrations(tmp_path, LAST_BEFORE_ROLLUPS))
        seed_plain_tables(owner, now)
        seed_samples(owner, now - 4 * DAY, 1500, timedelta(seconds=230))
        columns = {view: columns_of(owner, view) for view in VIEWS}
        before = {view: shown(owner, view, columns[view]) for view in VIEWS}
        migrate(owner)

        assert before == {view: shown(owner, view, columns[view]) for view in VIEWS}
        with psycopg.connect(empty_database.ingest_url, autocommit=True) as ingest:
            for _ in range(3):
                ingest.execute("SELECT announce_rollups()")
                fill_levels(ingest, bucket_count=50)
            assert [(True,)] == ingest.execute(
                "SELECT bool_or(waits_from IS NOT NULL) AND bool_or(done > '2001-01-01')"
                " FROM rollup_progress()"
            ).fetchall()
            assert before == {view: shown(owner, view, columns[view]) for view in VIEWS}
            roll_up(ingest)
            assert before == {view: shown(owner, view, columns[view]) for view in VIEWS}
            owner.execute("UPDATE retention SET keep = '1 day' WHERE level IN ('raw', '5m')")
            ingest.execute("SELECT apply_retention()")

        assert [(True,)] == owner.execute(
            "SELECT min(sampled_at) > now() - INTERVAL '2 days' FROM host_samples"
        ).fetchall()
        kept = [view for view in VIEWS if view.endswith(("_1h", "_1d"))]
        assert {view: before[view] for view in kept} == {
            view: shown(owner, view, columns[view]) for view in kept
        }


def test_rollups_of_the_first_form_go_on(empty_database: MigratedDatabase, tmp_path: Path) -> None:
    """Notes that waited are served, also those of a chunk that was thought dropped."""
    now = datetime.now(UTC)
    with (
        psycopg.connect(empty_database.owner_url, autocommit=True) as owner,
        psycopg.connect(empty_database.ingest_url, autocommit=True) as ingest,
    ):
        migrate(owner, folder=copy_migrations(tmp_path, FIRST_WITH_ROLLUPS))
        seed_plain_tables(owner, now)
        seed_samples(owner, now - 2 * DAY, 600, timedelta(seconds=230))
        roll_up(ingest)
        columns = {view: columns_of(owner, view) for view in VIEWS}
        before = {view: shown(owner, view, columns[view]) for view in VIEWS}
        owner.execute("DELETE FROM domain_samples_5m_buckets")
        owner.execute(
            "INSERT INTO rollup_late (subject, entity_id, bucket)"
            " SELECT DISTINCT 'domain', domain_id, time_bucket(INTERVAL '5 minutes', sampled_at)"
            " FROM domain_samples WHERE sampled_at < (SELECT announced FROM rollup_announced)"
        )
        owner.execute(
            "UPDATE rollup_marks SET kept_from = now() WHERE relation = 'domain_samples' AND level = 'raw'"
        )
        migrate(owner)
        roll_up(ingest)

        assert before == {view: shown(owner, view, columns[view]) for view in VIEWS}
        assert (0,) == owner.execute("SELECT count(*) FROM rollup_late").fetchone()


def test_rows_of_a_wrong_clock_are_no_long_way(owner: psycopg.Connection, ingest: psycopg.Connection) -> None:
    """A sample of the year 2003 is rolled up, and nobody walks through the buckets between."""
    seed_samples(owner, datetime(2003, 5, 1, 12, tzinfo=UTC), 2, timedelta(seconds=10))
    seed_samples(owner, datetime.now(UTC) - DAY, 2, timedelta(seconds=10))
    for _ in range(20):
        ingest.execute("SELECT announce_rollups()")
        fill_levels(ingest, bucket_count=300)

    assert [] == ingest.execute("SELECT * FROM rollup_progress() WHERE waits_from IS NOT NULL").fetchall()
    assert [(2,), (2,)] == owner.execute("SELECT sample_count FROM domain_samples_1d_buckets").fetchall()
