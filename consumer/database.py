# SPDX-License-Identifier: Apache-2.0
"""Connections to the database, and what its errors mean for a message.

Retryable by SQLSTATE:

- connection (08), resources (53, full disk included), disk errors (58), shutdown (57P0x)
- cancelled by a timeout (57014), locks (55P03), serialization and deadlock (40001, 40P01)
- read-only standby (25006)

Some of these a flush may cause by itself (``BATCH_STATES``): after some equal failures the caller isolates.

The rows are at fault for data (22), integrity (23), too large (54). The rest is uncertain: the caller
isolates.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import msgspec
import psycopg

from consumer.deadline import WatchedConnection
from consumer.errors import ConsumerError, DatabaseAway, DataRefused, SchemaError
from consumer.settings import DatabaseSettings
from consumer.statements import statement
from publisher.wire.settings import SettingsError, read_secret

Connection = psycopg.Connection[tuple[object, ...]]

# How much longer than the server's own limit of a statement we wait: its word of it has to come through.
_GRACE_SECONDS = 5.0
# A new index on a large table takes its time.
_PATIENT_SECONDS = 86_400.0

_AWAY_CLASSES = ("08", "53", "57P0", "58")
_AWAY_STATES = frozenset({"57014", "55P03", "40001", "40P01", "25006"})
# Out of memory or of locks, a limit of the configuration, time over, a lock that is not given: of the server,
# or of a flush that asks for too much.
BATCH_STATES = frozenset({"53200", "53400", "57014", "55P03"})
_ROW_CLASSES = ("22", "23", "54")
# Undefined table, column or function, no right to it: the schema or the grants are of another version.
_SCHEMA_STATES = frozenset({"42P01", "42703", "42883", "42501", "3F000", "42704"})
# Wrong password, no such role or database: a setting, where it happens at the first connection.
_LOGIN_CLASSES = ("28", "3D")


def connect(
    settings: DatabaseSettings,
    purpose: str,
    *,
    autocommit: bool = False,
    note_progress: Callable[[], None] | None = None,
    is_patient: bool = False,
) -> Connection:
    """Open a connection; raise DatabaseAway, SettingsError for a refused login.

    ``purpose`` shows in pg_stat_activity. Dead networks are noticed by ``unacknowledged_timeout_seconds``,
    networks that only pretend to live by a deadline of our own. ``note_progress`` is called at each wait.
    ``is_patient``: a statement may take a day. The server is then asked on another connection whether it is
    at work, at each deadline of our own.
    """
    statement_seconds = _PATIENT_SECONDS if is_patient else settings.statement_timeout_seconds
    options = {
        "statement_timeout": f"{statement_seconds * 1000:.0f}",
        "lock_timeout": f"{settings.lock_timeout_seconds * 1000:.0f}",
        # A transaction of ours waits for us for milliseconds; one that waits longer has lost us.
        "idle_in_transaction_session_timeout": f"{settings.statement_timeout_seconds * 1000:.0f}",
        # Compiling takes longer than any question of ours, and what is off for the planner counts as costly.
        "jit": "off",
        "timezone": "UTC",
        "search_path": "kvmgrid,public",
        # The gate of the rollups relies on it: a statement after a lock sees what was committed before it.
        "default_transaction_isolation": "read\\ committed",
        # Acks follow commits: a commit that a crash could undo would lose what was acknowledged.
        "synchronous_commit": "on",
        # Late rows meet chunks in columns: 100 batches of these would be the most that a statement may open.
        "timescaledb.max_tuples_decompressed_per_dml_transaction": "0",
    }
    # libpq takes an empty password for none, and then looks into its own sources.
    password = read_secret(settings.password_file) if settings.password_file else ""
    try:
        connection = WatchedConnection.connect(
            settings.url,
            autocommit=autocommit,
            application_name=f"kvmgrid-consumer {purpose}",
            connect_timeout=settings.connect_timeout_seconds,
            options=" ".join(f"-c {name}={value}" for name, value in options.items()),
            keepalives=1,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=int(settings.unacknowledged_timeout_seconds * 1000),
            password=password or None,
        )
    except psycopg.Error as error:
        raise _translated(error) from error
    connection.purpose = purpose
    connection.silence_seconds = settings.statement_timeout_seconds + _GRACE_SECONDS
    connection.note_progress = note_progress
    if is_patient:
        connection.is_at_work = partial(_is_at_work, settings, purpose, connection.info.backend_pid)
    return connection


def as_owner(settings: DatabaseSettings) -> DatabaseSettings:
    """Return the settings with the login of the schema's owner."""
    return msgspec.structs.replace(
        settings,
        url=settings.owner_url or settings.url,
        password_file=settings.owner_password_file if settings.owner_url else settings.password_file,
    )


def _is_at_work(settings: DatabaseSettings, purpose: str, backend_pid: int) -> bool:
    try:
        with connect(settings, f"{purpose} watch", autocommit=True) as connection, translated_errors():
            rows = connection.execute(statement("database/backend_at_work"), {"pid": backend_pid}).fetchall()
    except (ConsumerError, SettingsError):
        return False
    return rows == [(True,)]


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise psycopg's errors as DatabaseAway, DataRefused or SchemaError; unique violations pass through."""
    try:
        yield
    except psycopg.errors.UniqueViolation:
        raise
    except psycopg.Error as error:
        raise _translated(error) from error


def _translated(error: psycopg.Error) -> ConsumerError | SettingsError:
    state = error.sqlstate or ""
    detail = f"{state or type(error).__name__}: {error}".strip()
    if state.startswith(_AWAY_CLASSES) or state in _AWAY_STATES:
        return DatabaseAway(detail, sqlstate=state)
    if state.startswith(_LOGIN_CLASSES) or "password authentication failed" in detail:
        return SettingsError(f"the database refuses the login: {detail}")
    if state in _SCHEMA_STATES:
        return SchemaError(detail)
    if state.startswith(_ROW_CLASSES) or isinstance(error, psycopg.DataError):
        return DataRefused(detail)
    # libpq's own errors carry no state: the connection is lost or could not be made.
    if not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return DatabaseAway(detail)
    return DataRefused(detail, certain=False)
