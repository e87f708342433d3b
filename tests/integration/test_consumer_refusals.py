# SPDX-License-Identifier: Apache-2.0
"""Errors that do not say whose fault they are: a message's, or that of a database which takes nothing."""

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from consumer.errors import DatabaseAway, SchemaError
from tests.integration.consumer_messages import StoredRows, recent, small_fleet
from tests.integration.direct_consumer import DirectConsumer
from tests.services import MigratedDatabase

FAILING = """
    CREATE FUNCTION kvmgrid.fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'unexpected' USING ERRCODE = 'XX000'; END $$;
    CREATE TRIGGER fails BEFORE INSERT ON kvmgrid.{} FOR EACH ROW {} EXECUTE FUNCTION kvmgrid.fail();
"""
RENAMED = "RENAME cpu_cores TO cpu_cores_before"


@pytest.fixture
def consumer(database: MigratedDatabase) -> Iterator[DirectConsumer]:
    """Give a consumer that has stored nothing yet."""
    consumer = DirectConsumer(database.ingest_url)
    yield consumer
    consumer.close()


def break_table(database: MigratedDatabase, table: str, condition: str = "") -> None:
    """Let a table answer with an internal error."""
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute(sql.SQL(FAILING).format(sql.Identifier(table), sql.SQL(condition)))


def mend_table(database: MigratedDatabase, table: str) -> None:
    """Let the table work again."""
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute(sql.SQL("DROP TRIGGER fails ON kvmgrid.{}").format(sql.Identifier(table)))


@pytest.mark.parametrize("table", ["host_samples", "domain_block_samples", "domain_latest"])
def test_a_database_that_takes_nothing_is_waited_for(
    consumer: DirectConsumer, database: MigratedDatabase, table: str
) -> None:
    """However long a table fails, no message is set aside; afterwards each is stored."""
    batch = small_fleet().batch(0, recent(), 1)
    break_table(database, table)
    for _ in range(10):
        with pytest.raises(DatabaseAway):
            consumer.take(batch)
    mend_table(database, table)
    consumer.take(batch)

    stored = StoredRows(database)
    assert (0, 1) == (stored.count("quarantine"), stored.message_count())


def test_a_message_that_alone_fails_is_set_aside(
    consumer: DirectConsumer, database: MigratedDatabase
) -> None:
    """Even the very first one: the database shows at once that it works, and the next message is stored."""
    bad, good = (small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2))
    break_table(database, "host_samples", "WHEN (NEW.host_id = 1)")
    consumer.take(bad, good)

    stored = StoredRows(database)
    assert [("refused", f"{bad.host}.sample")] == stored.rows("SELECT reason, routing_key FROM quarantine")
    assert [(good.host,)] == stored.rows("SELECT host FROM host_metrics")
    assert [] == stored.rows("SELECT host_id FROM host_latest WHERE host_id = 0")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([RENAMED], "table domain_samples lacks cpu_cores: run kvmgrid-consumer migrate first"),
        (
            [RENAMED, "ADD cpu_cores double precision"],
            "column cpu_cores of table domain_samples is not of type float4",
        ),
    ],
)
def test_a_schema_of_another_make_is_refused(
    database: MigratedDatabase, changes: list[LiteralString], reason: str
) -> None:
    """At once: else the database would refuse the bytes of each message, and each would be set aside."""
    with psycopg.connect(database.administrator_url) as administrator:
        for change in changes:
            administrator.execute(sql.SQL("ALTER TABLE kvmgrid.domain_samples {}").format(sql.SQL(change)))

    with pytest.raises(SchemaError, match=rf"^{reason}$"):
        DirectConsumer(database.ingest_url)
