# SPDX-License-Identifier: Apache-2.0
"""Late samples are noted for the rollups in the transaction that stores them, whichever way they come."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from consumer.database import connect
from consumer.errors import DatabaseAway
from consumer.failpoint import Name
from consumer.settings import DatabaseSettings
from consumer.store.late_notes import pass_gate
from publisher.wire.samples import SampleBatch
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    locked_past,
    small_fleet,
    yesterday,
)
from tests.integration.direct_consumer import DirectConsumer
from tests.integration.two_hosts import TwoHosts, stays
from tests.services import MigratedDatabase, VirtualHost

BUCKET_SECONDS = 300
NOTES = """
    SELECT l.subject, coalesce(h.host, d.uuid::text), extract(epoch FROM l.bucket)::bigint
    FROM rollup_late AS l
    LEFT JOIN hosts AS h ON l.subject = 'host' AND h.host_id = l.entity_id
    LEFT JOIN domains AS d ON l.subject = 'domain' AND d.domain_id = l.entity_id
"""

Note = tuple[str, str, int]


def announce(database: MigratedDatabase, at: datetime) -> None:
    """Say that the buckets before a time are announced, as the upkeep does."""
    with psycopg.connect(database.administrator_url) as connection:
        connection.execute("LOCK TABLE kvmgrid.rollup_gate IN SHARE MODE")
        connection.execute("UPDATE kvmgrid.rollup_announced SET announced = %s", [at])


def notes(stored: StoredRows) -> set[Note]:
    """Return what is noted: subject, name, begin of the bucket."""
    return {(subject, name, bucket) for subject, name, bucket in stored.rows(NOTES)}


def expected(*batches: SampleBatch) -> set[Note]:
    """Return the notes of batches that are all late."""
    found: set[Note] = set()
    for batch in batches:
        second = int(batch.sampled_at.timestamp())
        bucket = second - second % BUCKET_SECONDS
        found.add(("host", batch.host, bucket))
        found |= {("domain", report.uuid, bucket) for report in batch.domains or ()}
    return found


@pytest.fixture
def stored(database: MigratedDatabase) -> StoredRows:
    """Give the test's database."""
    return StoredRows(database)


@pytest.fixture
def consumer(database: MigratedDatabase) -> Iterator[DirectConsumer]:
    """Give a consumer whose database has announced everything up to now."""
    consumer = DirectConsumer(database.ingest_url)
    yield consumer
    consumer.close()


@pytest.fixture
def now(database: MigratedDatabase) -> datetime:
    """Give the mark: a whole bucket, so that a tick before it is late and it itself is not."""
    second = int(datetime.now(UTC).timestamp())
    at = datetime.fromtimestamp(second - second % BUCKET_SECONDS, UTC)
    announce(database, at)
    return at


@pytest.mark.parametrize("suspect", [False, True], ids=["straight", "staged"])
def test_what_is_older_than_the_mark_is_noted(
    consumer: DirectConsumer, stored: StoredRows, now: datetime, *, suspect: bool
) -> None:
    """Host and domains of each late batch, by bucket; of one that is not late, nothing."""
    fleet, mark = small_fleet(), now.timestamp()
    late = [fleet.batch(0, mark - 1, 1), fleet.batch(0, mark - 700, 2), fleet.batch(1, mark - 11, 3)]
    flush = consumer.gather(*late, fleet.batch(1, mark, 4))
    flush.suspect = suspect
    consumer.store(flush)

    assert expected(*late) == notes(stored)


def test_a_flush_that_turns_out_to_be_a_duplicate_is_noted(
    consumer: DirectConsumer, stored: StoredRows, now: datetime
) -> None:
    """The straight way is taken back with its notes; the staged one notes again, which does no harm."""
    fleet, mark = small_fleet(), now.timestamp()
    known, new = fleet.batch(0, mark - 1, 1), fleet.batch(0, mark - 400, 2)
    consumer.take(known)
    consumer.store(consumer.gather(known, new))

    assert expected(known, new) == notes(stored)


def test_the_mark_is_read_anew_by_each_flush(
    database: MigratedDatabase, consumer: DirectConsumer, stored: StoredRows, now: datetime
) -> None:
    """What was live for the flush before is late for the next one."""
    fleet, mark = small_fleet(), now.timestamp()
    consumer.take(fleet.batch(0, mark + 10, 1))
    assert set() == notes(stored)

    announce(database, now + timedelta(seconds=BUCKET_SECONDS))
    late = fleet.batch(0, mark + 20, 2)
    consumer.take(late)
    assert expected(late) == notes(stored)


