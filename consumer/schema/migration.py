# SPDX-License-Identifier: Apache-2.0
"""The database schema: finds the edition of TimescaleDB and applies the migration files in order.

Each file is applied once, as the role kvmgrid_owner, and recorded with its checksum. It runs in one
transaction unless it holds the line ``-- transaction: none``. Such a file is sent statement by statement,
split at lines ``-- next``; one with the line ``-- repeated`` is run until it gives null. The file must bear
being run again after a failure.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources.abc import Traversable
from typing import NamedTuple

import psycopg
import structlog

from consumer.errors import DatabaseAway, SchemaError
from consumer.schema.columnstore import move_to_community, moving_forecast
from consumer.schema.edition import choose_form, detect
from consumer.schema.forecast import forecast
from consumer.schema.lock_holders import advisory_lock_holders, table_lock_holders
from consumer.schema.migration_files import (
    Applied,
    Edition,
    Migration,
    check_history,
    form_of,
    migrations_folder,
    read_migrations,
    without_replaced,
)
from consumer.schema.retention import periods, write_periods
from consumer.schema.roles import missing_roles
from consumer.schema.server_settings import read_server_settings, shortages
from consumer.settings import RetentionSettings

# Any number will do, as long as every version of kvmgrid uses the same one: "kvmgrid" in ASCII.
LOCK_KEY = int.from_bytes(b"kvmgrid", "big")
# Another migrator may be filling a rollup; it is waited for, and named after the first of these.
# A table in use is not waited for that long.
MIGRATOR_WAITS = ("5s", "595s")
TABLE_WAIT = "30s"
CHUNK_INTERVAL_BOUNDS = (timedelta(minutes=10), timedelta(days=30))

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


def pending(connection: psycopg.Connection, folder: Traversable | None = None) -> tuple[Migration, ...]:
    """Return the migrations a database lacks; raise SchemaError if it cannot be used with this version."""
    applied = _applied(connection)
    form = choose_form(detect(connection).edition, form_of(applied), None)
    return check_history(read_migrations(form, folder or migrations_folder()), applied)


class Wanted(NamedTuple):
    """What a database is to have besides the schema.

    ``chunk_interval`` holds for chunks made from now on. ``retention``: what is older is not taken over, None
    for what the database has. ``edition``: whose form it is to have, None for its own.
    """

    chunk_interval: timedelta = timedelta(days=1)
    retention: RetentionSettings | None = None
    edition: Edition | None = None


def migrate(
    connection: psycopg.Connection,
    wanted: Wanted | None = None,
    *,
    folder: Traversable | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> tuple[Migration, ...]:
    """Bring a database to this version's schema and return what was applied; waits for another migrator.

    ``connection`` is in autocommit mode, logged in as kvmgrid_owner or a member of it. ``wanted``: None for
    the defaults. ``tell`` gets beforehand what the server lacks, what will take long and what will be locked;
    then how far it is. Raises SchemaError and DatabaseAway: the migrations before the failed one stay
    applied.
    """
    wanted = wanted or Wanted()
    shortest, longest = CHUNK_INTERVAL_BOUNDS
    if not shortest <= wanted.chunk_interval <= longest:
        raise SchemaError(f"chunk_interval {wanted.chunk_interval} is not between {shortest} and {longest}")
    folder = folder or migrations_folder()
    try:
        with _as_owner(connection), _only_migrator(connection):
            connection.execute(HISTORY)
            history = _applied(connection)
            held = form_of(history)
            form = choose_form(detect(connection).edition, held, wanted.edition)
            lacking = check_history(read_migrations(held or form, folder), history)
            is_moved = form != (held or form)
            kept = periods(wanted.retention or RetentionSettings())
            for line in (
                *shortages(read_server_settings(connection), kept, wanted.chunk_interval),
                *forecast(connection, lacking, kept),
                *(moving_forecast(connection) if is_moved else ()),
                *missing_roles(connection),
            ):
                tell(line)
            for migration in lacking:
                if wanted.retention is not None and not migration.in_transaction:
                    # What is copied depends on how long it is kept.
                    for difference in write_periods(connection, wanted.retention):
                        tell(difference.label)
                _apply(connection, migration, tell)
            if is_moved:
                move_to_community(connection, without_replaced(read_migrations(form, folder)))
                tell("the database has the form of the Community edition now")
            connection.execute(CHUNK_INTERVAL, {"interval": wanted.chunk_interval})
            return lacking
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
    # Compiling the many small statements takes a quarter of the whole.
    connection.execute("SET jit = off")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("RESET search_path")
            connection.execute("RESET lock_timeout")
            connection.execute("RESET statement_timeout")
            connection.execute("RESET jit")
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


def _apply(connection: psycopg.Connection, migration: Migration, tell: Callable[[str], None]) -> None:
    try:
        if migration.in_transaction:
            with connection.transaction():
                connection.execute(migration.sql.encode())
                _record(connection, migration)
        else:
            for statement in migration.statements:
                if migration.is_repeated(statement):
                    _repeat(connection, statement, tell)
                else:
                    connection.execute(statement.encode())
            _record(connection, migration)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise SchemaError(f"migration {migration.label} failed: {error}") from error


def _repeat(connection: psycopg.Connection, statement: str, tell: Callable[[str], None]) -> None:
    """Run a query until it gives null or nothing; tell each thing that it says once."""
    told = None
    while (row := connection.execute(statement.encode()).fetchone()) is not None and row[0] is not None:
        if row[0] != told:
            tell(row[0])
        told = row[0]


def _record(connection: psycopg.Connection, migration: Migration) -> None:
    connection.execute(
        "INSERT INTO kvmgrid.schema_migrations (number, name, edition, checksum) VALUES (%s, %s, %s, %s)",
        [migration.number, migration.name, migration.edition, migration.checksum],
    )
