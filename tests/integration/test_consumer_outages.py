# SPDX-License-Identifier: Apache-2.0
"""Database and consumer go down and come back: every message is stored, once, with no manual step.

tests/faults has what is killed at any moment.
"""

import re
import secrets
import threading
import time

import psycopg
import pytest

from consumer.failpoint import VARIABLE
from deploy.lab import services
from deploy.lab.postgresql import PostgreSql
from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    keys_of,
    recent,
    small_fleet,
)
from tests.services import MigratedDatabase, VirtualHost

# Two lost deliveries would be one too many: an outage must cost none.
STRICT = ["KVMGRID_INGEST__DELIVERY_LIMIT_COUNT=2"]
QUICK = ["KVMGRID_INGEST__FLUSH_SECONDS=0.05"]


@pytest.fixture
def own_virtual_host(own_broker: RabbitMq) -> VirtualHost:
    """Give a virtual host on a broker that the test may kill."""
    broker = services.Broker(own_broker.amqp_url(), own_broker.admin, own_broker)
    broker.admin.add_virtual_host("outage")
    broker.admin.add_consumer("outage-consumer", "consumer", "outage")
    return VirtualHost(broker, "outage", broker.amqp_url("outage-consumer", "consumer", "outage"))


def batches(fleet: Fleet, ticks: range) -> list[SampleBatch]:
    """Return the batches of every host for some ticks."""
    return [
        fleet.batch(ordinal, recent(tick), tick)
        for tick in ticks
        for ordinal in range(fleet.shape.host_count)
    ]


def has_stored(stored: StoredRows, count: int) -> bool:
    """Tell whether at least so many batches are stored."""
    return stored.message_count() >= count


def assert_all_stored_once(stored: StoredRows, virtual_host: VirtualHost, sent: list[SampleBatch]) -> None:
    """Wait until the queue is empty and compare the tables with what was sent, key by key."""
    eventually(stored.message_count, len(sent))
    eventually(lambda: virtual_host.broker.admin.queue_depth(INGEST_QUEUE, virtual_host.name), 0)
    assert keys_of(*sent) == stored.domain_keys()
    assert 0 == stored.value("SELECT count(*) FROM quarantine")
    assert 0 == virtual_host.broker.admin.queue_depth(DEAD_LETTER_QUEUE, virtual_host.name)


def test_a_stopped_database_costs_nothing(
    own_postgresql: PostgreSql, own_database: MigratedDatabase, virtual_host: VirtualHost
) -> None:
    """With the database away for some seconds the consumer waits, and no message is delivered again."""
    fleet = small_fleet(host_count=10)
    sent = batches(fleet, range(30))
    stored = StoredRows(own_database)
    with ConsumerProcess(virtual_host.consumer_url, own_database.ingest_url, [*STRICT, *QUICK]) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(*sent[:100])
        eventually(stored.message_count, 100)
        own_postgresql.stop()
        sender.send(*sent[100:150])
        consumer.wait_for("database_away")
        sender.send(*sent[150:200])
        # The outage lasts; the process must not end meanwhile.
        assert not wait_until(lambda: not consumer.alive, timeout_seconds=4)
        own_postgresql.launch()
        consumer.wait_for("database_back")
        sender.send(*sent[200:])
        sender.close()
        assert_all_stored_once(stored, virtual_host, sent)
        # Keys and rows have a connection each, and the one that was idle may notice only afterwards.
        assert consumer.output().count("database_away") in {1, 2}


def test_a_locked_table_is_waited_for(database: MigratedDatabase, virtual_host: VirtualHost) -> None:
    """A flush that cannot get its lock in time is tried again, not refused."""
    sent = batches(small_fleet(), range(2))
    settings = [*STRICT, *QUICK, "KVMGRID_DATABASE__LOCK_TIMEOUT_SECONDS=0.2"]
    stored = StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, settings) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        with psycopg.connect(database.administrator_url) as other:
            other.execute("LOCK TABLE kvmgrid.domain_samples IN ACCESS EXCLUSIVE MODE")
            sender.send(*sent)
            consumer.wait_for("55P03")
        sender.close()
        assert_all_stored_once(stored, virtual_host, sent)


