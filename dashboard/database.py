# SPDX-License-Identifier: Apache-2.0
"""The database, read only: the one place that talks to it by psycopg.

A pool that never blocks for long: a lost database is found out within the connect timeout and said as
DatabaseUnavailableError. The pool goes on trying by itself. All methods block; pages call them from threads.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import args_row
from psycopg_pool import ConnectionPool, PoolTimeout

from dashboard.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    QueryTimeoutError,
    SchemaMissingError,
    SettingsError,
)
from dashboard.filters.sql import Condition
from dashboard.queries import SCHEMA_STATE, Query, SchemaState
from dashboard.settings import DatabaseSettings, read_secret

Row = TypeVar("Row")
Parameter = str | float | datetime | Sequence[int] | Sequence[str]
log = structlog.get_logger("database")

# Seconds without an answer from the peer after which the kernel gives a connection up. A statement timeout
# does not help when the network is gone.
_SILENCE_SECONDS = 15
_PATIENCE_WHILE_AWAY_SECONDS = 1.0
_PASSWORD = re.compile(r"(password=|://[^:/@\s]*:)[^@\s]+")
# What an older schema lacks.
_UNDEFINED = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
)


class Database:
    """Asks the questions of dashboard.queries. Close it when done."""

    def __init__(
        self, settings: DatabaseSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._now = now
        self._lock = threading.Lock()
        self._away_since: datetime | None = None
        self._texts: dict[tuple[str, str], str] = {}
        self._pool = ConnectionPool(
            _connection_text(settings),
            min_size=1,
            max_size=settings.connection_count,
            timeout=settings.connect_timeout_seconds,
            # Rising pauses between attempts end here, so that a database that comes back is found soon.
            reconnect_timeout=float(_SILENCE_SECONDS),
            max_lifetime=3600.0,
            kwargs={"autocommit": True},
            check=ConnectionPool.check_connection,
            open=False,
            name="dashboard",
        )

    @property
    def away_since(self) -> datetime | None:
        """Since when the database has not answered; None while it does."""
        return self._away_since

    def open(self) -> None:
        """Start connecting in the background; a database that is away is no error yet."""
        self._pool.open(wait=False)

    def try_to_connect(self) -> None:
        """Connect once, beside the pool; raise DatabaseUnavailableError with the reason that it was given."""
        try:
            psycopg.connect(_connection_text(self._settings)).close()
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(_first_line(error)) from error

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def fetch(
        self,
        query: Query[Row],
        parameters: Mapping[str, Parameter] | None = None,
        *,
        view: str | None = None,
        condition: Condition | None = None,
        order: sql.Composable | None = None,
    ) -> list[Row]:
        """Return the rows of a question; raise a DatabaseError that says what failed.

        ``view`` fills the identifier {view} of a query and must come from our own tables of names;
        ``condition`` fills {condition} and brings its parameters, ``order`` fills {order}.
        """
        statement = self._statement(query, view, condition, order)
        given = parameters if condition is None else {**(parameters or {}), **condition.parameters}
        try:
            with (
                self._pool.connection(timeout=self._patience_seconds()) as connection,
                connection.cursor(row_factory=args_row(query.row_type)) as cursor,
            ):
                cursor.execute(statement, given, binary=True)
                rows = cursor.fetchall()
        except (PoolTimeout, psycopg.Error) as error:
            raise self._translated(error, query.name) from error
        self._answered()
        return rows

    def state(self) -> SchemaState:
        """Return whether anything was received; raise a DatabaseError when the schema cannot be read."""
        return self.fetch(SCHEMA_STATE)[0]

    def _patience_seconds(self) -> float:
        """Return how long to wait for a connection: shortly while the database is known to be away."""
        connect = self._settings.connect_timeout_seconds
        return connect if self._away_since is None else min(connect, _PATIENCE_WHILE_AWAY_SECONDS)

    def _statement(
        self,
        query: Query[Row],
        view: str | None,
        condition: Condition | None,
        order: sql.Composable | None,
    ) -> sql.Composed | bytes:
        place = (query.package, query.name)
        text = self._texts.get(place)
        if text is None:
            text = self._texts[place] = query.text()
        if view is None and condition is None and order is None:
            return text.encode()
        places: dict[str, sql.Composable] = {}
        if view is not None:
            places["view"] = sql.Identifier(view)
        if condition is not None:
            places["condition"] = condition.text
        if order is not None:
            places["order"] = order
        return sql.SQL(text).format(**places)

    def _translated(self, error: Exception, question: str) -> DatabaseError:
        if isinstance(error, psycopg.errors.QueryCanceled):
            seconds = self._settings.statement_timeout_seconds
            return QueryTimeoutError(f"The database needed more than {seconds:g} s for this question.")
        if isinstance(error, _UNDEFINED):
            return SchemaMissingError(_first_line(error))
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return SchemaMissingError(f"{_first_line(error)} (the role lacks its grants)")
        if isinstance(error, (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)):
            return self._away(error)
        log.error("query_failed", query=question, error=_first_line(error))
        return DatabaseError(_first_line(error))

    def _away(self, error: Exception) -> DatabaseUnavailableError:
        """Note the beginning of an outage: one warning per outage, not per question."""
        with self._lock:
            if self._away_since is None:
                self._away_since = self._now()
                log.warning("database_away", error=_first_line(error))
        return DatabaseUnavailableError(_first_line(error))

    def _answered(self) -> None:
        with self._lock:
            if self._away_since is not None:
                log.info("database_back", away_since=self._away_since.isoformat())
                self._away_since = None


def _connection_text(settings: DatabaseSettings) -> str:
    timeout_milliseconds = int(settings.statement_timeout_seconds * 1000)
    options = (
        f"-c statement_timeout={timeout_milliseconds} -c default_transaction_read_only=on"
        " -c search_path=kvmgrid,public -c TimeZone=UTC"
    )
    try:
        return make_conninfo(
            settings.url,
            password=read_secret(Path(settings.password_file)) if settings.password_file else None,
            options=options,
            application_name="kvmgrid-dashboard",
            connect_timeout=max(2, round(settings.connect_timeout_seconds)),
            keepalives_idle=_SILENCE_SECONDS,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=_SILENCE_SECONDS * 1000,
        )
    except psycopg.ProgrammingError as error:
        raise SettingsError(f"database.url cannot be read: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """Return the first line of a message without any password in it."""
    lines = str(error).strip().splitlines()
    return _PASSWORD.sub(r"\1…", lines[0]) if lines else type(error).__name__
