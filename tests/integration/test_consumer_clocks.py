# SPDX-License-Identifier: Apache-2.0
"""Wrong clocks, of the consumer and of hosts: nothing is lost, nothing stands still, and it is said."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.refusals.replay import Replay
from consumer.settings import ConsumerSettings, DatabaseSettings
from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet
from publisher.wire.codec import encode
from publisher.wire.samples import SCHEMA_VERSION, Event, SampleBatch
from publisher.wire.topics import INGEST_QUEUE, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.faults.false_clock import FalseClock
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, keys_of, small_fleet
from tests.services import MigratedDatabase, VirtualHost

MINUTES = 60.0
HOUR = 3_600.0
DAY = timedelta(days=1)


def sampled(fleet: Fleet, host: int, tick: int, offset_seconds: float = 0.0) -> SampleBatch:
    """Return what a host samples now, by a clock that is off."""
    return fleet.batch(host, time.time() + offset_seconds, tick)


def event_of(batch: SampleBatch, at: datetime) -> Event:
    """Return an event of a host."""
    return Event(
        schema=SCHEMA_VERSION,
        host=batch.host,
        epoch=batch.epoch,
        sequence=1_000,
        boot_id=batch.boot_id,
        occurred_at=at,
        publisher_version="1",
        kind="lifecycle",
    )


@pytest.mark.parametrize("offset", [-10 * MINUTES, -40 * 24 * HOUR])
def test_a_slow_consumer_destroys_nothing(
    virtual_host: VirtualHost,
    database: MigratedDatabase,
    stored: StoredRows,
    tmp_path: Path,
    offset: float,
) -> None:
    """It stores nothing and says why; when its clock is right, everything is stored, with right arrivals."""
    fleet = small_fleet(host_count=3)
    clock = FalseClock(tmp_path / "clock", offset)
    with ConsumerProcess(
        virtual_host.consumer_url, database.ingest_url, environment=clock.environment
    ) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sent = [sampled(fleet, host, tick) for tick in range(20) for host in range(3)]
        sender.send(*sent)
        consumer.wait_for("clock_wrong")
        depth = lambda: virtual_host.broker.admin.queue_depth(INGEST_QUEUE, virtual_host.name)  # noqa: E731
        eventually(depth, 0)
        assert not wait_until(lambda: stored.message_count() > 0, timeout_seconds=3)
        assert 0 == stored.count("quarantine")

        clock.step(0.0)
        eventually(stored.message_count, len(sent))
        assert keys_of(*sent) == stored.domain_keys()
        assert 0 == stored.count("quarantine")
        late = "SELECT count(*) FROM publisher_reports WHERE received_at - sampled_at NOT BETWEEN %s AND %s"
        assert 0 == stored.value(late, [timedelta(seconds=-1), timedelta(seconds=20)])
        assert 0 == stored.value("SELECT count(*) FROM host_latest WHERE clock_offset_seconds IS NOT NULL")
        consumer.wait_for("clock_right")
        sender.close()


def test_a_fast_host_loses_nothing_and_freezes_nothing(sender: AnyHostSender, stored: StoredRows) -> None:
    """An hour ahead it is stored as it claims, shown as of now, and told. Corrected, it goes on at once."""
    fleet = small_fleet()
    ahead = [sampled(fleet, 0, tick, HOUR + tick) for tick in range(5)]
    right = [sampled(fleet, 1, tick, tick / 1_000) for tick in range(5)]
    sender.send(*ahead, *right)
    eventually(stored.message_count, 10)

    assert keys_of(*ahead, *right) == stored.domain_keys()
    hosts = stored.rows(
        """
        SELECT freshness, staleness_seconds BETWEEN 0 AND 60, clock_offset_seconds BETWEEN 3500 AND 3605,
            health_state, health_reasons @> '[{"rule": "clock_skewed"}]', taken_at <= now()
        FROM hosts_now ORDER BY host
        """
    )
    assert ("fresh", True, True) == hosts[0][:3]
    assert (True, True) == hosts[0][4:]
    assert ("fresh", True, None) == hosts[1][:3]
    assert (False, True) == hosts[1][4:]
    views = "SELECT count(*) FROM {} WHERE staleness_seconds NOT BETWEEN 0 AND 60"
    assert [0, 0] == [stored.value(views.format(view)) for view in ("domains_now", "pipeline_now")]

    corrected = sampled(fleet, 0, 5)
    sender.send(corrected)
    eventually(lambda: stored.value("SELECT max(sampled_at) < now() FROM host_latest"), expected=True)
    eventually(lambda: stored.value("SELECT max(sampled_at) < now() FROM domain_latest"), expected=True)
    assert [(None,), (None,)] == stored.rows("SELECT clock_offset_seconds FROM host_latest")
    assert 0 == stored.count("quarantine")
    assert 0 == stored.value("SELECT count(*) FROM hosts WHERE greatest(described_at, first_seen_at) > now()")


@pytest.mark.parametrize("in_one_flush", [True, False])
def test_a_host_that_steps_back_overwrites_nothing(
    sender: AnyHostSender, stored: StoredRows, *, in_one_flush: bool
) -> None:
    """The first of two messages of one instant is stored, the other set aside; a repetition is neither."""
    fleet = small_fleet()
    first = sampled(fleet, 0, 1)
    busy = msgspec.structs.replace(first.sample, cpu_busy_ratio=0.99)
    other = msgspec.structs.replace(first, sequence=77, sample=busy)
    neighbour = sampled(fleet, 1, 1)
    sender.send(first)
    if not in_one_flush:
        eventually(stored.message_count, 1)
    sender.send(other, first, neighbour)
    eventually(stored.message_count, 2)
    eventually(lambda: stored.count("quarantine"), 1)

    assert keys_of(first, neighbour) == stored.domain_keys()
    assert [("collision", encode(other))] == stored.rows("SELECT reason, body FROM quarantine")
    assert [(first.host, "collision", 1, 0)] == stored.rows(
        "SELECT host, reason, message_count, unkept_message_count FROM quarantine_counts"
    )
    assert [(first.sequence,)] == stored.rows(
        "SELECT sequence FROM publisher_reports JOIN hosts USING (host_id) WHERE host = %s", [first.host]
    )
    sender.send(first, sampled(fleet, 1, 2))
    eventually(stored.message_count, 3)
    assert 1 == stored.count("quarantine")


def test_a_replay_keeps_what_would_be_removed_at_once(database: MigratedDatabase) -> None:
    """An outdated message stays; one that was too far ahead is stored when its time has come."""
    batch = sampled(small_fleet(), 0, 1)
    settings = ConsumerSettings(database=DatabaseSettings(url=database.ingest_url))
    deliveries = [
        Delivery(
            receipt=Receipt(1, tag),
            body=encode(msgspec.structs.replace(batch, sampled_at=batch.sampled_at - age)),
            exchange="",
            routing_key=sample_key(batch.host),
            redelivered=False,
            received_at=batch.sampled_at - age - 2 * DAY,
            user_id=batch.host,
        )
        for tag, age in ((1, 31 * DAY), (2, DAY))
    ]
    with Replay(settings) as replay:
        assert [Receipt(1, 2)] == replay.store(deliveries)
        assert [("1", "outdated")] == [(each.id, each.reason) for each in replay.result().refused]


def test_what_lies_outside_of_what_is_kept_is_set_aside_whole(
    sender: AnyHostSender, stored: StoredRows
) -> None:
    """Older than raw samples are kept, or a day ahead; events are kept longer. No chunk is made for them."""
    fleet = small_fleet()
    now = datetime.now(UTC)
    batch, next_one = sampled(fleet, 0, 1), sampled(fleet, 1, 1)
    old, far = (msgspec.structs.replace(batch, sampled_at=now + by) for by in (-31 * DAY, 1.1 * DAY))
    old_event, oldest_event = (event_of(batch, now - by) for by in (31 * DAY, 366 * DAY))
    sender.send(old, far, old_event, oldest_event, next_one)
    eventually(stored.message_count, 1)
    eventually(lambda: stored.count("quarantine"), 3)

    expected = {("outdated", encode(old)), ("clock", encode(far)), ("outdated", encode(oldest_event))}
    assert expected == set(stored.rows("SELECT reason, body FROM quarantine"))
    assert [(old_event.occurred_at,)] == stored.rows("SELECT occurred_at FROM events")
    assert keys_of(next_one) == stored.domain_keys()
