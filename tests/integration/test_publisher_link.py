# SPDX-License-Identifier: Apache-2.0
"""The link against a real RabbitMQ: what leaves the spool is on the broker, and nothing else leaves it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import wait_until
from publisher.wire.topics import EVENTS_EXCHANGE, INGEST_QUEUE, SAMPLES_EXCHANGE
from tests.integration.publisher_station import HOST, PATIENCE_SECONDS, Sender, Station, sequences
from tests.services import VirtualHost


@pytest.fixture
def station(virtual_host: VirtualHost) -> Iterator[Station]:
    """Give a consumer on the test's own virtual host, with nothing declared."""
    found = Station(virtual_host.consumer_url)
    yield found
    found.close()


@pytest.fixture
def sender(tmp_path: Path, virtual_host: VirtualHost) -> Iterator[Sender]:
    """Give a publisher's spool and link, enrolled on the broker."""
    found = Sender(tmp_path, virtual_host.add_publisher(HOST))
    yield found
    found.close()
    virtual_host.broker.admin.delete_user(HOST)


def test_a_backlog_drains_and_every_message_says_who_it_is(station: Station, sender: Sender) -> None:
    """1,000 messages arrive once, in order, persistent and with all properties of the contract."""
    station.declare()
    sender.put(1_000)
    sender.put(1, "event")
    epoch = sender.spool.epoch
    sender.start()
    sender.require_empty()
    received = station.drain()
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


def test_new_messages_go_out_at_once(station: Station, sender: Sender) -> None:
    """A message put while the link is idle arrives without waiting for anything."""
    station.declare()
    sender.start()
    for number in range(1, 4):
        sender.put()
        sender.require_empty()
        assert [number] == sequences(station.drain())


def test_live_messages_do_not_wait_for_the_backlog(station: Station, sender: Sender) -> None:
    """A message put during the drain of a large backlog overtakes what is left of it."""
    station.declare()
    sender.put(3_000, size_bytes=2_000)
    sender.start()
    assert wait_until(lambda: 0 < sender.waiting() < 2_800, timeout_seconds=PATIENCE_SECONDS)
    sender.put()
    sender.require_empty()
    order = sequences(station.drain())

    assert list(range(1, 3_002)) == sorted(order)
    assert order.index(3_001) < 2_999


def test_unroutable_messages_stay_and_do_not_hold_the_other_lane(station: Station, sender: Sender) -> None:
    """Events without a binding wait until there is one; samples pass meanwhile."""
    station.declare()
    station.unbind(EVENTS_EXCHANGE)
    sender.put(5, "event")
    sender.start()
    sender.put(5)
    assert wait_until(lambda: sender.waiting() == 5, timeout_seconds=PATIENCE_SECONDS)

    assert [6, 7, 8, 9, 10] == sequences(station.drain())
    station.bind(EVENTS_EXCHANGE)
    sender.require_empty()
    assert [1, 2, 3, 4, 5] == sequences(station.drain())


def test_a_full_queue_loses_nothing(station: Station, sender: Sender) -> None:
    """What the broker rejects stays in the spool and is delivered once there is room."""
    station.declare(x_max_length=10, x_overflow="reject-publish")
    sender.put(60)
    sender.start()
    received: list[int] = []

    def drained() -> bool:
        received.extend(sequences(station.drain()))
        return sender.waiting() == 0

    assert wait_until(drained, timeout_seconds=PATIENCE_SECONDS)
    received += sequences(station.drain())
    assert list(range(1, 61)) == sorted(set(received))
    assert 0 == sender.spool.status().dropped_message_count


