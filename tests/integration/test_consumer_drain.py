# SPDX-License-Identifier: Apache-2.0
"""A host that drains a day into a fleet: what it costs the others, in buckets and in time."""

import os
import threading
import time
from functools import partial
from typing import NamedTuple, Self

import psycopg
import pytest
import structlog

from loadgen.fleet.fleet import Fleet
from publisher.wire.samples import SampleBatch
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, small_fleet
from tests.integration.rollup_site import WIDTHS, Site, ago, history
from tests.migration.exactness import KEYS
from tests.migration.seeding import HYPERTABLES
from tests.services import MigratedDatabase, VirtualHost

HOST_COUNT = 200
DAY_SECONDS = 86_400
TICK_SECONDS = 10
LIVE_PER_SECOND = HOST_COUNT / TICK_SECONDS
# What the fleet has before: a batch of each host every half hour.
PAST_SECONDS = 1_800
# Live batches before the drain, for comparison.
CALM_SECONDS = 20.0
POLL_SECONDS = 0.05
FRESH_SECONDS_MAX = 2.0
LATE_SECONDS_MAX = 60.0
DRAIN_SECONDS_MAX = 400.0
NEWEST = """
    SELECT h.host, extract(epoch FROM l.sampled_at)::float8
    FROM kvmgrid.host_latest AS l JOIN kvmgrid.hosts AS h USING (host_id)
"""
VERSIONS = {
    "host": """
        SELECT '{relation}_{level}', h.host, ({keys})::text, b.bucket::text, b.xmin::text
        FROM {relation}_{level}_buckets AS b
        JOIN hosts AS h USING (host_id)
    """,
    "domain": """
        SELECT '{relation}_{level}', h.host, ({keys})::text, b.bucket::text, b.xmin::text
        FROM {relation}_{level}_buckets AS b
        JOIN residency AS r USING (domain_id)
        JOIN hosts AS h USING (host_id)
    """,
}


def versions(site: Site) -> dict[tuple[object, ...], str]:
    """Return which transaction wrote each bucket: by table, host, key and begin."""
    return {
        tuple(key): version
        for relation in HYPERTABLES
        for level in WIDTHS
        for *key, version in site.stored.rows(
            VERSIONS[relation.split("_")[0]].format(relation=relation, level=level, keys=KEYS[relation])
        )
    }


def test_a_host_that_drains_a_day_has_no_bucket_of_another_written_again(site: Site) -> None:
    """Its own are made at every level; those of the other hosts and their domains are not touched."""
    batches = history(25.0, host_count=8, tick_seconds=300)
    # It was heard of before, and is heard of again now.
    first, *drained, last = [batch for batch in batches if batch.host == "hv003"]
    site.store(first, *(batch for batch in batches if batch.host != "hv003"), last)
    site.roll_up()
    before = versions(site)
    site.store(*drained)
    site.roll_up()

    after = versions(site)
    written = {key for key, version in before.items() if after[key] != version}
    of_others = {key for key in written if key[1] != "hv003"}
    assert set() == of_others
    assert after.keys() > before.keys()
    assert [] == site.differences()


class Seen(NamedTuple):
    """When a live batch was sent, and how much later it was the newest of its host in the database."""

    sent_at: float
    seconds: float


class LiveFleet:
    """All hosts but the first send a batch every ten seconds, and the database is asked when it is there."""

    def __init__(self, fleet: Fleet, sender: AnyHostSender, database: MigratedDatabase) -> None:
        self._fleet, self._sender, self._database = fleet, sender, database
        self._sent: dict[tuple[str, float], float] = {}
        self._found: dict[tuple[str, float], float] = {}
        self.lateness_seconds = 0.0
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._send, self._look)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(30.0)

    def calm(self, seconds: float) -> None:
        """Go on alone for some time."""
        self._ending.wait(seconds)

    def _send(self) -> None:
        begun = time.time()
        number = 0
        while not self._ending.is_set():
            at = begun + number / LIVE_PER_SECOND
            self.lateness_seconds = max(self.lateness_seconds, time.time() - at)
            batch = self._fleet.batch(1 + number % (HOST_COUNT - 1), at, 100_000 + number)
            self._sent[batch.host, round(batch.sampled_at.timestamp(), 3)] = at
            self._sender.send(batch)
            number += 1
            self._ending.wait(max(0.0, begun + number / LIVE_PER_SECOND - time.time()))

    def _look(self) -> None:
        with psycopg.connect(self._database.administrator_url, autocommit=True) as connection:
            while not self._ending.is_set():
                rows = connection.execute(NEWEST).fetchall()
                now = time.time()
                for host, second in rows:
                    self._found.setdefault((host, round(second, 3)), now)
                self._ending.wait(POLL_SECONDS)

    def seen(self, first: float, last: float) -> list[Seen]:
        """Return what was sent between two times, the freshest first; what was never seen is the stalest."""
        found = [
            Seen(at, self._found.get(key, time.time()) - at)
            for key, at in self._sent.items()
            if first <= at < last
        ]
        return sorted(found, key=lambda seen: seen.seconds)