@pytest.mark.parametrize(
    "failpoint", ["after_receive:30", "after_decode:30", "before_commit:2", "after_commit:2", "before_ack:2"]
)
def test_a_killed_consumer_costs_nothing(
    database: MigratedDatabase, virtual_host: VirtualHost, failpoint: str
) -> None:
    """Wherever SIGKILL strikes, above all between commit and ack, the next consumer stores the rest, once."""
    fleet = small_fleet(host_count=10)
    sent = batches(fleet, range(10))
    stored = StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
    sender = AnyHostSender.enrolled(virtual_host)
    sender.send(*sent)
    sender.close()
    # The trial prefetch makes the first flush 16 messages, so that there is a second to be killed in.
    with ConsumerProcess(
        virtual_host.consumer_url, database.ingest_url, QUICK, environment={VARIABLE: failpoint}
    ) as doomed:
        assert -9 == doomed.wait(60.0)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url):
        assert_all_stored_once(stored, virtual_host, sent)


def test_a_consumer_that_is_asked_to_end_leaves_nothing_half_done(
    database: MigratedDatabase, virtual_host: VirtualHost
) -> None:
    """SIGTERM under load: exit code 0 within ten seconds, and what follows stores only the rest."""
    fleet = small_fleet(host_count=10)
    sent = batches(fleet, range(40))
    stored = StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, QUICK) as first:
        first.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        feeder = threading.Thread(target=sender.send, args=sent)
        feeder.start()
        eventually(lambda: stored.message_count() > 20, True)
        begun_at = time.monotonic()
        assert 0 == first.stop()
        assert time.monotonic() - begun_at < 10
        feeder.join()
        sender.close()
    with ConsumerProcess(
        virtual_host.consumer_url, database.ingest_url, ["KVMGRID_LOG__LEVEL=debug"]
    ) as second:
        assert_all_stored_once(stored, virtual_host, sent)
        assert not re.search(r'"duplicate_count": [1-9]', second.output())


def test_a_consumer_ends_even_while_the_database_is_away(
    own_postgresql: PostgreSql, own_database: MigratedDatabase, virtual_host: VirtualHost
) -> None:
    """SIGTERM during an outage is obeyed; the messages stay in the queue for the next consumer."""
    sent = batches(small_fleet(), range(5))
    with ConsumerProcess(virtual_host.consumer_url, own_database.ingest_url, QUICK) as consumer:
        consumer.wait_for("consuming")
        own_postgresql.stop()
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(*sent)
        sender.close()
        consumer.wait_for("database_away")
        assert 0 == consumer.stop()
    own_postgresql.launch()
    with ConsumerProcess(virtual_host.consumer_url, own_database.ingest_url):
        assert_all_stored_once(StoredRows(own_database), virtual_host, sent)


@pytest.mark.parametrize(
    ("fault", "code"), [("broker password", 77), ("database password", 78), ("no tables", 78), ("queue", 77)]
)
def test_what_waiting_cannot_mend_ends_the_consumer(
    database: MigratedDatabase, virtual_host: VirtualHost, fault: str, code: int
) -> None:
    """Wrong logins, a missing schema and a queue with other arguments end it with a code and one line."""
    amqp_url, database_url = virtual_host.consumer_url, database.ingest_url
    if fault == "broker password":
        user = f"stranger-{secrets.token_hex(4)}"
        amqp_url = virtual_host.broker.amqp_url(user, "wrong", virtual_host.name)
    elif fault == "database password":
        database_url = database_url.replace("@", "x@")
    elif fault == "no tables":
        with psycopg.connect(database.administrator_url, autocommit=True) as connection:
            connection.execute("DROP TABLE kvmgrid.domain_latest CASCADE")
    else:
        with ConsumerProcess(amqp_url, database_url) as consumer:
            consumer.wait_for("consuming")
    other = ["KVMGRID_INGEST__QUEUE_LIMIT_BYTES=1000000"]
    with ConsumerProcess(amqp_url, database_url, other) as consumer:
        assert code == consumer.wait(60.0), consumer.output()
        assert "kvmgrid-consumer: " in consumer.output()
        assert "Traceback" not in consumer.output()
        assert (fault == "queue") == ("A queue with other arguments" in consumer.output())
