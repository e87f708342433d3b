# SPDX-License-Identifier: Apache-2.0
"""The database schema: finds the edition of TimescaleDB and applies the migration files in order.

Each file is applied once, as the role kvmgrid_owner, and recorded with its checksum. It runs in one
transaction unless it holds the line ``-- transaction: none``. Such a file is sent statement by statement,
split at lines ``-- next``. It must bear being run again after a failure.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources.abc import Traversable
from typing import NamedTuple

import psycopg
import structlog

from consumer.errors import DatabaseAway, SchemaError
from consumer.schema.lock_holders import advisory_lock_holders, table_lock_holders
from consumer.schema.migration_files import (
    Applied,
    Edition,
    Migration,
    check_history,
    migrations_folder,
    read_migrations,
)

OLDEST_VERSION = (2, 19)
# Any number will do, as long as every version of kvmgrid uses the same one: "kvmgrid" in ASCII.
LOCK_KEY = int.from_bytes(b"kvmgrid", "big")
# Another migrator may be filling a rollup; it is waited for, and named after the first of these.
# A table in use is not waited for that long.
MIGRATOR_WAITS = ("5s", "595s")
TABLE_WAIT = "30s"
CHUNK_INTERVAL_DEFAULT = timedelta(days=1)
CHUNK_INTERVAL_BOUNDS = (timedelta(minutes=10), timedelta(days=30))

EXTENSION = """
SELECT extversion, current_setting('timescaledb.license', true)
FROM pg_extension
WHERE extname = 'timescaledb'
"""
HISTORY = """
CREATE TABLE IF NOT EXISTS kvmgrid.schema_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    edition text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
# Events are rare and keep their chunks of a month; chunks of rollups are sized by their level.
CHUNK_INTERVAL = """
SELECT set_chunk_time_interval(format('kvmgrid.%%I', hypertable_name)::regclass, %(interval)s)
FROM timescaledb_information.dimensions
WHERE hypertable_schema = 'kvmgrid' AND hypertable_name <> 'events' AND hypertable_name !~ '_buckets$'
    AND time_interval IS DISTINCT FROM %(interval)s
"""


class Server(NamedTuple):
    """TimescaleDB as found in a database."""

    version: str
    edition: Edition


def check_version(version: str) -> None:
    """Raise SchemaError if TimescaleDB is too old, or its version cannot be read."""
    match = re.match(r"(\d+)\.(\d+)", version)
    if match is None:
        raise SchemaError(f"TimescaleDB says its version is {version!r}, which is no version")
    if (int(match[1]), int(match[2])) < OLDEST_VERSION:
        oldest = ".".join(map(str, OLDEST_VERSION))
        # TimescaleDB issue 7672: 2.17 lost rows of INSERT ... ON CONFLICT DO NOTHING into compressed chunks.
        raise SchemaError(
            f"TimescaleDB {version} is too old: kvmgrid needs {oldest}, since older ones can lose rows; "
            "install a newer one, then run ALTER EXTENSION timescaledb UPDATE"
        )


def detect(connection: psycopg.Connection) -> Server:
    """Return version and edition of TimescaleDB in a database; raise SchemaError without a usable one."""
    row = connection.execute(EXTENSION).fetchone()
    if row is None:
        raise SchemaError(
            "this database has no TimescaleDB: prepare it as a superuser with consumer/schema/roles.sql"
        )
    version, licence = row
    check_version(version)
    return Server(version, "apache" if licence == "apache" else "community")


def pending(connection: psycopg.Connection, folder: Traversable | None = None) -> tuple[Migration, ...]:
    """Return the migrations a database lacks; raise SchemaError if it cannot be used with this version."""
    edition = detect(connection).edition
    return check_history(read_migrations(edition, folder or migrations_folder()), _applied(connection))


