# SPDX-License-Identifier: Apache-2.0
"""What is late keeps nobody waiting."""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
    StoredRows,
    eventually,
    locked_past,
    small_fleet,
    yesterday,
)
from tests.services import MigratedDatabase, VirtualHost

# For a message of small_fleet, not for two.
ROOM_BYTES = 8_000
DRAINED_COUNT = 3_000
LIVE_COUNT = 10


@pytest.fixture
def sender(virtual_host: VirtualHost) -> Iterator[AnyHostSender]:
    """Give a sender for any host."""
    sender = AnyHostSender.enrolled(virtual_host)
    yield sender
    sender.close()


def test_a_locked_past_stops_nobody_and_is_stored_afterwards(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Late samples are parked, and stored as soon as the lock is gone; live ones do not wait."""
    stored, fleet, past = StoredRows(database), small_fleet(host_count=1), small_fleet(host_count=2)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(past.batch(1, yesterday(), 1))
        eventually(stored.message_count, 1)
        with locked_past(database):
            sender.send(*(past.batch(1, yesterday() + tick, tick) for tick in range(2, 22)))
            waits = []
            for tick in range(1, 21):
                begun_at = time.monotonic()
                sender.send(fleet.batch(0, time.time(), tick))
                eventually(stored.message_count, 1 + tick)
                waits.append(time.monotonic() - begun_at)
            consumer.wait_for("late_parked")
            eventually(lambda: stored.count("parked_messages"), 20)
        eventually(stored.message_count, 41)
        eventually(lambda: stored.count("parked_messages"), 0)
        sender.close()
        assert "database_away" not in consumer.output()

    assert max(waits) < 5.0
    assert 0 == stored.count("quarantine")


def test_without_room_to_park_all_wait_and_nothing_is_lost(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """A locked past and room for one message: live samples wait behind late ones, until the lock is gone."""
    stored, fleet, past = StoredRows(database), small_fleet(host_count=1), small_fleet(host_count=2)
    room = [f"KVMGRID_INGEST__PARKED_BYTES={ROOM_BYTES}"]
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url, room) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(past.batch(1, yesterday(), 1))
        eventually(stored.message_count, 1)
        with locked_past(database):
            for tick in range(2, 102):
                sender.send(past.batch(1, yesterday() + tick, tick), fleet.batch(0, time.time(), tick))
            consumer.wait_for("late_waits")
            parked_bytes = stored.value("SELECT coalesce(sum(body_bytes), 0) FROM parked_messages")
        eventually(stored.message_count, 201)
        eventually(lambda: stored.count("parked_messages"), 0)
        sender.close()
        assert "database_away" not in consumer.output()

    assert parked_bytes <= ROOM_BYTES
    assert 0 == stored.count("quarantine")


def test_a_host_that_drains_a_day_costs_its_neighbour_no_freshness(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """While thousands of late samples come as fast as the broker takes them, a live one is soon stored."""
    stored, fleet, past = StoredRows(database), small_fleet(host_count=1), small_fleet(host_count=2)
    late = [past.batch(1, yesterday() + 10 * tick, tick) for tick in range(DRAINED_COUNT)]
    live_count = "SELECT count(*) FROM publisher_reports WHERE sampled_at > now() - INTERVAL '5 min'"
    draining = AnyHostSender.enrolled(virtual_host)
    sender = AnyHostSender.enrolled(virtual_host)
    thread = threading.Thread(target=lambda: draining.send(*late))
    waits: list[float] = []
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        thread.start()
        while thread.is_alive() or len(waits) < LIVE_COUNT:
            begun_at = time.monotonic()
            sender.send(fleet.batch(0, time.time(), len(waits)))
            eventually(partial(stored.value, live_count), 1 + len(waits))
            waits.append(time.monotonic() - begun_at)
        eventually(stored.message_count, DRAINED_COUNT + len(waits))
        eventually(lambda: stored.count("parked_messages"), 0)
    thread.join(60.0)
    draining.close()
    sender.close()

    assert max(waits) < 2.0
