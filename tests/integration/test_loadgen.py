# SPDX-License-Identifier: Apache-2.0
"""The load generator on a real broker: every message arrives once, and what is in the way is said."""

import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import takewhile

import pika
import pytest

from deploy.lab.broker_users import BrokerAdmin
from deploy.lab.readiness import wait_until
from loadgen.errors import BrokerError
from loadgen.fleet.due_message import DueMessage, due_messages
from loadgen.fleet.fleet import Fleet, FleetShape
from loadgen.fleet.schedule import SimulatedPast, turns
from loadgen.fleet.sender import Sender
from publisher.wire.broker import BrokerSettings
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.topics import INGEST_QUEUE, SAMPLES_EXCHANGE
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import StoredRows, eventually, keys_of
from tests.services import MigratedDatabase, VirtualHost

SECOND = 1_760_000_000.0
CALM = Fleet(FleetShape(host_count=1, domain_count_per_host=1))
SMALL_QUEUE = "kvmgrid.small"


@pytest.fixture
def url(virtual_host: VirtualHost) -> Iterator[str]:
    """Give the URL of a user who may speak for every host."""
    admin, name, password = virtual_host.broker.admin, virtual_host.name, secrets.token_urlsafe(12)
    admin.add_impersonator(name, password, name)
    yield virtual_host.broker.amqp_url(name, password, name)
    admin.delete_user(name)


@pytest.fixture
def exchange(virtual_host: VirtualHost) -> None:
    """Declare the exchange of the samples, as a consumer would."""
    with pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url)) as connection:
        connection.channel().exchange_declare(SAMPLES_EXCHANGE, "topic", durable=True)


def some_lines(number: int) -> Iterator[DueMessage]:
    """Yield a few samples that are long due."""
    for sequence in range(1, number + 1):
        yield DueMessage(SECOND + sequence, CALM.batch(0, SECOND + sequence, sequence))


def declare_small_queue(virtual_host: VirtualHost, length: int) -> None:
    """Declare a queue that refuses what does not fit."""
    limits = {"x-max-length": length, "x-overflow": "reject-publish"}
    with pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url)) as connection:
        channel = connection.channel()
        channel.queue_declare(SMALL_QUEUE, durable=True, arguments=limits)
        channel.queue_bind(SMALL_QUEUE, SAMPLES_EXCHANGE, "#")


@pytest.mark.usefixtures("exchange")
def test_without_a_queue_a_consumer_is_missing(url: str) -> None:
    """Nobody has declared the queue yet."""
    with pytest.raises(BrokerError, match="start a consumer once"):
        Sender(BrokerSettings(url=url)).run(some_lines(1))


@pytest.mark.usefixtures("exchange")
def test_a_queue_that_stays_full_is_said_to_be_full(url: str, virtual_host: VirtualHost) -> None:
    """What is refused is tried again, for as long as a confirm may take."""
    declare_small_queue(virtual_host, 1)

    with pytest.raises(BrokerError, match="the queue is full"):
        Sender(BrokerSettings(url=url, confirm_timeout_seconds=3.0), queue=SMALL_QUEUE).run(some_lines(10))


@pytest.mark.usefixtures("exchange")
def test_what_a_full_queue_refused_is_sent_again(url: str, virtual_host: VirtualHost) -> None:
    """Somebody empties a queue of five slowly: all forty samples come through, each once."""
    declare_small_queue(virtual_host, 5)
    arguments = [sys.executable, "-c", DRAIN, virtual_host.consumer_url, SMALL_QUEUE, "40"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as drain:
        confirmed: list[int] = []
        Sender(BrokerSettings(url=url), queue=SMALL_QUEUE).run(some_lines(40), confirmed.append)
        output, _ = drain.communicate(timeout=120)

    assert 40 == sum(confirmed)
    assert [CALM.hosts[0].host + f"/{CALM.epoch}/{sequence}" for sequence in range(1, 41)] == sorted(
        output.split(), key=lambda text: int(text.rsplit("/", 1)[1])
    )


def test_a_fleet_with_its_past_is_stored_once(
    url: str, virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Six hosts and nine hours of events through broker and consumer: every row once, no number missing."""
    fleet = Fleet(
        FleetShape(host_count=6, domain_count_per_host=6, eventful=True), epoch=secrets.token_hex(8)
    )
    now = time.time()
    plan = turns(host_count=6, tick_seconds=10.0, now=now, history=SimulatedPast(32_400.0, 300.0))
    lines = list(due_messages(fleet, takewhile(lambda turn: turn.second <= now, plan), now - 32_400.0))
    samples = [line.message for line in lines if isinstance(line.message, SampleBatch)]
    events = [line.message for line in lines if isinstance(line.message, Event)]
    stored = StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        Sender(BrokerSettings(url=url)).run(iter(lines))
        eventually(stored.message_count, len(samples))
        eventually(lambda: stored.count("events"), len(events))
        # What is late may be parked and stored out of order; where VMs live is judged again at its end.
        eventually(lambda: keys_of(*samples) == stored.domain_keys(), True, timeout_seconds=20.0)

    assert sum(len(batch.domains or ()) for batch in samples) == stored.count("domain_samples")
    assert 0 == stored.count("quarantine")
    assert 0 == stored.count("publisher_gaps")
    assert {"domain_migration_departed", "domain_migration_arrived"} <= {each.kind for each in events}
    assert stored.value("SELECT count(*) FROM residency WHERE how = 'migrated'") > 0


def test_ctrl_c_ends_a_run_with_everything_confirmed(
    url: str, virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """A live fleet ends with status 0 and says how many messages it sent; the broker has that many."""
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
    command = [sys.executable, "-m", "loadgen", "fleet", "--broker-url", url]
    options = ["--hosts", "3", "--domains", "2", "--interval", "1", "--history", "1h", "--calm"]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "history_sent" == json.loads(process.stderr.readline())["event"]
            process.send_signal(signal.SIGINT)
            last = process.stderr.read().splitlines()[-1]
            assert 0 == process.wait(30)
        finally:
            process.kill()

    sent = json.loads(last)["message_count"]
    assert sent >= 36
    assert wait_until(
        lambda: depth(virtual_host.broker.admin, virtual_host.name) == sent, timeout_seconds=60.0
    ), last


def depth(admin: BrokerAdmin, virtual_host: str) -> int | None:
    """Return how many messages wait."""
    return admin.queue_depth(INGEST_QUEUE, virtual_host)


# Takes messages one by one, slower than they could come, and prints their ids.
DRAIN = """
import sys
import pika
url, queue, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.basic_qos(prefetch_count=1)
for method, properties, _ in channel.consume(queue, inactivity_timeout=60):
    if method is None:
        break
    print(properties.message_id)
    channel.basic_ack(method.delivery_tag)
    number -= 1
    if number == 0:
        break
    connection.sleep(0.01)
connection.close()
"""
