# SPDX-License-Identifier: Apache-2.0
"""What each role may do: the whole list, and the acts that matter tried out as that role."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from consumer.errors import SchemaError
from consumer.schema.roles import Login, bootstrap
from tests.migration.seeding import seed_plain_tables
from tests.services import MigratedDatabase

GRANTS = Path(__file__).with_name("grants.sql")
EXPECTED = Path(__file__).with_name("grants.txt")
COLUMNS = ("domain_id", "sampled_at", "host_id", "cpu_cores", "state", "outcome")
TYPES = ("int4", "timestamptz", "int4", "float4", "int2", "text")
INSERT = (
    "INSERT INTO domain_samples (domain_id, sampled_at, host_id, cpu_cores, state, outcome)"
    " VALUES (1, %s, 1, 2.5, 1, 'ok') ON CONFLICT DO NOTHING"
)


def copy_samples(connection: psycopg.Connection, times: Sequence[datetime]) -> None:
    """Copy samples of domain 1 as the consumer does."""
    statement = sql.SQL("COPY domain_samples ({}) FROM STDIN (FORMAT binary)").format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(TYPES)
        for time in times:
            copy.write_row((1, time, 1, 1.5, 1, "ok"))


def test_the_grants_are_the_ones_listed(shared_owner: psycopg.Connection) -> None:
    """A right that is added or lost shows as a difference to grants.txt."""
    granted = [row for (row,) in shared_owner.execute(GRANTS.read_bytes())]

    assert EXPECTED.read_text().splitlines() == granted


def test_a_role_that_is_made_after_the_migration_has_the_same_grants(
    database: MigratedDatabase, owner: psycopg.Connection
) -> None:
    """roles.sql, run again, grants what the migration grants where the role is there already."""
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        # Not DROP OWNED: that would take the role's right to connect to the other databases of the server.
        administrator.execute("REVOKE ALL ON ALL TABLES IN SCHEMA kvmgrid FROM kvmgrid_operator")
        administrator.execute("REVOKE ALL ON SCHEMA kvmgrid FROM kvmgrid_operator")
        without = [row for (row,) in owner.execute(GRANTS.read_bytes())]
        bootstrap(administrator, [])

    assert ["kvmgrid_operator: CONNECT on database"] == [row for row in without if "operator" in row]
    assert EXPECTED.read_text().splitlines() == [row for (row,) in owner.execute(GRANTS.read_bytes())]


SAID = [
    "INSERT INTO alert_acknowledgements (alert_id, said_by, note) SELECT alert_id, 'x', 'seen' FROM alerts",
    (
        "INSERT INTO alert_silences (selector, reason, starts_at, ends_at, said_by)"
        " VALUES ('{}', 'x', now(), now() + interval '1 hour', 'x') RETURNING silence_id"
    ),
    "INSERT INTO alert_silence_ends (silence_id, said_by) SELECT silence_id, 'x' FROM alert_silences",
    (
        "INSERT INTO alert_maintenances (selector, reason, starts_at, ends_at, said_by)"
        " VALUES ('{}', 'x', now(), now() + interval '1 hour', 'x') RETURNING maintenance_id"
    ),
    (
        "INSERT INTO alert_maintenances"
        " (selector, reason, starts_at, weekdays, time_of_day, duration_seconds, zone, said_by)"
        " VALUES ('{}', 'x', now(), '{0,6}', '22:00', 7200, 'Europe/Vienna', 'x')"
    ),
    (
        "INSERT INTO alert_maintenance_ends (maintenance_id, said_by)"
        " SELECT max(maintenance_id), 'x' FROM alert_maintenances"
    ),
    "INSERT INTO audit_entries (who, action, details, origin) VALUES ('x', 'silence', '{}', '::1')",
]


def test_an_operator_adds_what_people_say(owner: psycopg.Connection, operator: psycopg.Connection) -> None:
    """Each of the six tables takes a row of it."""
    owner.execute("INSERT INTO hosts (host, first_seen_at) VALUES ('hv001', now())")
    owner.execute(
        "INSERT INTO alerts (rule, severity, subject, host_id, words, began_at, fired_at)"
        " SELECT 'host_silent', 'critical', 'host', host_id, 'silent', now(), now() FROM hosts"
    )
    for statement in SAID:
        assert 1 == operator.execute(statement.encode()).rowcount


def test_ingest_copies_into_new_and_old_chunks(
    ingest: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    """Binary COPY as the consumer's role makes the chunks it needs."""
    now = datetime.now(UTC)
    copy_samples(ingest, [now, now - timedelta(days=1), now - timedelta(days=9)])

    assert (3, 4.5) == dashboard.execute("SELECT count(*), sum(cpu_cores) FROM domain_samples").fetchone()


def test_ingest_leaves_duplicates_out(ingest: psycopg.Connection, dashboard: psycopg.Connection) -> None:
    """COPY of a known key is refused; INSERT keeps the first row."""
    now = datetime.now(UTC)
    copy_samples(ingest, [now])

    with pytest.raises(psycopg.errors.UniqueViolation):
        copy_samples(ingest, [now])
    assert "INSERT 0 0" == ingest.execute(INSERT, [now]).statusmessage
    assert [(1.5,)] == dashboard.execute("SELECT cpu_cores FROM domain_samples").fetchall()


