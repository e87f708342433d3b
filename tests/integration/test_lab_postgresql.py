# SPDX-License-Identifier: Apache-2.0
"""The lab's PostgreSQL is a real, durable server with TimescaleDB that can be broken."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.demo.logins import prepare, random_logins
from deploy.lab import services
from deploy.lab.errors import DatabaseError, StartError
from deploy.lab.postgresql import PostgreSql
from deploy.lab.process import find_process

PASSWORD = "not a secret"  # noqa: S105 - the server exists for this test only


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSql]:
    """Run one durable server for the module."""
    with PostgreSql.start() as running:
        running.admin.create_role("owner", PASSWORD)
        yield running


def value(url: str, query: str) -> object:
    """Return the one value of a query."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("password_encryption", "scram-sha-256"),
        ("timescaledb.telemetry_level", "off"),
    ],
)
def test_it_is_durable_and_private(server: PostgreSql, name: str, expected: str) -> None:
    """The server's own word on its settings."""
    assert expected == value(server.database_url(), f"SHOW {name}")


def test_no_login_works_without_its_password(server: PostgreSql) -> None:
    """Neither over the port nor over the socket."""
    for host in ("127.0.0.1", str(server.directory / "run")):
        with pytest.raises(psycopg.OperationalError, match="password"):
            # The password is wrong on purpose.
            psycopg.connect(host=host, port=server.port, user="postgres", dbname="postgres", password="wrong")  # noqa: S106


def test_a_database_brings_timescaledb(server: PostgreSql) -> None:
    """The owner makes a hypertable in a fresh database without being superuser."""
    server.admin.create_database("with_extension", owner="owner")
    url = server.database_url("owner", PASSWORD, "with_extension")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE readings (taken_at timestamptz NOT NULL)")
        row = connection.execute("SELECT create_hypertable('readings', by_range('taken_at'))").fetchone()

    assert row is not None
    assert "apache" == value(url, "SHOW timescaledb.license")
    assert "2.19" <= str(value(url, "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"))


def test_the_owner_may_create_the_extension_itself(server: PostgreSql) -> None:
    """TimescaleDB is a trusted extension: owning the database is enough."""
    server.admin.create_database("without_extension", owner="owner", timescaledb=False)
    url = server.database_url("owner", PASSWORD, "without_extension")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION timescaledb")

    assert 1 == value(url, "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'")


def test_a_sealed_template_is_copied_with_its_content(server: PostgreSql) -> None:
    """Copies have the template's hypertable; the template itself refuses sessions and can be dropped."""
    server.admin.create_database("template", owner="owner")
    with psycopg.connect(server.database_url("owner", PASSWORD, "template")) as connection:
        connection.execute("CREATE TABLE readings (taken_at timestamptz NOT NULL)")
        connection.execute("SELECT create_hypertable('readings', by_range('taken_at'))")
    server.admin.seal_template("template")
    for name in ("copy_1", "copy_2"):
        server.admin.create_database(name, owner="owner", template="template")
        url = server.database_url("owner", PASSWORD, name)
        assert 1 == value(url, "SELECT count(*) FROM timescaledb_information.hypertables")

    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        psycopg.connect(server.database_url(database="template"))
    server.admin.drop_database("template")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(server.database_url(database="template"))


