# SPDX-License-Identifier: Apache-2.0
"""Preparation of a database by a superuser: roles, extension, schema, logins.

The only step that needs a superuser. Everything after it runs as kvmgrid_owner, kvmgrid_ingest,
kvmgrid_dashboard or kvmgrid_operator. Logins may be members of the latter three, so that several consumers or
people have passwords of their own. The step may be repeated: it then sets the passwords and settings anew.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Literal, NamedTuple

import psycopg
from psycopg import sql

from consumer.errors import SchemaError

Role = Literal["kvmgrid_owner", "kvmgrid_ingest", "kvmgrid_dashboard", "kvmgrid_operator"]

ROLE_SETTINGS = """
SELECT split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE setrole = to_regrole(%s)
    AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
OPERATOR_IS_MISSING = "SELECT to_regrole('kvmgrid_operator') IS NULL"
CONNECTION_LIMIT = "SELECT rolconnlimit FROM pg_roles WHERE oid = to_regrole(%s)"


class Login(NamedTuple):
    """A login and the role it acts in: the role itself, or (not for the owner) a member of it."""

    name: str
    role: Role
    password: str


def bootstrap(connection: psycopg.Connection, logins: Sequence[Login]) -> None:
    """Prepare the database of an autocommit superuser connection; raise SchemaError if refused."""
    try:
        with connection.transaction():
            connection.execute((files("consumer") / "schema" / "roles.sql").read_bytes())
            for login in logins:
                _make(connection, login)
    except psycopg.Error as error:
        raise SchemaError(f"the database could not be prepared: {error}") from error


def missing_roles(connection: psycopg.Connection) -> Iterator[str]:
    """Give a line for the role that databases lack which an older version prepared."""
    if connection.execute(OPERATOR_IS_MISSING).fetchone() == (True,):
        yield (
            "the role kvmgrid_operator is missing: nobody can acknowledge or silence alerts from the page;"
            " run consumer/schema/roles.sql again as a superuser"
        )


def _make(connection: psycopg.Connection, login: Login) -> None:
    if "kvmgrid_owner" in {login.name, login.role} and login.name != login.role:
        raise SchemaError(f"{login.name!r} cannot act as {login.role}: the owner is a login of its own")
    name, role = sql.Identifier(login.name), sql.Identifier(login.role)
    if connection.execute("SELECT to_regrole(%s)", [name.as_string(connection)]).fetchone() == (None,):
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # The SCRAM verifier is computed here: the server and its log never see the password.
    verifier = connection.pgconn.encrypt_password(
        login.password.encode(), login.name.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier.decode()))
    )
    if login.name != login.role:
        connection.execute(sql.SQL("GRANT {} TO {}").format(role, name))
        _copy_connection_limit(connection, login)
        _copy_settings(connection, login)


def _copy_connection_limit(connection: psycopg.Connection, login: Login) -> None:
    """Give a member the limit of its role: PostgreSQL counts the connections of each login by itself."""
    ((limit,),) = connection.execute(CONNECTION_LIMIT, [login.role]).fetchall()
    connection.execute(
        sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(sql.Identifier(login.name), sql.Literal(limit))
    )


def _copy_settings(connection: psycopg.Connection, login: Login) -> None:
    """Give a member the settings of its role: PostgreSQL applies those of the login itself only."""
    ((database,),) = connection.execute("SELECT current_database()").fetchall()
    for setting, value in connection.execute(ROLE_SETTINGS, [login.role]).fetchall():
        connection.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
                sql.Identifier(login.name),
                sql.Identifier(database),
                sql.Identifier(setting),
                sql.Literal(value),
            )
        )