def migrate(
    connection: psycopg.Connection,
    *,
    chunk_interval: timedelta = CHUNK_INTERVAL_DEFAULT,
    folder: Traversable | None = None,
) -> tuple[Migration, ...]:
    """Bring a database to this version's schema and return what was applied; waits for another migrator.

    ``connection`` is in autocommit mode, logged in as kvmgrid_owner or a member of it. ``chunk_interval``
    holds for chunks made from now on. Raises SchemaError and DatabaseAway; the migrations before the failed
    one stay applied.
    """
    shortest, longest = CHUNK_INTERVAL_BOUNDS
    if not shortest <= chunk_interval <= longest:
        raise SchemaError(f"chunk_interval {chunk_interval} is not between {shortest} and {longest}")
    try:
        with _as_owner(connection), _only_migrator(connection):
            connection.execute(HISTORY)
            applied = pending(connection, folder)
            for migration in applied:
                _apply(connection, migration)
            connection.execute(CHUNK_INTERVAL, {"interval": chunk_interval})
            return applied
    except psycopg.errors.LockNotAvailable as error:
        raise DatabaseAway(
            f"a table was in use for {TABLE_WAIT}, by {table_lock_holders(connection)}: end it and try again"
        ) from error
    except psycopg.OperationalError as error:
        raise DatabaseAway(f"the schema could not be brought up to date now: {error}") from error
    except psycopg.Error as error:
        raise SchemaError(f"the schema could not be brought up to date: {error}") from error


def _applied(connection: psycopg.Connection) -> list[Applied]:
    if connection.execute("SELECT to_regclass('kvmgrid.schema_migrations')").fetchone() == (None,):
        return []
    rows = connection.execute(
        "SELECT number, name, edition, checksum FROM kvmgrid.schema_migrations ORDER BY number"
    )
    return [Applied._make(row) for row in rows]


@contextmanager
def _as_owner(connection: psycopg.Connection) -> Iterator[None]:
    """Act as kvmgrid_owner, so that objects belong to it whoever is logged in."""
    try:
        connection.execute("SET ROLE kvmgrid_owner")
    except psycopg.Error as error:
        raise SchemaError(
            f"the login may not act as kvmgrid_owner, which owns the schema: {error}"
        ) from error
    connection.execute("SET search_path = kvmgrid, public")
    # Only locks are waited for a bounded time; filling a new table may take as long as it takes.
    connection.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("RESET search_path")
            connection.execute("RESET lock_timeout")
            connection.execute("RESET statement_timeout")
            connection.execute("RESET ROLE")


@contextmanager
def _only_migrator(connection: psycopg.Connection) -> Iterator[None]:
    """Hold the lock of migrators, which roles.sql leaves to the owner of the schema alone."""
    if not any(_locked_within(connection, wait) for wait in MIGRATOR_WAITS):
        holders = advisory_lock_holders(connection, LOCK_KEY)
        raise DatabaseAway(f"another migration is under way, by {holders}: try again when it has ended")
    try:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [TABLE_WAIT])
        yield
    finally:
        # With a broken connection the lock is gone as well.
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def _locked_within(connection: psycopg.Connection, wait: str) -> bool:
    connection.execute("SELECT set_config('lock_timeout', %s, false)", [wait])
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
    except psycopg.errors.LockNotAvailable:
        holders = advisory_lock_holders(connection, LOCK_KEY)
        structlog.get_logger().warning("migration_waits", waited=wait, holders=holders)
        return False
    return True


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        if migration.in_transaction:
            with connection.transaction():
                connection.execute(migration.sql.encode())
                _record(connection, migration)
        else:
            for statement in migration.statements:
                connection.execute(statement.encode())
            _record(connection, migration)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise SchemaError(f"migration {migration.label} failed: {error}") from error


def _record(connection: psycopg.Connection, migration: Migration) -> None:
    connection.execute(
        "INSERT INTO kvmgrid.schema_migrations (number, name, edition, checksum) VALUES (%s, %s, %s, %s)",
        [migration.number, migration.name, migration.edition, migration.checksum],
    )