def test_a_server_of_the_environment_is_used_and_left_alone(
    server: PostgreSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the variable set no private server is started, and the given one goes on afterwards."""
    monkeypatch.setenv("KVMGRID_DATABASE_URL", server.database_url())
    with services.database() as given:
        assert given.instance is None
        given.admin.require_data_directory(server.data_directory)

    assert 1 == value(server.database_url(), "SELECT 1")


def test_the_data_directory_tells_servers_apart(server: PostgreSql) -> None:
    """A test that meant its own server notices another one before it changes anything."""
    server.admin.require_data_directory(server.data_directory)
    with pytest.raises(DatabaseError, match="another server"):
        server.admin.require_data_directory(Path("/var/lib/postgresql/17/main"))


def test_committed_rows_survive_a_kill_and_the_port_stays(server: PostgreSql) -> None:
    """After SIGKILL of everything the server recovers on its port with what it committed."""
    port = server.port
    with psycopg.connect(server.database_url()) as connection:
        connection.execute("CREATE TABLE survivors AS SELECT generate_series(1, 1000) AS number")
    killed = [process for pid in server.pids() if (process := find_process(pid))]
    server.kill()

    assert killed
    assert not any(process.is_alive() for process in killed)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.database_url(), connect_timeout=2)
    server.launch()
    assert port == server.port
    assert 1000 == value(server.database_url(), "SELECT count(*) FROM survivors")
    assert "automatic recovery in progress" in server.log_path.read_text()


def test_restart_is_clean(server: PostgreSql) -> None:
    """A restart ends sessions and shuts down without recovery."""
    size = server.log_path.stat().st_size
    with psycopg.connect(server.database_url()) as connection:
        server.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    text = server.log_path.read_text()[size:]

    assert "database system is shut down" in text
    assert "automatic recovery" not in text


def test_a_frozen_server_answers_after_thawing(server: PostgreSql) -> None:
    """While it is frozen a new session hangs; afterwards the server goes on where it was."""
    with psycopg.connect(server.database_url(), autocommit=True) as session:
        server.freeze()
        try:
            with pytest.raises(psycopg.errors.ConnectionTimeout):
                psycopg.connect(server.database_url(), connect_timeout=2)
        finally:
            server.thaw()
        row = session.execute("SELECT 7").fetchone()

    assert (7,) == row


def test_two_servers_run_side_by_side(server: PostgreSql) -> None:
    """Another instance has its own port, data and password; closing it leaves the first alone."""
    with PostgreSql.start(durable=False, settings={"work_mem": "5MB"}) as other:
        assert server.port != other.port
        assert "off" == value(other.database_url(), "SHOW fsync")
        assert "5MB" == value(other.database_url(), "SHOW work_mem")
        processes = [process for pid in other.pids() if (process := find_process(pid))]
        folder = other.directory

    assert processes
    assert not any(process.is_alive() for process in processes)
    assert not folder.exists()
    assert 1 == value(server.database_url(), "SELECT 1")


def test_data_in_a_named_folder_is_found_again(tmp_path: Path) -> None:
    """An instance over an existing folder takes up its data and password; close ends the server first."""
    with PostgreSql.start(directory=tmp_path, durable=False) as first:
        first.admin.create_database("kept", timescaledb=False)
    assert "database system is shut down" in first.log_path.read_text()
    with PostgreSql.start(directory=tmp_path, durable=False) as second:
        assert 1 == value(second.database_url(), "SELECT count(*) FROM pg_database WHERE datname = 'kept'")
    assert (tmp_path / "data/PG_VERSION").exists()


def test_a_first_start_that_was_interrupted_is_begun_anew(tmp_path: Path) -> None:
    """Half of a data folder, which no server could use, is in nobody's way."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/PG_VERSION").write_text("17\n")
    with PostgreSql.start(directory=tmp_path, durable=False) as server:
        assert server.admin.version().startswith("17.")


def test_a_server_that_does_not_start_says_why_and_leaves_nothing() -> None:
    """The error carries the end of the log, at once and not at the deadline."""
    instance = PostgreSql(settings={"no_such_setting": "1"})
    started = time.monotonic()
    with instance, pytest.raises(StartError, match="no_such_setting"):
        instance.launch()

    assert instance.START_TIMEOUT_SECONDS > time.monotonic() - started
    assert [] == instance.pids()
    assert not instance.directory.exists()


def test_the_logins_of_an_installation_stay_as_they_are(own_postgresql: PostgreSql) -> None:
    """Demo and tests give their roles new passwords, but refuse a server whose roles are not theirs."""
    admin = own_postgresql.admin
    admin.create_database("kvmgrid", timescaledb=False)
    admin.create_role("kvmgrid_owner", PASSWORD)
    with pytest.raises(DatabaseError, match="installed kvmgrid"):
        prepare(admin, "kvmgrid", random_logins())
    assert 1 == value(own_postgresql.database_url("kvmgrid_owner", PASSWORD), "SELECT 1")

    with psycopg.connect(admin.administrator_url, autocommit=True) as connection:
        connection.execute("DROP ROLE kvmgrid_owner")
    for logins in (random_logins(), random_logins()):
        prepare(admin, "kvmgrid", logins)
        assert 1 == value(own_postgresql.database_url("kvmgrid_owner", logins.owner, "kvmgrid"), "SELECT 1")
