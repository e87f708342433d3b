# SPDX-License-Identifier: Apache-2.0
"""Errors of the server that one flush causes: its neighbours are stored, and nothing is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import msgspec
import psycopg
import pytest
from psycopg import sql

from consumer.errors import DatabaseAway
from publisher.wire.samples import SampleBatch
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    keys_of,
    recent,
    small_fleet,
)
from tests.integration.direct_consumer import DirectConsumer
from tests.services import MigratedDatabase, VirtualHost

ANSWERING = """
    CREATE FUNCTION kvmgrid.answer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NEW; END $$;
    CREATE TRIGGER answers BEFORE INSERT ON kvmgrid.host_samples
        FOR EACH ROW {} EXECUTE FUNCTION kvmgrid.answer();
"""
RAISING = "RAISE EXCEPTION 'too much' USING ERRCODE = '{}';"
# Between two messages of a neighbour.
_STRIDE = 16
ONE_HOST = "WHEN (NEW.host_id = 1)"


@pytest.fixture
def consumer(database: MigratedDatabase) -> Iterator[DirectConsumer]:
    """Give a consumer that waits two seconds at most for a statement."""
    consumer = DirectConsumer(database.ingest_url, timeout_seconds=2.0)
    yield consumer
    consumer.close()


def answer(database: MigratedDatabase, body: LiteralString, condition: LiteralString = ONE_HOST) -> None:
    """Let a table run something before a row comes in."""
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute(sql.SQL(ANSWERING).format(sql.SQL(body), sql.SQL(condition)))


@pytest.mark.parametrize(
    "body",
    [
        "RAISE EXCEPTION 'out of shared memory' USING ERRCODE = '53200';",
        "RAISE EXCEPTION 'a limit' USING ERRCODE = '53400';",
        "RAISE EXCEPTION 'a stack' USING ERRCODE = '54001';",
        "PERFORM pg_sleep(10);",
    ],
)
def test_a_message_that_the_server_cannot_take_harms_no_neighbour(
    consumer: DirectConsumer, database: MigratedDatabase, stored: StoredRows, body: LiteralString
) -> None:
    """After three equal errors the messages are tried in parts; the one at fault is set aside."""
    bad, *good = (small_fleet(host_count=6).batch(ordinal, recent(), 1) for ordinal in range(6))
    flush = consumer.gather(bad, *good)
    answer(database, body)
    tries = consumer.store_within(flush)

    assert tries <= 3
    assert keys_of(*good) == stored.domain_keys()
    assert [(bad.host, "refused", True)] == stored.rows(
        "SELECT host, reason, octet_length(body) = body_bytes FROM quarantine"
    )
    # The held-back time limit of the search does not stay.
    consumer.take(small_fleet(host_count=6).batch(2, recent(1), 2))
    assert 6 == stored.message_count()


@pytest.mark.parametrize("state", ["53200", "53400", "57014", "55P03"])
def test_a_server_that_takes_nothing_blames_no_message(
    consumer: DirectConsumer, database: MigratedDatabase, stored: StoredRows, state: LiteralString
) -> None:
    """However often it says so."""
    flush = consumer.gather(*(small_fleet().batch(ordinal, recent(), 1) for ordinal in range(2)))
    answer(database, RAISING.replace("{}", state), "")
    with pytest.raises(DatabaseAway):
        consumer.store_within(flush, try_count=8)

    assert (0, 0) == (stored.count("quarantine"), stored.message_count())


def test_a_flush_that_is_too_large_as_a_whole_is_stored_in_parts(
    consumer: DirectConsumer, database: MigratedDatabase, stored: StoredRows
) -> None:
    """No message is at fault where each is taken alone."""
    batches = [small_fleet(host_count=9).batch(ordinal, recent(), 1) for ordinal in range(9)]
    flush = consumer.gather(*batches)
    # As the lock table does: it has room for so many of one transaction.
    answer(
        database,
        "IF 2 < (SELECT count(DISTINCT host_id) FROM kvmgrid.host_samples"
        " WHERE xmin = pg_current_xact_id()::xid)"
        " THEN RAISE EXCEPTION 'out of shared memory' USING ERRCODE = '53200'; END IF;",
        "",
    )
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute("ALTER FUNCTION kvmgrid.answer() SECURITY DEFINER")
    consumer.store_within(flush)

    assert keys_of(*batches) == stored.domain_keys()
    assert 0 == stored.count("quarantine")


def test_a_locked_chunk_stops_nobody_else(
    consumer: DirectConsumer, database: MigratedDatabase, stored: StoredRows
) -> None:
    """A late message whose chunk is being converted is set aside whole; live ones are stored meanwhile."""
    fleet, week = small_fleet(), 7 * 86_400
    consumer.take(fleet.batch(0, recent() - week, 1))
    late, live = fleet.batch(0, recent() - week + 10, 2), fleet.batch(1, recent(), 1)
    flush = consumer.gather(late, live)
    with psycopg.connect(database.administrator_url) as other:
        other.execute("SET search_path = kvmgrid, public")
        chunk = other.execute("SELECT show_chunks('host_samples')::text").fetchone()
        assert chunk is not None
        other.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.SQL(chunk[0])))
        consumer.store_within(flush)

        assert keys_of(live) <= stored.domain_keys()
        assert [(late.host, "refused", True)] == stored.rows(
            "SELECT host, reason, octet_length(body) = body_bytes FROM quarantine"
        )


def test_an_orphaned_backend_does_not_lock_out_the_retry(
    consumer: DirectConsumer, stored: StoredRows
) -> None:
    """A connection that ended without the server's knowledge is ended there before the next attempt."""
    batch = small_fleet().batch(0, recent(), 1)
    flush = consumer.gather(batch)
    orphan = consumer.abandon()
    assert [(1,)] == stored.rows("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [orphan])
    consumer.store_within(flush, try_count=1)

    assert keys_of(batch) == stored.domain_keys()
    assert [(0,)] == stored.rows("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [orphan])


def scattered(count: int) -> list[SampleBatch]:
    """Return batches of one host, each dated a day before the one before it."""
    batch = small_fleet(host_count=1, domain_count=1).batch(0, recent(), 1)
    now = datetime.now(UTC)
    return [
        msgspec.structs.replace(batch, sampled_at=now - timedelta(days=number), sequence=number)
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "day_count", [48, pytest.param(640, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_a_host_of_scattered_dates_stops_nobody(
    database: MigratedDatabase, virtual_host: VirtualHost, stored: StoredRows, day_count: int
) -> None:
    """Each message needs chunks of its own; neighbours are stored meanwhile, and no message is lost."""
    with psycopg.connect(database.administrator_url) as administrator:
        administrator.execute("UPDATE kvmgrid.retention SET keep = NULL WHERE level IN ('raw', 'reports')")
    sent = scattered(day_count)
    fleet = small_fleet(host_count=2)
    neighbours = [fleet.batch(1, recent(tick), tick) for tick in range(day_count // _STRIDE)]
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        for tick, neighbour in enumerate(neighbours):
            sender.send(*sent[tick * _STRIDE : (tick + 1) * _STRIDE], neighbour)
        sender.close()
        eventually(lambda: keys_of(neighbours[0]) <= stored.domain_keys(), True)
        assert stored.message_count() < len(sent) // 2
        eventually(stored.message_count, len(sent) + len(neighbours), timeout_seconds=300.0)
        assert "database_away" not in consumer.output()

    assert keys_of(*sent, *neighbours) == stored.domain_keys()
    assert 0 == stored.count("quarantine")
