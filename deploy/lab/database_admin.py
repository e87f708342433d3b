# SPDX-License-Identifier: Apache-2.0
"""Roles and databases of a PostgreSQL server, made as its administrator; every method raises DatabaseError.

TimescaleDB is a trusted extension: the owner of a database may create it there without being superuser,
provided the server preloads the library. create_database makes it in advance all the same, unless told not
to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from deploy.lab.errors import DatabaseError
from deploy.lab.readiness import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECT_TIMEOUT_SECONDS = 5
TEMPLATE_TIMEOUT_SECONDS = 20.0


class DatabaseAdmin:
    """Administration of one server through one URL."""

    def __init__(self, administrator_url: str) -> None:
        self.administrator_url = administrator_url

    @staticmethod
    def url(*, host: str, port: int, database: str, user: str, password: str | None) -> str:
        """A libpq URL; without the password where that comes from a file."""
        login = quote(user, safe="") + ("" if password is None else f":{quote(password, safe='')}")
        return f"postgresql://{login}@{host}:{port}/{quote(database, safe='')}"

    def url_for(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """URL of another database on this server, of another role or the administrator."""
        parts = conninfo_to_dict(self.administrator_url)
        return self.url(
            host=str(parts.get("host", "127.0.0.1")),
            port=int(parts.get("port") or 5432),
            database=database,
            user=str(user if user is not None else parts.get("user", "")),
            password=password if user is not None else str(parts.get("password", "")),
        )

    def _fetch(
        self, query: sql.SQL | sql.Composed, *, url: str | None = None
    ) -> Sequence[tuple[object, ...]]:
        try:
            with psycopg.connect(
                url or self.administrator_url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS
            ) as connection:
                cursor = connection.execute(query)
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise DatabaseError(f"the database server refused: {error}") from error

    def version(self) -> str:
        """Version of the server."""
        return str(self._fetch(sql.SQL("SHOW server_version"))[0][0])

    def data_directory(self) -> Path:
        """Where the server keeps its data: tests compare it with their own before changing any schema."""
        return Path(str(self._fetch(sql.SQL("SHOW data_directory"))[0][0]))

    def require_data_directory(self, expected: Path) -> None:
        """Raise DatabaseError unless the server behind the URL keeps its data there."""
        actual = self.data_directory()
        if actual != expected:
            raise DatabaseError(f"this is another server: its data is in {actual}, not in {expected}")

    def create_role(self, name: str, password: str) -> None:
        """Make a role that may log in and nothing else."""
        self._fetch(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
        )

    def create_database(
        self, name: str, *, owner: str | None = None, template: str | None = None, timescaledb: bool = True
    ) -> None:
        """Make a database, from a template if named, and TimescaleDB in it unless the template brings it."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if owner is not None:
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
        if template is not None:
            # FILE_COPY copies a small template twice as fast as the write-ahead log does.
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        self._copy_when_unused(statement)
        if timescaledb and template is None:
            self._fetch(sql.SQL("CREATE EXTENSION IF NOT EXISTS timescaledb"), url=self.url_for(name))

    def has_database(self, name: str) -> bool:
        """Whether the server has a database of this name."""
        query = sql.SQL("SELECT 1 FROM pg_database WHERE datname = {}").format(sql.Literal(name))
        return bool(self._fetch(query))

    def seal_template(self, name: str) -> None:
        """End TimescaleDB's workers in a database and refuse sessions to it: from now on it is only copied.

        Without it every fourth copy waits six seconds, because a worker comes back while PostgreSQL copies.
        """
        self._fetch(
            sql.SQL("SELECT _timescaledb_functions.stop_background_workers()"), url=self.url_for(name)
        )
        self._fetch(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))

    def _copy_when_unused(self, statement: sql.SQL | sql.Composed) -> None:
        # TimescaleDB's scheduler visits every database that has the extension, also one about to be copied.
        # PostgreSQL refuses to copy a database with a session in it.
        def copied() -> bool:
            try:
                self._fetch(statement)
            except DatabaseError as error:
                if isinstance(error.__cause__, psycopg.errors.ObjectInUse):
                    return False
                raise
            return True

        if not wait_until(copied, timeout_seconds=TEMPLATE_TIMEOUT_SECONDS):
            raise DatabaseError(f"the template stayed in use for {TEMPLATE_TIMEOUT_SECONDS:g} s")

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, closing its connections."""
        self._fetch(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
