# SPDX-License-Identifier: Apache-2.0
"""The runner: once, in order, by one at a time, as the owner, and never over a changed history."""

import re
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from consumer.errors import DatabaseAway, SchemaError
from consumer.schema.edition import Server, detect
from consumer.schema.migration import LOCK_KEY, Wanted, migrate, pending
from consumer.schema.migration_files import (
    migrations_folder,
    read_migrations,
)
from deploy.lab import services
from tests.migration.seeding import seed_samples
from tests.services import MigratedDatabase

# The first of a database whose samples are rolled up by consumers.
ROLLUPS_NUMBER = 18
HANG_GUARD_SECONDS = 60.0


SESSION = """
SELECT current_user, current_setting('role'), current_setting('search_path'),
    current_setting('statement_timeout'), current_setting('lock_timeout')
"""


def connect(database: MigratedDatabase) -> psycopg.Connection:
    """Connect as the owner."""
    return psycopg.connect(database.owner_url, autocommit=True)


def labels() -> list[str]:
    """Return the names of this version's migrations for the Apache edition."""
    return [migration.label for migration in read_migrations("apache", migrations_folder())]


def write(folder: Path, **files: str) -> Path:
    """Make a folder of migrations."""
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.sql").write_text(text)
    return folder


def test_an_empty_database_gets_every_migration(empty_database: MigratedDatabase) -> None:
    """All files of the edition are applied in order, and recorded with their checksums."""
    with connect(empty_database) as connection:
        assert labels() == [migration.label for migration in migrate(connection)]

        assert () == pending(connection)
        assert labels() == [
            f"{number:04} {name}"
            for number, name in connection.execute(
                "SELECT number, name FROM schema_migrations ORDER BY number"
            )
        ]


def test_a_second_migrate_changes_nothing(database: MigratedDatabase) -> None:
    """A migrated database is left as it is."""
    with connect(database) as connection:
        assert () == migrate(connection)


def test_what_will_be_rolled_up_is_said_beforehand(empty_database: MigratedDatabase, tmp_path: Path) -> None:
    """How many samples, since when, how long and how much disk; nothing where none is stored."""
    for file in migrations_folder().iterdir():
        if int(file.name[:4]) < ROLLUPS_NUMBER:
            (tmp_path / file.name).write_text(file.read_text())
    told: list[str] = []
    first = datetime(2026, 11, 1, tzinfo=UTC)
    with connect(empty_database) as connection:
        migrate(connection, folder=tmp_path)
        seed_samples(connection, first, 100, timedelta(hours=1))
        connection.execute("ANALYZE")
        migrate(connection, tell=told.append)
        assert () == migrate(connection, tell=told.append)

    assert told[0].startswith("about 700 samples since 2026-11-01 will be rolled up")
    assert "about 1 min, about 1 MB of disk" in told[1]
    assert [
        ["the views of the rollups", "charts wait for seconds"],
        ["domain_block_samples, host_samples", "consumers and charts wait for a moment"],
    ] == [re.split(" while.*: ", line[8:]) for line in told if line.startswith("locked: ")]
    assert "a table in use is waited for up to 30 s" in told[-2]
    assert [] == [line for line in told if "aggregates" in line]


def test_nothing_is_said_of_a_new_database(empty_database: MigratedDatabase) -> None:
    """There is nothing to roll up."""
    told: list[str] = []
    with connect(empty_database) as connection:
        migrate(connection, tell=told.append)

    assert [] == told


def test_what_the_server_lacks_is_said_beforehand(empty_database: MigratedDatabase) -> None:
    """Chunks of ten minutes need more locks than there are; said before anything is applied."""
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(f"{len(pending(connection))} {line}")

    with connect(empty_database) as connection:
        migrate(connection, Wanted(chunk_interval=timedelta(minutes=10)), tell=tell)

    assert [f"{len(labels())} max_locks_per_transaction is 64, 436 are needed"] == [
        line.split(":")[0] for line in told
    ]


def test_the_session_is_handed_back_as_it_was(database: MigratedDatabase) -> None:
    """The caller's timeouts and role survive a migration."""
    with connect(database) as connection:
        before = connection.execute(SESSION).fetchall()
        migrate(connection)

        assert before == connection.execute(SESSION).fetchall()


def test_two_migrators_share_the_work(empty_database: MigratedDatabase) -> None:
    """One of two migrators at once applies everything. The other waits and finds nothing to do."""
    together = threading.Barrier(2)

    def run() -> list[str]:
        with connect(empty_database) as connection:
            together.wait(HANG_GUARD_SECONDS)
            return [migration.label for migration in migrate(connection)]

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run) for _ in range(2)]

        assert [[], labels()] == sorted(run.result(HANG_GUARD_SECONDS) for run in runs)


