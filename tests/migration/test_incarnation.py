# SPDX-License-Identifier: Apache-2.0
"""The token of an incarnation: renewed with every key that is taken away, and with nothing else."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from consumer.database import connect
from consumer.errors import SchemaError
from consumer.incarnation import IncarnationChanged, read_incarnation, require_incarnation
from consumer.settings import DatabaseSettings
from consumer.statements import statement
from tests.migration.seeding import seed_plain_tables
from tests.services import MigratedDatabase

REMOVE_DOMAINS = "DELETE FROM domain_names; DELETE FROM residency; DELETE FROM domains"


def token(owner: psycopg.Connection) -> UUID:
    """Return the token."""
    ((found,),) = owner.execute("SELECT token FROM incarnation").fetchall()
    assert isinstance(found, UUID)
    return found


@pytest.mark.parametrize(
    "statement",
    [
        REMOVE_DOMAINS,
        (
            "DELETE FROM domain_names; DELETE FROM residency; DELETE FROM domains; DELETE FROM host_names;"
            " DELETE FROM hosts"
        ),
        "TRUNCATE hosts CASCADE",
        "TRUNCATE domains CASCADE",
        "UPDATE hosts SET host = host || '-old'",
        "UPDATE domains SET uuid = gen_random_uuid()",
    ],
)
def test_a_key_that_is_taken_away_renews_the_token(owner: psycopg.Connection, statement: str) -> None:
    """Consumers that know the key notice it."""
    seed_plain_tables(owner, datetime.now(UTC))
    before = token(owner)
    owner.execute(statement.encode())

    assert before != token(owner)


def test_triggers_that_are_off_for_a_replica_renew_it_too(database: MigratedDatabase) -> None:
    """Restores switch triggers off like this."""
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        seed_plain_tables(administrator, datetime.now(UTC))
        before = token(administrator)
        administrator.execute("SET session_replication_role = replica")
        administrator.execute("DELETE FROM domains")

        assert before != token(administrator)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO hosts (host_id, host, first_seen_at) VALUES (7, 'another', now())",
        "UPDATE hosts SET hostname = 'another'",
        "UPDATE domains SET name = 'another', host_id = NULL",
        "DELETE FROM hosts WHERE false",
        "DELETE FROM domain_latest",
        "SELECT apply_retention()",
    ],
)
def test_what_leaves_the_keys_alone_renews_nothing(owner: psycopg.Connection, statement: str) -> None:
    """The work of every day makes no consumer read its keys again."""
    seed_plain_tables(owner, datetime.now(UTC))
    before = token(owner)
    owner.execute(statement.encode())

    assert before == token(owner)


def test_a_deletion_waits_for_the_flush_that_has_compared(
    database: MigratedDatabase, owner: psycopg.Connection
) -> None:
    """It holds nobody up before its commit; there it waits, so that no key goes while rows are written."""
    seed_plain_tables(owner, datetime.now(UTC))
    with connect(DatabaseSettings(url=database.ingest_url), "test", autocommit=True) as ingest:
        known = read_incarnation(ingest)
        owner.execute("SET lock_timeout = '200ms'")
        with ingest.transaction():
            require_incarnation(ingest, {known}, locked=True)
            with pytest.raises(psycopg.errors.LockNotAvailable), owner.transaction():
                owner.execute(REMOVE_DOMAINS)
        with owner.transaction():
            owner.execute(REMOVE_DOMAINS)
            require_incarnation(ingest, {known}, locked=True)
        with pytest.raises(IncarnationChanged, match=r"by token$"):
            require_incarnation(ingest, {known})


def test_a_table_made_anew_is_another_incarnation(
    database: MigratedDatabase, owner: psycopg.Connection
) -> None:
    """A restore that makes the tables again brings the old token along."""
    with connect(DatabaseSettings(url=database.ingest_url), "test", autocommit=True) as ingest:
        known = read_incarnation(ingest)
        owner.execute("VACUUM FULL hosts")

        assert ("hosts_file",) == known.differences(read_incarnation(ingest))


def test_a_database_that_is_not_whole_is_waited_for(
    database: MigratedDatabase, owner: psycopg.Connection
) -> None:
    """In the middle of a restore, or before a migration, no key can be trusted. The words say what to do."""
    with connect(DatabaseSettings(url=database.ingest_url), "test", autocommit=True) as ingest:
        owner.execute("DELETE FROM incarnation")
        with pytest.raises(SchemaError, match="INSERT INTO"):
            read_incarnation(ingest)
        owner.execute("DROP TABLE incarnation")
        with pytest.raises(SchemaError, match="run kvmgrid-consumer migrate first"):
            read_incarnation(ingest)


def test_reading_it_is_not_compiled(database: MigratedDatabase) -> None:
    """The inventory's connection has sequential scans off, which counts as a cost that is worth compiling."""
    with connect(DatabaseSettings(url=database.ingest_url), "test", autocommit=True) as ingest:
        ingest.execute(statement("inventory/index_scans_only"))
        plan = ingest.execute(b"EXPLAIN (ANALYZE) " + statement("incarnation/read")).fetchall()

    assert "JIT" not in str(plan)
