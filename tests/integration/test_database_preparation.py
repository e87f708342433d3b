# SPDX-License-Identifier: Apache-2.0
"""The files with which an administrator prepares a database, run by psql as README and compose file do."""

import shutil
from pathlib import Path

import psycopg

from deploy.lab.postgresql import BINARIES, SUPERUSER, PostgreSql

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "kvmgrid"


def run_psql(server: PostgreSql, file: Path) -> None:
    """Let psql run a file in the database; stop at the first error, like the image of the compose file."""
    copy = server.directory / file.name
    shutil.copy(file, copy)
    server.enclosure.run(
        [f"{BINARIES}/psql", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-f", str(copy)],
        log=server.log_path,
        environment={
            "PGHOST": str(server.directory / "run"),
            "PGPORT": str(server.port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": server.superuser_password,
            "PGDATABASE": DATABASE,
        },
    )


def test_psql_runs_the_roles_file_as_often_as_wanted(own_postgresql: PostgreSql) -> None:
    """In an empty database it makes roles, extension and schema; after that it finds them."""
    own_postgresql.admin.create_database(DATABASE, timescaledb=False)
    for _ in range(2):
        run_psql(own_postgresql, ROOT / "consumer" / "roles.sql")

    with psycopg.connect(own_postgresql.database_url(database=DATABASE)) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'kvmgrid%' ORDER BY 1")
        assert [("kvmgrid_dashboard",), ("kvmgrid_ingest",), ("kvmgrid_owner",)] == rows.fetchall()
        assert ("kvmgrid_owner",) == connection.execute(
            "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'kvmgrid'"
        ).fetchone()
