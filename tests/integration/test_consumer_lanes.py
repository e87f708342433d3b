# SPDX-License-Identifier: Apache-2.0
"""What is late keeps nobody waiting, and what is large does not fill the memory."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
import pytest
from psycopg import sql

from deploy.lab.readiness import wait_until
from publisher.wire.topics import sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.faults.proxy import Proxy, Spoiling
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, small_fleet
from tests.services import MigratedDatabase, VirtualHost

DAY_SECONDS = 86_400.0
STALLED = Spoiling(mode="stall")
DRAINED_COUNT = 3_000
LIVE_COUNT = 10
LARGE_BYTES = 15 * 1024 * 1024
BUFFER_BYTES = 64 * 1024 * 1024
# The process itself holds a message on its way, in pika's pieces and in one, and what malloc keeps.
OTHER_BYTES = 64 * 1024 * 1024


@pytest.fixture
def sender(virtual_host: VirtualHost) -> Iterator[AnyHostSender]:
    """Give a sender for any host."""
    sender = AnyHostSender.enrolled(virtual_host)
    yield sender
    sender.close()


def yesterday() -> float:
    """Return a time of yesterday, at noon."""
    now = time.time()
    return now - now % DAY_SECONDS - DAY_SECONDS / 2


@contextmanager
def locked_past(database: MigratedDatabase) -> Iterator[None]:
    """Lock what is not of today as the conversion of a chunk does."""
    with psycopg.connect(database.administrator_url) as connection:
        chunks = connection.execute(
            "SELECT c::text FROM show_chunks('kvmgrid.domain_samples',"
            " older_than => date_trunc('day', now())) AS c"
        ).fetchall()
        assert chunks
        for (name,) in chunks:
            relation = sql.Identifier(*name.split("."))
            connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(relation))
        yield


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


def test_what_does_not_fit_in_the_hand_is_put_back(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Small messages, a database that stands still, then large ones: memory is bounded by the setting."""
    stored, fleet = StoredRows(database), small_fleet(host_count=1)
    port = int(psycopg.conninfo.conninfo_to_dict(database.ingest_url)["port"] or 0)
    settings = [f"KVMGRID_INGEST__BUFFER_BYTES={BUFFER_BYTES}", "KVMGRID_QUARANTINE__BODY_BYTES=0"]
    with Proxy(port) as proxy:
        url = database.ingest_url.replace(f":{port}/", f":{proxy.port}/")
        with ConsumerProcess(virtual_host.consumer_url, url, settings) as consumer:
            consumer.wait_for("consuming")
            sender = AnyHostSender.enrolled(virtual_host)
            sender.send(*(fleet.batch(0, time.time(), tick) for tick in range(60)))
            eventually(stored.message_count, 60)
            base_bytes = consumer.resident_bytes()
            with proxy.spoiled(up=STALLED, down=STALLED):
                host = fleet.batch(0, time.time(), 0).host
                for _ in range(20):
                    sender.send_body(b"x" * LARGE_BYTES, sample_key(host), user_id=host)
                consumer.wait_for("buffer_full")
                peak_bytes = 0
                ends_at = time.monotonic() + 5.0

                def watched() -> bool:
                    nonlocal peak_bytes
                    peak_bytes = max(peak_bytes, consumer.resident_bytes())
                    return time.monotonic() >= ends_at

                wait_until(watched, timeout_seconds=10.0)
            eventually(
                lambda: stored.value("SELECT coalesce(sum(message_count), 0) FROM quarantine_counts"), 20
            )
            sender.close()

    assert peak_bytes - base_bytes < BUFFER_BYTES + OTHER_BYTES


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