def test_the_mark_is_that_of_now_whatever_the_database_is_set_to(
    database: MigratedDatabase, now: datetime
) -> None:
    """An administrator made transactions keep the snapshot that they began with: not those of a flush."""
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        administrator.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = 'serializable'").format(
                sql.Identifier(database.name)
            )
        )
    connection = connect(DatabaseSettings(url=database.ingest_url), "live", autocommit=True)
    with connection, connection.transaction():
        connection.execute("SELECT FROM hosts")
        later = now + timedelta(seconds=BUCKET_SECONDS)
        announce(database, later)
        assert later == pass_gate(connection)


def test_nothing_is_announced_between_the_reading_of_the_mark_and_the_commit(
    database: MigratedDatabase, stored: StoredRows, now: datetime
) -> None:
    """Whoever announces waits for the flush, and sees its rows afterwards; and the other way round."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(name: Name) -> None:
        if name == "after_mark":
            reached.set()
            assert go_on.wait(30.0)

    consumer = DirectConsumer(database.ingest_url, reach=hold)
    batch = small_fleet().batch(0, now.timestamp() + 10, 1)
    flush = consumer.gather(batch)
    thread = threading.Thread(target=consumer.store, args=[flush])
    thread.start()
    try:
        assert reached.wait(30.0)
        with psycopg.connect(database.administrator_url) as other:
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("LOCK TABLE kvmgrid.rollup_gate IN SHARE MODE NOWAIT")
            other.rollback()
            assert 0 == stored.count("host_samples")
    finally:
        go_on.set()
        thread.join(30.0)
    announce(database, now + timedelta(seconds=BUCKET_SECONDS))
    consumer.close()

    assert (1, set()) == (stored.count("host_samples"), notes(stored))


def test_a_gate_that_is_held_puts_no_message_aside(
    database: MigratedDatabase, stored: StoredRows, now: datetime
) -> None:
    """Nobody's message is at fault: the flush is tried again, and nothing is quarantined meanwhile."""
    consumer = DirectConsumer(database.ingest_url, timeout_seconds=1.0)
    flush = consumer.gather(*(small_fleet().batch(0, now.timestamp() + tick, tick) for tick in range(3)))
    with psycopg.connect(database.administrator_url) as other:
        other.execute("LOCK TABLE kvmgrid.rollup_gate IN SHARE MODE")
        for _ in range(4):
            with pytest.raises(DatabaseAway):
                consumer.store(flush)
    consumer.store(flush)
    consumer.close()

    assert (3, 0) == (stored.count("host_samples"), stored.count("quarantine"))


def test_what_moves_into_a_series_is_noted(
    consumer: DirectConsumer, database: MigratedDatabase, stored: StoredRows
) -> None:
    """Samples of a domain that had been reported elsewhere come into its series when the stay begins."""
    hosts = TwoHosts()
    consumer.take(hosts.batch(0, 0, hosts.domain()), hosts.batch(1, 0))
    reported = hosts.batch(1, 3, hosts.domain())
    consumer.take(hosts.batch(0, 2, hosts.domain()), reported)
    announce(database, datetime.now(UTC))
    consumer.take(hosts.batch(0, 42))
    consumer.now += 5
    arrived = hosts.batch(1, 43, hosts.domain())
    consumer.take(arrived)

    assert [("hv000", 0, 3, "discovered"), ("hv001", 3, None, "migrated")] == stays(stored, hosts)
    of_domain = {note for note in notes(stored) if note[:2] == ("domain", hosts.uuid)}
    assert of_domain == {note for note in expected(reported, arrived) if note[0] == "domain"}


def test_the_late_lane_and_what_was_parked_are_noted(
    virtual_host: VirtualHost, database: MigratedDatabase, stored: StoredRows
) -> None:
    """Samples of yesterday, stored at once and after their tables were locked."""
    announce(database, datetime.now(UTC))
    fleet = small_fleet()
    begun = yesterday()
    first, parked = fleet.batch(1, begun, 1), [fleet.batch(1, begun + 400 * tick, tick) for tick in (2, 3)]
    # No consumer takes the notes away meanwhile.
    with (
        psycopg.connect(database.administrator_url) as worker,
        ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer,
    ):
        worker.execute("LOCK TABLE kvmgrid.rollup_worker IN SHARE UPDATE EXCLUSIVE MODE")
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(first)
        eventually(stored.message_count, 1)
        assert expected(first) == notes(stored)
        with locked_past(database):
            sender.send(*parked)
            consumer.wait_for("late_parked")
        sender.close()
        eventually(stored.message_count, 3)
        assert expected(first, *parked) == notes(stored)
