# SPDX-License-Identifier: Apache-2.0
"""TimescaleDB's Community edition, as WebAssembly in a Node process of the tests' own.

Limits of this build (TimescaleDB 2.23 development, PostgreSQL 17.5, one backend):

- It takes one connection at a time, whose session outlives it.
- Every login is a superuser, so that roles are tried with SET ROLE.
- There is no COPY.
- There are no background workers, so that jobs are run by hand.

Nothing else of the schema had to be left out.
"""

import json
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consumer.schema.migration import migrate
from consumer.schema.roles import Login, bootstrap

HERE = Path(__file__).parent
PACKAGE = HERE / "node_modules" / "@unni-craftsman" / "pglite" / "package.json"
# A start takes some seconds, and minutes beside the other tests of a busy machine.
ANSWER_SECONDS = 600.0


class CommunityServer:
    """The Node process, and the database in it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._port = int(self._answer()["port"])

    def connect(self) -> psycopg.Connection:
        """Return the one connection there can be; a password is asked for and not looked at."""
        connection = psycopg.connect(
            f"host=127.0.0.1 port={self._port} dbname=postgres user=postgres password=any"
            " sslmode=disable gssencmode=disable connect_timeout=60",
            autocommit=True,
        )
        # What ALTER DATABASE sets for the sessions to come: here the only one is older.
        connection.execute("SET search_path = kvmgrid, public")
        connection.execute("SET timezone = 'UTC'")
        return connection

    def command(self, name: str) -> None:
        """Have the database kept as it is, or restored to what was kept."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        assert {"done": name} == self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            pytest.fail(f"server.mjs gave no answer (exit code {self._process.poll()})", pytrace=False)
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def running_server() -> Iterator[CommunityServer]:
    """Start a server; it ends with the block, or with this process."""
    node = shutil.which("node")
    if node is None or not PACKAGE.exists():
        pytest.fail("Node or the packages of tests/community are missing: run `make setup`", pytrace=False)
    with subprocess.Popen(
        [node, str(HERE / "server.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield CommunityServer(process)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def community_server() -> Iterator[CommunityServer]:
    """Give a server whose database is migrated, and kept so."""
    with running_server() as server:
        with server.connect() as connection:
            bootstrap(connection, [Login("kvmgrid_owner", "kvmgrid_owner", "any")])
            migrate(connection)
        server.command("keep")
        yield server


@pytest.fixture
def community(community_server: CommunityServer) -> Iterator[psycopg.Connection]:
    """Give a superuser's connection to a freshly migrated database of the Community edition."""
    community_server.command("restore")
    with community_server.connect() as connection:
        yield connection
