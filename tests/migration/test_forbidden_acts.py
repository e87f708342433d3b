# SPDX-License-Identifier: Apache-2.0
"""What a reader, a consumer and the owner may not do, tried out; and what a reader cannot hold up."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import psycopg
import pytest

from consumer.errors import DatabaseAway
from consumer.rollups.retention import Retention
from consumer.schema import migration
from consumer.schema.migration import LOCK_KEY, migrate
from consumer.schema.migration_files import migrations_folder
from consumer.schema.retention import enforce
from consumer.schema.roles import Login, bootstrap
from consumer.settings import RetentionSettings
from tests.services import MigratedDatabase

EVERYBODY = [
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1, 2)",
    "SELECT pg_advisory_xact_lock(1)",
    "SELECT pg_try_advisory_xact_lock_shared(1)",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_put(1, 0, 'x')",
    "SELECT lo_open(1, 131072)",
    "SELECT lowrite(0, 'x')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/var/tmp/x')",
    "SELECT lo_unlink(1)",
    "SELECT pg_logical_emit_message(true, 'x', 'x')",
    "LOCK TABLE retention IN SHARE UPDATE EXCLUSIVE MODE",
    "LOCK TABLE schema_migrations IN ROW EXCLUSIVE MODE",
    "SELECT * FROM retention FOR SHARE",
    "DELETE FROM hosts",
    "TRUNCATE hosts",
    "ALTER TABLE hosts ADD COLUMN mine int",
    "DROP VIEW hosts_now",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "CREATE EXTENSION dblink",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/var/tmp/x'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_reload_conf()",
    "SELECT rolpassword FROM pg_authid",
    "ALTER SYSTEM SET fsync = off",
    "SET session_replication_role = replica",
    "SET ROLE kvmgrid_owner",
    "SET SESSION AUTHORIZATION kvmgrid_owner",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT add_job('apply_retention', INTERVAL '1 second')",
]
READER = [
    "SELECT pg_notify('kvmgrid_residency', 'x')",
    "LOCK TABLE hosts IN ROW SHARE MODE",
    "SELECT * FROM hosts FOR UPDATE",
    "UPDATE hosts SET host = 'x'",
    "INSERT INTO quarantine (received_at, reason) VALUES (now(), 'x')",
    "SET temp_file_limit = -1",
    "SELECT apply_retention()",
    "SELECT delete_outdated_rows()",
]
OPERATOR = [
    "SELECT pg_notify('kvmgrid_residency', 'x')",
    "CREATE TEMPORARY TABLE mine (a int)",
    "SELECT * FROM hosts",
    "SELECT * FROM domain_samples",
    "SELECT * FROM alert_notifications",
    "SELECT * FROM audit_entries",
    "INSERT INTO hosts (host, first_seen_at) VALUES ('x', now())",
    "INSERT INTO alerts (rule) VALUES ('x')",
    "INSERT INTO alert_changes (alert_id) VALUES (1)",
    "INSERT INTO alert_notifications (route) VALUES ('x')",
    "INSERT INTO alert_acknowledgements (alert_id, said_by, said_at) VALUES (1, 'x', now())",
    (
        "INSERT INTO alert_silences (selector, reason, starts_at, ends_at, said_by, said_at)"
        " VALUES ('{}', 'x', now(), now() + interval '1 hour', 'x', now())"
    ),
    "INSERT INTO alert_silence_ends (silence_id, said_by, ended_at) VALUES (1, 'x', now())",
    "INSERT INTO alert_maintenance_ends (maintenance_id, said_by, ended_at) VALUES (1, 'x', now())",
    "INSERT INTO audit_entries (who, action, details, happened_at) VALUES ('x', 'x', '{}', now())",
    "UPDATE alerts SET resolved_at = now()",
    "UPDATE alert_silences SET ends_at = now()",
    "DELETE FROM alert_silences",
    "DELETE FROM alert_silence_ends",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "SET temp_file_limit = -1",
    "SET ROLE kvmgrid_ingest",
]
OWNER = [
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT rolpassword FROM pg_authid",
    "ALTER SYSTEM SET fsync = off",
    "ALTER ROLE kvmgrid_dashboard SUPERUSER",
    "SET SESSION AUTHORIZATION postgres",
]


def refused(url: str, statement: str) -> None:
    """Execute a statement, with the read-only default lifted, and want it refused for want of a right."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        # LOCK needs a transaction, CREATE DATABASE wants none.
        connection.autocommit = not statement.startswith("LOCK")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.parametrize("statement", EVERYBODY + READER)
def test_a_reader_is_refused(shared_database: MigratedDatabase, statement: str) -> None:
    """Whatever would write, hold others up or reach the server is refused."""
    refused(shared_database.dashboard_url, statement)


@pytest.mark.parametrize("statement", EVERYBODY)
def test_a_consumer_is_refused(shared_database: MigratedDatabase, statement: str) -> None:
    """A consumer has no more rights than it uses."""
    refused(shared_database.ingest_url, statement)