def test_a_migrator_waits_for_another(empty_database: MigratedDatabase) -> None:
    """While the lock is held nothing is applied; when it is released, everything is."""
    with (
        connect(empty_database) as holder,
        connect(empty_database) as migrator,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        run = pool.submit(migrate, migrator)
        deadline = time.monotonic() + HANG_GUARD_SECONDS
        waiting = "SELECT count(*) FROM pg_locks WHERE pid = %s AND locktype = 'advisory' AND NOT granted"
        while holder.execute(waiting, [migrator.info.backend_pid]).fetchone() != (1,):
            assert not run.done()
            assert time.monotonic() < deadline

        assert (None,) == holder.execute("SELECT to_regclass('kvmgrid.schema_migrations')").fetchone()
        holder.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
        assert len(labels()) == len(run.result(HANG_GUARD_SECONDS))


def test_everything_belongs_to_the_owner(empty_database: MigratedDatabase) -> None:
    """A superuser who migrates does not become the owner of anything."""
    with psycopg.connect(empty_database.administrator_url, autocommit=True) as connection:
        migrate(connection)

        assert [("kvmgrid_owner",)] == connection.execute(
            "SELECT DISTINCT relowner::regrole::text FROM pg_class"
            " WHERE relnamespace = 'kvmgrid'::regnamespace"
        ).fetchall()


def test_a_changed_file_is_refused(database: MigratedDatabase, tmp_path: Path) -> None:
    """A file that was edited after it was applied stops the migration and is named."""
    folder = tmp_path / "migrations"
    with connect(database) as connection:
        shutil.copytree(Path(str(migrations_folder())), folder)
        (folder / "0003_views.sql").write_text("-- another text")

        with pytest.raises(SchemaError, match=r"0003 views was changed after it was applied"):
            migrate(connection, folder=folder)


def test_a_failed_file_leaves_no_trace(empty_database: MigratedDatabase, tmp_path: Path) -> None:
    """The failed file is rolled back whole; the one before stays, and a mended file goes on from there."""
    broken = write(
        tmp_path,
        **{"0001_one": "CREATE TABLE one (a int);", "0002_two": "CREATE TABLE two (a int); SELECT 1 / 0;"},
    )
    with connect(empty_database) as connection:
        with pytest.raises(SchemaError, match=r"0002 two failed: division by zero"):
            migrate(connection, folder=broken)

        assert [("one",), ("schema_migrations",)] == connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'kvmgrid' ORDER BY 1"
        ).fetchall()
        write(tmp_path, **{"0002_two": "CREATE TABLE two (a int);"})
        assert ["0002 two"] == [migration.label for migration in pending(connection, tmp_path)]


def test_a_file_may_ask_to_run_outside_a_transaction(
    empty_database: MigratedDatabase, tmp_path: Path
) -> None:
    """VACUUM, which refuses a transaction, runs from a file that says so; its statements go one by one."""
    folder = write(
        tmp_path,
        **{
            "0001_one": "CREATE TABLE one (a int);",
            "0002_two": "-- transaction: none\nVACUUM one;\n-- next\nINSERT INTO one VALUES (1);\n",
        },
    )
    with connect(empty_database) as connection:
        migrate(connection, folder=folder)

        assert [(1,)] == connection.execute("SELECT a FROM kvmgrid.one").fetchall()


REPEATED = """
-- transaction: none
CREATE TABLE IF NOT EXISTS pieces (number int);
-- next
-- repeated
INSERT INTO pieces SELECT count(*) + 1 FROM pieces HAVING count(*) < 5
RETURNING number || ' of 5';
-- next
CREATE TABLE finished (a int);
"""


def test_a_repeated_query_is_told_and_goes_on_after_its_session_was_ended(
    empty_database: MigratedDatabase, tmp_path: Path
) -> None:
    """Each piece is a transaction: killed behind the second one, the next migrate begins with the third."""
    told: list[str] = []
    folder = write(tmp_path, **{"0001_one": REPEATED})

    def kill(line: str) -> None:
        told.append(line)
        if len(told) == 2:
            with psycopg.connect(empty_database.administrator_url, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])

    with connect(empty_database) as connection, pytest.raises(DatabaseAway):
        migrate(connection, folder=folder, tell=kill)
    with connect(empty_database) as connection:
        assert [(1,), (2,)] == connection.execute("SELECT number FROM kvmgrid.pieces ORDER BY 1").fetchall()
        migrate(connection, folder=folder, tell=told.append)
        assert () == pending(connection, folder)

    assert [f"{number} of 5" for number in range(1, 6)] == told


def test_chunks_get_the_interval_asked_for(database: MigratedDatabase) -> None:
    """The setting reaches every hypertable of samples and reports, and leaves events and rollups alone."""
    with connect(database) as connection:
        migrate(connection, Wanted(chunk_interval=timedelta(hours=6)))

        lengths = {timedelta(hours=6): 8, timedelta(days=30): 1}
        lengths |= dict.fromkeys((timedelta(days=7), timedelta(days=90), timedelta(days=730)), 7)
        assert lengths == dict(
            connection.execute(
                "SELECT time_interval, count(*) FROM timescaledb_information.dimensions GROUP BY 1"
            ).fetchall()
        )


def test_a_chunk_interval_out_of_bounds_is_refused(database: MigratedDatabase) -> None:
    """An interval of seconds would make thousands of chunks."""
    with (
        connect(database) as connection,
        pytest.raises(SchemaError, match=r"is not between 0:10:00 and 30 days"),
    ):
        migrate(connection, Wanted(chunk_interval=timedelta(seconds=1)))


def test_the_edition_is_found(database: MigratedDatabase, database_server: services.Database) -> None:
    """The lab's server is Debian's Apache edition."""
    with connect(database) as connection:
        server = detect(connection)

    assert database_server.instance is None or server == Server("2.19.3", "apache")


def test_a_database_without_the_extension_is_refused(database_server: services.Database) -> None:
    """The message says what is missing and who can add it."""
    with (
        psycopg.connect(database_server.admin.url_for("postgres"), autocommit=True) as connection,
        pytest.raises(SchemaError, match=r"has no TimescaleDB: prepare it"),
    ):
        detect(connection)


def test_a_login_without_the_owner_role_is_refused(database: MigratedDatabase) -> None:
    """The consumer's login cannot migrate, and is told why."""
    with (
        psycopg.connect(database.ingest_url, autocommit=True) as connection,
        pytest.raises(SchemaError, match=r"may not act as kvmgrid_owner"),
    ):
        migrate(connection)
