# SPDX-License-Identifier: Apache-2.0
"""The files with which an administrator prepares a database, run by psql as docs/install.md says."""

import shutil
from pathlib import Path

import psycopg
import pytest

from consumer.schema.migration import migrate
from consumer.statements import statement
from deploy.lab.postgresql import BINARIES, SUPERUSER, PostgreSql

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "kvmgrid"
# A quote would end a password that is put into SQL as it is.
PASSWORD = "it's a secret"  # noqa: S105 - of a server that lives as long as its test


def run(server: PostgreSql, *arguments: str) -> None:
    """Run a command beside the server with libpq's variables, and those of the image, for its superuser."""
    server.enclosure.run(
        arguments,
        log=server.log_path,
        environment={
            "PGHOST": str(server.directory / "run"),
            "PGPORT": str(server.port),
            "PGPASSWORD": server.superuser_password,
            "POSTGRES_USER": SUPERUSER,
            "POSTGRES_DB": DATABASE,
        },
    )


def run_roles_file(server: PostgreSql) -> None:
    """Let psql run roles.sql and stop at the first error, like the image of the compose file."""
    copy = server.directory / "roles.sql"
    shutil.copy(ROOT / "consumer" / "schema" / "roles.sql", copy)
    psql = [f"{BINARIES}/psql", "-U", SUPERUSER, "-d", DATABASE, "-v", "ON_ERROR_STOP=1", "--no-psqlrc"]
    run(server, *psql, "-f", str(copy))


def run_logins_script(server: PostgreSql) -> None:
    """Run logins.sh where the secret is mounted, as the image of the compose file does."""
    script = server.directory / "logins.sh"
    shutil.copy(ROOT / "deploy" / "timescaledb" / "logins.sh", script)
    secret = server.directory / "kvmgrid_password"
    secret.write_text(PASSWORD)
    run(server, "mkdir", "-p", "/run/secrets")
    run(server, "cp", str(secret), "/run/secrets/")
    run(server, str(script))


def test_psql_runs_the_roles_file_as_often_as_wanted(own_postgresql: PostgreSql) -> None:
    """In an empty database it makes roles, extension and schema; after that it finds them."""
    own_postgresql.admin.create_database(DATABASE, timescaledb=False)
    for _ in range(2):
        run_roles_file(own_postgresql)

    with psycopg.connect(own_postgresql.database_url(database=DATABASE)) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'kvmgrid%' ORDER BY 1")
        roles = ["kvmgrid_dashboard", "kvmgrid_ingest", "kvmgrid_operator", "kvmgrid_owner"]
        assert [(role,) for role in roles] == rows.fetchall()
        assert ("kvmgrid_owner",) == connection.execute(
            "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'kvmgrid'"
        ).fetchone()


def test_the_roles_log_in_with_their_session_settings(own_postgresql: PostgreSql) -> None:
    """Settings belong to the login itself: a member of a role would go without its time limits."""
    own_postgresql.admin.create_database(DATABASE, timescaledb=False)
    run_roles_file(own_postgresql)
    run_logins_script(own_postgresql)

    shown = {
        role: session_settings(own_postgresql, role)
        for role in ("kvmgrid_owner", "kvmgrid_ingest", "kvmgrid_dashboard", "kvmgrid_operator")
    }
    assert ("0", "0") == shown["kvmgrid_owner"]
    assert ("0", "1min") == shown["kvmgrid_ingest"]
    assert ("15s", "30s") == shown["kvmgrid_dashboard"]
    assert ("15s", "30s") == shown["kvmgrid_operator"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(own_postgresql.database_url("kvmgrid_ingest", "wrong", DATABASE))


def test_a_database_of_before_the_role_of_operators_is_told_of(own_postgresql: PostgreSql) -> None:
    """`migrate` and `check` say what is missing; roles.sql, run again, gives it."""
    own_postgresql.admin.create_database(DATABASE, timescaledb=False)
    run_roles_file(own_postgresql)
    told: list[str] = []
    with psycopg.connect(own_postgresql.database_url(database=DATABASE), autocommit=True) as connection:
        connection.execute("DROP OWNED BY kvmgrid_operator")
        connection.execute("DROP ROLE kvmgrid_operator")
        migrate(connection, tell=told.append)
        before = connection.execute(statement("check/server")).fetchone()
        run_roles_file(own_postgresql)
        migrate(connection, tell=told.append)
        after = connection.execute(statement("check/server")).fetchone()

    assert 1 == len([line for line in told if "kvmgrid_operator is missing" in line])
    assert [False, True] == [row[2] for row in (before, after) if row is not None]


def session_settings(server: PostgreSql, role: str) -> tuple[str, ...] | None:
    """Return the time limits of statements and of idle transactions that a login begins with."""
    with psycopg.connect(server.database_url(role, PASSWORD, DATABASE)) as connection:
        return connection.execute(
            "SELECT current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