@pytest.mark.parametrize("statement", EVERYBODY + OPERATOR)
def test_an_operator_is_refused(shared_database: MigratedDatabase, statement: str) -> None:
    """Who may acknowledge and silence does nothing else, and says nothing for another moment."""
    refused(shared_database.operator_url, statement)


@pytest.mark.parametrize("statement", OWNER)
def test_the_owner_is_refused(shared_database: MigratedDatabase, statement: str) -> None:
    """The owner of the schema is nobody on the server."""
    refused(shared_database.owner_url, statement)


def test_a_consumer_notifies(ingest: psycopg.Connection) -> None:
    """The one function of these that a consumer uses stays its own."""
    assert ("",) == ingest.execute("SELECT pg_notify('kvmgrid_residency', '')::text").fetchone()


def test_what_a_reader_holds_does_not_stop_retention(
    ingest: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    """With every lock on the periods that a reader can get, they are enforced all the same."""
    with dashboard.transaction():
        dashboard.execute("LOCK TABLE retention, retention_relations, hosts IN ACCESS SHARE MODE")

        assert enforce(ingest)


def test_retention_that_another_session_holds_is_named(
    owner: psycopg.Connection, ingest: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One round that is skipped is the other session's; the second warns, and says whose."""
    warnings: list[tuple[str, dict[str, Any]]] = []
    retention_round = Retention(RetentionSettings())
    monkeypatch.setattr(
        retention_round._log, "warning", lambda event, **keys: warnings.append((event, keys)), raising=False
    )
    with owner.transaction():
        owner.execute("LOCK TABLE kvmgrid.retention IN SHARE UPDATE EXCLUSIVE MODE")
        retention_round.round(ingest)
        assert [] == warnings
        retention_round.round(ingest)
    retention_round.round(ingest)

    ((event, keys),) = warnings
    assert ("retention_skipped", 2) == (event, keys["round_count"])
    assert f"process {owner.info.backend_pid} of kvmgrid_owner" in keys["holders"]


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `migrate` wait for tenths of a second."""
    monkeypatch.setattr(migration, "MIGRATOR_WAITS", ("100ms", "100ms"))
    monkeypatch.setattr(migration, "TABLE_WAIT", "100ms")


@pytest.mark.usefixtures("short_waits")
def test_a_migrator_names_the_one_it_waits_for(owner: psycopg.Connection, database: MigratedDatabase) -> None:
    """It does not wait for ever, and says who is at it."""
    owner.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
    expected = rf"another migration is under way, by process {owner.info.backend_pid} of kvmgrid_owner \("
    with (
        psycopg.connect(database.owner_url, autocommit=True) as late,
        pytest.raises(DatabaseAway, match=expected),
    ):
        migrate(late)


@pytest.mark.usefixtures("short_waits")
def test_a_migrator_names_the_reader_of_a_table(
    owner: psycopg.Connection, dashboard: psycopg.Connection, tmp_path: Any
) -> None:
    """A reader can hold a table against changes: `migrate` ends, undone, with the reader's process."""
    for file in migrations_folder().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "9999_more.sql").write_text("ALTER TABLE hosts ADD COLUMN more int;")
    with dashboard.transaction():
        dashboard.execute("LOCK TABLE hosts IN ACCESS SHARE MODE")
        with pytest.raises(
            DatabaseAway, match=rf"in use .* process {dashboard.info.backend_pid} of kvmgrid_viewer"
        ):
            migrate(owner, folder=tmp_path)

    assert ["9999 more"] == [each.label for each in migrate(owner, folder=tmp_path)]


@pytest.fixture
def reader(database: MigratedDatabase) -> Iterator[Login]:
    """Give a reader of its own, so that nobody else's connections are counted."""
    login = Login("kvmgrid_many", "kvmgrid_dashboard", "secret")
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        bootstrap(administrator, [login])
        yield login
        administrator.execute("DROP OWNED BY kvmgrid_many")
        administrator.execute("DROP ROLE kvmgrid_many")


def open_to_the_limit(database: MigratedDatabase, login: Login, held: ExitStack) -> None:
    """Open connections until the server refuses one."""
    with suppress(psycopg.OperationalError):
        for _ in range(100):
            held.enter_context(psycopg.connect(database.owner_url, user=login.name, password=login.password))


def test_a_reader_leaves_connections_to_others(database: MigratedDatabase, reader: Login) -> None:
    """It gets as many as its role has, and a consumer still comes in."""
    with ExitStack() as held:
        open_to_the_limit(database, reader, held)
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(database.owner_url, user=reader.name, password=reader.password)
        with psycopg.connect(database.ingest_url) as consumer:
            assert (1,) == consumer.execute("SELECT 1").fetchone()


def test_readers_together_leave_the_reserved_connections(database: MigratedDatabase, reader: Login) -> None:
    """A consumer's login may use what the server's reserved_connections keeps back, a reader's may not."""
    query = "SELECT pg_has_role(%s, 'pg_use_reserved_connections', 'USAGE')"
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        logins = ("kvmgrid_consumer", "kvmgrid_owner", "kvmgrid_viewer", reader.name)
        found = [administrator.execute(query, [login]).fetchone() for login in logins]

    assert [(True,), (True,), (False,), (False,)] == found
