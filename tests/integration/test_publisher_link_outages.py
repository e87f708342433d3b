# SPDX-License-Identifier: Apache-2.0
"""The link against a RabbitMQ that is killed, frozen, short of memory, or refuses a message for its size."""

import threading
from pathlib import Path

import pytest

from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import wait_until
from tests.integration.link_ends import (
    PATIENCE_SECONDS,
    QueueReader,
    Sender,
    enrol,
    require_registered_queue,
    sequences,
)


@pytest.mark.parametrize("levels", [(1_000,), pytest.param((1_500, 500), marks=pytest.mark.long)])
def test_no_confirmed_message_is_lost_when_the_broker_is_killed(
    own_broker: RabbitMq, tmp_path: Path, levels: tuple[int, ...]
) -> None:
    """SIGKILL in the middle of a drain, or twice, while messages go on being put: each arrives."""
    url, consumer_url = enrol(own_broker)
    reader = QueueReader(consumer_url)
    reader.declare()
    reader.close()
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
        for level in levels:
            # A default argument holds the loop's value.
            assert wait_until(lambda level=level: sender.waiting() < level, timeout_seconds=PATIENCE_SECONDS)  # type: ignore[misc]
            own_broker.kill()
            own_broker.launch()
        stop.set()
        putting.join()
        sender.require_empty()
        last = sender.spool.last_ticket().sequence
        reader = QueueReader(consumer_url)
        received = sequences(reader.drain())
        reader.close()
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
    reader = QueueReader(consumer_url)
    reader.declare()
    reader.close()
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
    reader = QueueReader(consumer_url)

    assert set(range(1, 12)) == set(sequences(reader.drain()))
    reader.close()


def test_a_broker_short_of_memory_is_given_up_and_found_again(
    own_broker: RabbitMq, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The alarm has a timeout of its own, longer than that for confirms; all arrives when it clears."""
    url, consumer_url = enrol(own_broker)
    reader = QueueReader(consumer_url)
    reader.declare()
    reader.close()
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
    reader = QueueReader(consumer_url)
    assert set(range(1, 6)) == set(sequences(reader.drain()))
    reader.close()


def test_a_message_the_broker_takes_at_no_price_does_not_stop_the_others(
    own_broker: RabbitMq, tmp_path: Path
) -> None:
    """A body above the broker's own limit is found, dropped and counted; its neighbours arrive."""
    url, consumer_url = enrol(own_broker)
    own_broker.control("eval", "persistent_term:put(max_message_size, 50000).")
    reader = QueueReader(consumer_url)
    reader.declare()
    sender = Sender(tmp_path, url)
    sender.put(20)
    sender.put(size_bytes=60_000)
    sender.put(20)
    sender.start()
    sender.require_empty()

    assert set(range(1, 42)) - {21} == set(sequences(reader.drain()))
    assert 1 == sender.spool.status().dropped_message_count
    sender.close()
    reader.close()