def percentile(seen: list[Seen], share: float) -> float:
    """Return the seconds that a share of the batches do not exceed."""
    return seen[min(len(seen) - 1, int(len(seen) * share))].seconds


@pytest.mark.long
@pytest.mark.timeout(1_500)
def test_a_fleet_stays_fresh_while_a_host_drains_a_day(site: Site, virtual_host: VirtualHost) -> None:
    """24 hours of one host among 200: no bucket of others is written again, and live samples are fresh."""
    fleet = small_fleet(host_count=HOST_COUNT)
    begun = ago(DAY_SECONDS + PAST_SECONDS)
    for tick in range(DAY_SECONDS // PAST_SECONDS + 1):
        site.store(*(fleet.batch(host, begun + PAST_SECONDS * tick, tick) for host in range(1, HOST_COUNT)))
    # It was heard of before, and is heard of again now.
    site.store(fleet.batch(0, begun, 0), fleet.batch(0, ago(0.0), 1))
    site.roll_up()
    before = versions(site)
    drained_host = fleet.hosts[0].host
    ticks = range(DAY_SECONDS // TICK_SECONDS)
    drained = [fleet.batch(0, begun + 600 + TICK_SECONDS * tick, 10 + tick) for tick in ticks]

    live, draining = two_senders(virtual_host)
    with ConsumerProcess(virtual_host.consumer_url, site.database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        figures = drain(site, drained, LiveFleet(fleet, live, site.database), draining)
    draining.close()
    live.close()

    site.roll_up()
    after = versions(site)
    figures["bucket_count"] = len(before)
    figures["new_bucket_count"] = len(after) - len(before)
    structlog.get_logger().info("drained", **figures)
    written = {key for key, version in before.items() if after.get(key) != version}
    assert set() == {key for key in written if key[1] != drained_host}
    assert [] == site.differences()
    assert figures["fresh_p99_seconds"] < FRESH_SECONDS_MAX, figures
    assert figures["late_seconds"] < LATE_SECONDS_MAX, figures


def drain(
    site: Site, drained: list[SampleBatch], others: LiveFleet, draining: AnyHostSender
) -> dict[str, float]:
    """Drain the batches of a host while the others go on; return what was measured."""
    host, count = drained[0].host, len(drained) + batch_count(site.stored, drained[0].host)
    with others:
        others.calm(CALM_SECONDS)
        begun = time.time()
        draining.send(*drained)
        sent = time.time()
        eventually(partial(batch_count, site.stored, host), count, timeout_seconds=DRAIN_SECONDS_MAX)
        stored = time.time()
        eventually(partial(site.stored.count, "rollup_late"), 0, timeout_seconds=DRAIN_SECONDS_MAX)
        ended = time.time()
        # What was sent last is seen too.
        others.calm(FRESH_SECONDS_MAX)
    seen, calm = others.seen(begun, ended), others.seen(0.0, begun)
    return {
        "sent_seconds": sent - begun,
        "stored_seconds": stored - begun,
        # From the last late row on until all levels are right.
        "late_seconds": ended - stored,
        "live_count": len(seen),
        "fresh_p50_seconds": percentile(seen, 0.5),
        "fresh_p99_seconds": percentile(seen, 0.99),
        "fresh_max_seconds": seen[-1].seconds,
        "calm_p99_seconds": percentile(calm, 0.99),
        "sender_late_seconds": others.lateness_seconds,
        "load_1m": os.getloadavg()[0],
    }


def batch_count(stored: StoredRows, host: str) -> int:
    """Return how many batches of a host are stored."""
    query = "SELECT count(*) FROM host_samples JOIN hosts USING (host_id) WHERE host = %s"
    return int(stored.value(query, [host]))


def two_senders(virtual_host: VirtualHost) -> tuple[AnyHostSender, AnyHostSender]:
    """Return two connections of one user that may send for any host."""
    first = AnyHostSender.enrolled(virtual_host)
    name = f"{virtual_host.name}-sender"
    return first, AnyHostSender(virtual_host.broker.amqp_url(name, "sender", virtual_host.name))