def test_ingest_has_a_temporary_table(ingest: psycopg.Connection) -> None:
    """The path for duplicates sorts them out in a temporary table."""
    with ingest.transaction():
        ingest.execute("CREATE TEMPORARY TABLE staged (domain_id int) ON COMMIT DROP")

        assert "INSERT 0 1" == ingest.execute("INSERT INTO staged VALUES (1)").statusmessage


@pytest.mark.parametrize("time", ["infinity", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"])
def test_a_time_out_of_this_world_is_refused(shared_database: MigratedDatabase, time: str) -> None:
    """A time that would make a chunk which retention never reaches is refused by the table itself."""
    with (
        psycopg.connect(shared_database.ingest_url, autocommit=True) as ingest,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        ingest.execute(INSERT, [time])


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT domain_id FROM domain_samples",
        "SELECT detail FROM quarantine",
        "UPDATE domain_samples SET cpu_cores = 0",
        "DELETE FROM domain_samples",
        "TRUNCATE domain_samples",
        "DROP TABLE domain_samples",
        "SELECT drop_chunks('domain_samples', older_than => INTERVAL '1 second')",
        "UPDATE retention SET keep = INTERVAL '2 hours'",
        "DELETE FROM hosts",
        "UPDATE incarnation SET token = gen_random_uuid()",
        "DELETE FROM incarnation",
        "DELETE FROM quarantine",
        "DELETE FROM quarantine_counts",
        "TRUNCATE quarantine",
        "SELECT body FROM quarantine",
        "CREATE TABLE mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "SET ROLE kvmgrid_owner",
    ],
)
def test_ingest_cannot(shared_database: MigratedDatabase, statement: str) -> None:
    """A stolen consumer password neither reads nor removes history."""
    with (
        psycopg.connect(shared_database.ingest_url, autocommit=True) as ingest,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        ingest.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO hosts (host, first_seen_at) VALUES ('x', now())",
        "UPDATE host_latest SET health_score = 100",
        "DELETE FROM events",
        "SELECT body FROM quarantine",
        "SELECT * FROM apply_retention()",
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "COPY hosts TO '/tmp/hosts'",
        "SET ROLE kvmgrid_ingest",
    ],
)
def test_a_dashboard_cannot(shared_database: MigratedDatabase, statement: str) -> None:
    """Even with the read-only default lifted, a dashboard only reads."""
    with psycopg.connect(shared_database.dashboard_url, autocommit=True) as dashboard:
        dashboard.execute("SET default_transaction_read_only = off")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            dashboard.execute(statement.encode())


def test_a_dashboard_reads_quarantine_without_bodies(
    owner: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    """Reasons are for people; bodies of unknown content are not for a web page."""
    seed_plain_tables(owner, datetime.now(UTC))

    assert [("clock",)] == dashboard.execute("SELECT reason FROM quarantine").fetchall()


def test_sessions_begin_with_the_settings_of_their_role(
    ingest: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    """Everyone finds the schema and works in UTC; a dashboard is read-only, bounded and without JIT."""
    everyone = "SELECT current_setting('search_path'), current_setting('timezone')"
    settings = (
        "SELECT current_setting('default_transaction_read_only'), current_setting('statement_timeout'),"
        " current_setting('jit')"
    )

    assert ("kvmgrid, public", "UTC") == ingest.execute(everyone).fetchone()
    assert ("kvmgrid, public", "UTC") == dashboard.execute(everyone).fetchone()
    assert ("on", "15s", "off") == dashboard.execute(settings).fetchone()


def test_nobody_else_connects(database: MigratedDatabase) -> None:
    """A login without one of the roles is turned away, even with a good password."""
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE stranger LOGIN PASSWORD 'secret'")
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(database.owner_url, user="stranger", password="secret")  # noqa: S106 - of this test
        finally:
            administrator.execute("DROP ROLE stranger")


def test_a_password_never_reaches_the_server(database: MigratedDatabase) -> None:
    """What is stored is the verifier, and what was sent is as well."""
    login = Login("kvmgrid_reader", "kvmgrid_dashboard", "correct horse")
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        bootstrap(administrator, [login])
        try:
            stored = administrator.execute(
                "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'kvmgrid_reader'"
            ).fetchone()
            with psycopg.connect(database.owner_url, user=login.name, password=login.password) as connection:
                assert [("hosts_now", True)] == connection.execute(
                    "SELECT 'hosts_now', count(*) = 0 FROM hosts_now"
                ).fetchall()
        finally:
            administrator.execute("DROP OWNED BY kvmgrid_reader")
            administrator.execute("DROP ROLE kvmgrid_reader")

    assert (True,) == stored


@pytest.mark.parametrize(
    "login",
    [
        Login("somebody", "kvmgrid_owner", "secret"),
        Login("kvmgrid_owner", "kvmgrid_dashboard", "secret"),
    ],
)
def test_the_owner_is_no_group(database: MigratedDatabase, login: Login) -> None:
    """Nobody becomes the owner under another name, and the owner nobody else."""
    with (
        psycopg.connect(database.administrator_url, autocommit=True) as administrator,
        pytest.raises(SchemaError, match="the owner is a login of its own"),
    ):
        bootstrap(administrator, [login])
