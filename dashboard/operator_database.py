# SPDX-License-Identifier: Apache-2.0
"""What operators say, written by a role of its own, kvmgrid_operator, that may add such rows only.

Few people write, seldom: a connection each time, and none that stays open.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import psycopg
import structlog
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from dashboard.errors import DatabaseError, DatabaseUnavailableError, SettingsError
from dashboard.queries import Query
from dashboard.settings import LoginSettings, read_secret

Statement: TypeAlias = Query[Any]
AUDIT: Statement = Query("dashboard.queries", "audit", tuple)
CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 5000
log = structlog.get_logger("operator")


class Audited(NamedTuple):
    """Who changes what, and from where."""

    who: str
    action: str
    details: Mapping[str, Any]
    origin: str


class OperatorDatabase:
    """Stores what operators say, and that they did."""

    def __init__(self, settings: LoginSettings) -> None:
        path = settings.database_password_file
        try:
            self._text = make_conninfo(
                settings.database_url,
                password=None if path is None else read_secret(Path(path)),
                options=f"-c statement_timeout={STATEMENT_MILLISECONDS} -c search_path=kvmgrid,public",
                application_name="kvmgrid-dashboard operator",
                connect_timeout=CONNECT_SECONDS,
            )
        except psycopg.ProgrammingError as error:
            raise SettingsError("login.database_url cannot be read") from error

    def store(self, statement: Statement, parameters: Mapping[str, Any], audited: Audited) -> None:
        """Store a change together with its audit entry; raise a DatabaseError."""
        entry = {**audited._asdict(), "details": Jsonb(dict(audited.details))}
        given = {
            name: Jsonb(value) if isinstance(value, dict) else value for name, value in parameters.items()
        }
        try:
            with psycopg.connect(self._text) as connection:
                connection.execute(statement.text().encode(), given)
                connection.execute(AUDIT.text().encode(), entry)
        except psycopg.OperationalError as error:
            log.warning("change_failed", action=audited.action, error=type(error).__name__)
            raise DatabaseUnavailableError(
                "The database cannot be reached, so nothing was stored."
            ) from error
        except psycopg.Error as error:
            log.warning("change_failed", action=audited.action, error=type(error).__name__)
            raise DatabaseError("The database refused it, so nothing was stored.") from error