def test_a_missing_exchange_is_waited_for(
    station: Station, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    """A publisher that is first says so without alarm, and goes on when a consumer has declared it."""
    caplog.set_level("INFO", "kvmgrid.publisher")
    sender.put(3)
    sender.start()
    assert wait_until(lambda: "waiting_for_exchange" in caplog.text, timeout_seconds=PATIENCE_SECONDS)
    ours = [record for record in caplog.records if record.name.startswith("kvmgrid.")]
    assert [] == [record.getMessage() for record in ours if record.levelname == "WARNING"]
    station.declare()
    sender.require_empty()
    assert [1, 2, 3] == sequences(station.drain())
    assert wait_until(lambda: "broker_available" in caplog.text, timeout_seconds=PATIENCE_SECONDS)


def test_no_confirmed_message_is_lost_when_the_broker_is_killed(own_broker: RabbitMq, tmp_path: Path) -> None:
    """SIGKILL in the middle of a drain, twice, while messages go on being put: each arrives."""
    url, consumer_url = enrol(own_broker)
    station = Station(consumer_url)
    station.declare()
    station.close()
    require_registered_queue(own_broker)
    sender = Sender(tmp_path, url)
    stop = threading.Event()

    def keep_putting() -> None:
        while not stop.wait(0.01):
            sender.put(size_bytes=3_000)

    sender.put(2_000, size_bytes=3_000)
    putting = threading.Thread(target=keep_putting)
    putting.start()
    sender.start()
    try:
        for level in (1_500, 500):
            # A default argument holds the loop's value.
            assert wait_until(lambda level=level: sender.waiting() < level, timeout_seconds=PATIENCE_SECONDS)  # type: ignore[misc]
            own_broker.kill()
            own_broker.launch()
        stop.set()
        putting.join()
        sender.require_empty()
        last = sender.spool.last_ticket().sequence
        station = Station(consumer_url)
        received = sequences(station.drain())
        station.close()
    finally:
        stop.set()
        putting.join()
        sender.close()

    assert set(range(1, last + 1)) == set(received)


def test_a_frozen_broker_is_noticed_and_nothing_is_lost(
    own_broker: RabbitMq, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A broker that stops answering without closing anything is given up after the confirm timeout."""
    url, consumer_url = enrol(own_broker)
    station = Station(consumer_url)
    station.declare()
    station.close()
    sender = Sender(tmp_path, url, confirm_timeout_seconds=3.0, heartbeat_seconds=60)
    sender.start()
    sender.put()
    sender.require_empty()
    own_broker.freeze()
    sender.put(10)
    assert wait_until(lambda: "broker_unavailable" in caplog.text, timeout_seconds=PATIENCE_SECONDS)
    own_broker.thaw()
    sender.require_empty()
    sender.close()
    station = Station(consumer_url)

    assert set(range(1, 12)) == set(sequences(station.drain()))
    station.close()


def test_a_broker_short_of_memory_is_given_up_and_found_again(
    own_broker: RabbitMq, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The alarm has a timeout of its own, longer than that for confirms; all arrives when it clears."""
    url, consumer_url = enrol(own_broker)
    station = Station(consumer_url)
    station.declare()
    station.close()
    own_broker.control("set_vm_memory_high_watermark", "0.000001")
    sender = Sender(tmp_path, url, blocked_timeout_seconds=4.0, confirm_timeout_seconds=2.0)
    sender.put(5)
    sender.start()
    assert wait_until(lambda: "broker_unavailable" in caplog.text, timeout_seconds=PATIENCE_SECONDS)
    faults = [
        record.__dict__["fields"]["fault"] for record in caplog.records if "broker_unavailable" in record.msg
    ]

    assert ["blocked"] == faults
    assert 5 == sender.waiting()
    own_broker.control("set_vm_memory_high_watermark", "0.6")
    sender.require_empty()
    sender.close()
    station = Station(consumer_url)
    assert set(range(1, 6)) == set(sequences(station.drain()))
    station.close()


def test_a_message_the_broker_takes_at_no_price_does_not_stop_the_others(
    own_broker: RabbitMq, tmp_path: Path
) -> None:
    """A body above the broker's own limit is found, dropped and counted; its neighbours arrive."""
    url, consumer_url = enrol(own_broker)
    own_broker.control("eval", "persistent_term:put(max_message_size, 50000).")
    station = Station(consumer_url)
    station.declare()
    sender = Sender(tmp_path, url)
    sender.put(20)
    sender.put(size_bytes=60_000)
    sender.put(20)
    sender.start()
    sender.require_empty()

    assert set(range(1, 42)) - {21} == set(sequences(station.drain()))
    assert 1 == sender.spool.status().dropped_message_count
    sender.close()
    station.close()


def test_stopping_sends_what_is_left(station: Station, sender: Sender) -> None:
    """With the broker at hand, nothing waits after the end."""
    station.declare()
    sender.start()
    # Connected: a link that is still on its way to the broker waits for nothing when it is stopped.
    sender.put()
    sender.require_empty()
    sender.put(500)

    assert sender.link.stop(30.0)
    assert set(range(1, 502)) == set(sequences(station.drain()))


def require_registered_queue(broker: RabbitMq) -> None:
    """Wait until the broker has written down that the queue exists.

    RabbitMQ 4.0.5 confirms messages of a new quorum queue up to three seconds before the queue's registration
    leaves a write buffer (names.dets, delayed_write). Killed in between, it forgets queue and messages.
    """
    registry = next((broker.directory / "data").glob("**/quorum/**/names.dets"))
    name = INGEST_QUEUE.encode()
    assert wait_until(lambda: name in registry.read_bytes(), timeout_seconds=PATIENCE_SECONDS)


def enrol(broker: RabbitMq) -> tuple[str, str]:
    """Return the URLs of a publisher and a consumer on a broker of the test's own."""
    broker.admin.add_virtual_host("kvmgrid")
    broker.admin.add_publisher(HOST, "secret", "kvmgrid")
    broker.admin.add_consumer("consumer", "secret", "kvmgrid")
    return broker.amqp_url(HOST, "secret", "kvmgrid"), broker.amqp_url("consumer", "secret", "kvmgrid")
