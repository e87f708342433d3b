# SPDX-License-Identifier: Apache-2.0
"""The questions of the page Fleet on a migrated database, by value."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from dashboard.database import Database
from dashboard.pages.fleet.queries import (
    DOMAIN_STATES,
    FLEET_DAY,
    FLEET_EVENTS,
    FLEET_HOSTS,
    SUFFERING_DOMAINS,
)
from dashboard.settings import DatabaseSettings
from publisher.wire.samples import DomainReport
from tests.dashboard.fleet_buckets import store_fleet_bucket
from tests.dashboard.seeding import GIB, Load, Seeder, domain, host_batch, run_of_batches, utc_now
from tests.services import MigratedDatabase


@pytest.fixture
def connected(database: MigratedDatabase) -> Iterator[Database]:
    """Give the dashboard's own connection to the test's database."""
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    yield connected
    connected.close()


def test_the_fleet_gets_the_states_of_its_vms(connected: Database, seeder: Seeder) -> None:
    """VMs are counted by state; what a silent host said last is kept apart. Hosts have the sums of theirs."""
    now = utc_now()
    vms = [domain(1, "a"), domain(2, "b"), domain(3, "c", state=3), domain(4, "d", state=5)]
    seeder.store([host_batch("hv1", now, 1, Load(domains=vms[:2]))])
    seeder.store([host_batch("hv2", now, 1, Load(domains=vms[2:]))])
    seeder.store([host_batch("hv3", now - timedelta(hours=1), 1, Load(domains=[domain(5, "e")]))])
    found = sorted(connected.fetch(DOMAIN_STATES))
    expected = [("paused", False, 1), ("running", False, 2), ("running", True, 1), ("shut off", False, 1)]
    assert expected == found
    sums = {
        row.host: (row.domain_vcpu_count, row.domain_memory_assigned_bytes, row.domain_memory_resident_bytes)
        for row in connected.fetch(FLEET_HOSTS)
    }
    assert (4, 4 * GIB, 3 * GIB) == sums["hv1"]


def test_the_fleet_gets_the_vms_that_suffer(connected: Database, seeder: Seeder) -> None:
    """Crashed before paused by an error before slow. A pause by hand and a silent host's are no suffering."""
    now = utc_now()

    def suffering(number: int, name: str, **figures: Any) -> DomainReport:
        report = domain(number, name)
        return msgspec.structs.replace(report, sample=msgspec.structs.replace(report.sample, **figures))

    vms = [
        suffering(1, "slow", block_latency_seconds=0.4),
        suffering(2, "waiting", steal_ratio=0.2),
        suffering(3, "by hand", state=3, state_reason=1),
        suffering(4, "no space", state=3, state_reason=5),
        suffering(5, "crashed", state=6),
        domain(6, "well"),
    ]
    seeder.store([host_batch("hv1", now, 1, Load(domains=vms))])
    seeder.store(
        [host_batch("hv2", now - timedelta(hours=1), 1, Load(domains=[suffering(7, "old", state=6)]))]
    )
    limits = {"steal_ratio_min": 0.1, "latency_seconds_min": 0.05}
    rows = connected.fetch(SUFFERING_DOMAINS, limits | {"limit": 3})
    assert ["crashed", "no space", "slow"] == [row.name for row in rows]
    assert {4} == {row.total_count for row in rows}
    assert [(True, False), (False, True), (False, False)] == [
        (row.is_crashed, row.is_paused_by_error) for row in rows
    ]
    assert rows[2].steal_ratio is None
    assert pytest.approx(0.4) == rows[2].block_latency_seconds


def test_the_fleet_gets_its_last_day_and_events(
    connected: Database, database: MigratedDatabase, seeder: Seeder
) -> None:
    """Buckets are in order of time, an unknown load is none; events come newest first, through an index."""
    now = utc_now()
    for minutes, busy in ((10, 4.0), (15, None), (20, 2.0), (3000, 8.0)):
        store_fleet_bucket(database, now - timedelta(minutes=minutes), busy)
    points = connected.fetch(FLEET_DAY, {"start": now - timedelta(days=1)})
    assert [0.25, None, 0.5] == [point.cpu_busy_ratio for point in points]
    seeder.store(run_of_batches("hv1", now, 1), [])
    ages = (1, 3, 2, 3000)
    seeder.store([], [seeder.event("hv1", f"kind_{age}", now - timedelta(minutes=age)) for age in ages])
    span: dict[str, Any] = {"start": now - timedelta(days=1), "end": now, "limit": 2}
    assert ["kind_1", "kind_2"] == [event.kind for event in connected.fetch(FLEET_EVENTS, span)]
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("SET enable_seqscan = off")
        explain = f"EXPLAIN (FORMAT json) {FLEET_EVENTS.text()}".encode()
        ((plans,),) = connection.execute(explain, span).fetchall()
    # Of each chunk: newest first without a sort.
    assert "occurred_at" in str(plans)
    assert "Seq Scan" not in str(plans)
