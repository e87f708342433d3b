# SPDX-License-Identifier: Apache-2.0
"""The link against a real RabbitMQ: what leaves the spool is on the broker, and nothing else leaves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab.readiness import wait_until
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE
from tests.integration.link_ends import HOST, PATIENCE_SECONDS, QueueReader, Sender, sequences
from tests.services import VirtualHost


@pytest.fixture
def reader(virtual_host: VirtualHost) -> Iterator[QueueReader]:
    """Give a consumer on the test's own virtual host, with nothing declared."""
    found = QueueReader(virtual_host.consumer_url)
    yield found
    found.close()


@pytest.fixture
def sender(tmp_path: Path, virtual_host: VirtualHost) -> Iterator[Sender]:
    """Give a publisher's spool and link, enrolled on the broker."""
    found = Sender(tmp_path, virtual_host.add_publisher(HOST))
    yield found
    found.close()
    virtual_host.broker.admin.delete_user(HOST)


def test_a_backlog_drains_and_every_message_says_who_it_is(reader: QueueReader, sender: Sender) -> None:
    """1,000 messages arrive once, in order, persistent and with all properties of the contract."""
    reader.declare()
    sender.put(1_000)
    sender.put(1, "event")
    epoch = sender.spool.epoch
    sender.start()
    sender.require_empty()
    received = reader.drain()
    samples = [item for item in received if item.exchange == SAMPLES_EXCHANGE]

    assert list(range(1, 1_001)) == sequences(samples)
    assert [1_001] == sequences([item for item in received if item.exchange == EVENTS_EXCHANGE])
    first = samples[0]
    assert (f"{HOST}.sample", f"{HOST}/{epoch}/1", HOST, 2, "application/json", "test.sample/1") == (
        first.routing_key,
        first.properties.message_id,
        first.properties.user_id,
        first.properties.delivery_mode,
        first.properties.content_type,
        first.properties.type,
    )
    assert (1_763_880_000, "kvmgrid-publisher") == (first.properties.timestamp, first.properties.app_id)


def test_new_messages_go_out_at_once(reader: QueueReader, sender: Sender) -> None:
    """A message put while the link is idle arrives without waiting for anything."""
    reader.declare()
    sender.start()
    for number in range(1, 4):
        sender.put()
        sender.require_empty()
        assert [number] == sequences(reader.drain())


def test_live_messages_do_not_wait_for_the_backlog(reader: QueueReader, sender: Sender) -> None:
    """A message put during the drain of a large backlog overtakes what is left of it."""
    reader.declare()
    sender.put(3_000, size_bytes=2_000)
    sender.start()
    assert wait_until(lambda: 0 < sender.waiting() < 2_800, timeout_seconds=PATIENCE_SECONDS)
    sender.put()
    sender.require_empty()
    order = sequences(reader.drain())

    assert list(range(1, 3_002)) == sorted(order)
    assert order.index(3_001) < 2_999


def test_unroutable_messages_stay_and_do_not_hold_the_other_lane(reader: QueueReader, sender: Sender) -> None:
    """Events without a binding wait until there is one; samples pass meanwhile."""
    reader.declare()
    reader.unbind(EVENTS_EXCHANGE)
    sender.put(5, "event")
    sender.start()
    sender.put(5)
    assert wait_until(lambda: sender.waiting() == 5, timeout_seconds=PATIENCE_SECONDS)

    assert [6, 7, 8, 9, 10] == sequences(reader.drain())
    reader.bind(EVENTS_EXCHANGE)
    sender.require_empty()
    assert [1, 2, 3, 4, 5] == sequences(reader.drain())


def test_a_full_queue_loses_nothing(reader: QueueReader, sender: Sender) -> None:
    """What the broker rejects stays in the spool and is delivered once there is room."""
    reader.declare(x_max_length=10, x_overflow="reject-publish")
    sender.put(60)
    sender.start()
    received: list[int] = []

    def drained() -> bool:
        received.extend(sequences(reader.drain()))
        return sender.waiting() == 0

    assert wait_until(drained, timeout_seconds=PATIENCE_SECONDS)
    received += sequences(reader.drain())
    assert list(range(1, 61)) == sorted(set(received))
    assert 0 == sender.spool.status().dropped_message_count


def test_a_missing_exchange_is_waited_for(
    reader: QueueReader, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    """A publisher that is first says so without alarm, and goes on when a consumer has declared it."""
    caplog.set_level("INFO", "kvmgrid.publisher")
    sender.put(3)
    sender.start()
    assert wait_until(lambda: "waiting_for_exchange" in caplog.text, timeout_seconds=PATIENCE_SECONDS)
    ours = [record for record in caplog.records if record.name.startswith("kvmgrid.")]
    assert [] == [record.getMessage() for record in ours if record.levelname == "WARNING"]
    reader.declare()
    sender.require_empty()
    assert [1, 2, 3] == sequences(reader.drain())
    assert wait_until(lambda: "broker_available" in caplog.text, timeout_seconds=PATIENCE_SECONDS)


def test_stopping_sends_what_is_left(reader: QueueReader, sender: Sender) -> None:
    """With the broker at hand, nothing waits after the end."""
    reader.declare()
    sender.start()
    # Connected: a link that is still on its way to the broker waits for nothing when it is stopped.
    sender.put()
    sender.require_empty()
    sender.put(500)

    assert sender.link.stop(30.0)
    assert set(range(1, 502)) == set(sequences(reader.drain()))
