# SPDX-License-Identifier: Apache-2.0
"""What the page of a host asks about devices and about what is missing, on real rows."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg

from dashboard.database import Database
from dashboard.pages.host.coverage.queries import (
    HOST_BUSY_DOMAINS,
    HOST_STRETCH_REPORTS,
)
from dashboard.pages.host.devices.queries import (
    HOST_DISKS,
)
from dashboard.queries import Query
from dashboard.settings import DatabaseSettings
from tests.dashboard.host_devices import busy, with_host_devices
from tests.dashboard.lives import Lives, Stay
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, run_of_batches, utc_now, without
from tests.dashboard.test_queries import parameters
from tests.services import MigratedDatabase


def ask(database: MigratedDatabase, query: Query[Any], at: datetime, **changes: Any) -> list[Any]:
    """Return the rows of a question."""
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    try:
        return connected.fetch(query, parameters(query, at) | changes)
    finally:
        connected.close()


def test_each_device_is_at_its_newest_sample(database: MigratedDatabase, seeder: Seeder) -> None:
    """In order of names; one that is gone has its last sample, and what came after the end is not seen."""
    now = utc_now()
    early = run_of_batches("hv1", now - timedelta(seconds=60), 3)
    seeder.store(with_host_devices(early, ("sda", "sdb", "sdc")))
    seeder.store(with_host_devices(run_of_batches("hv1", now, 3), ("sda", "sdc", "sdd")))
    rows = ask(database, HOST_DISKS, now)
    gone = early[-1].sampled_at
    assert [("sda", now), ("sdb", gone), ("sdc", now), ("sdd", now)] == [
        (row.device, row.time) for row in rows
    ]
    past = ask(database, HOST_DISKS, now, end=now - timedelta(seconds=50))
    assert [("sda", gone), ("sdb", gone), ("sdc", gone)] == [(row.device, row.time) for row in past]
    assert ["sdb", "sdc", "sdd"] == [row.device for row in ask(database, HOST_DISKS, now, limit=3)]


def test_the_edges_of_a_stretch_are_found(database: MigratedDatabase, seeder: Seeder) -> None:
    """The last report until it, the first one from its end on, and the first within it without libvirt."""
    now = utc_now()
    load = Load()
    batches = without(
        run_of_batches("hv1", now, 30, load), now - timedelta(seconds=200), now - timedelta(seconds=100)
    )
    away = [
        msgspec.structs.replace(
            batch,
            hypervisor=msgspec.structs.replace(batch.hypervisor, state="disconnected", reason="no answer"),
        )
        if now - timedelta(seconds=50) <= batch.sampled_at <= now - timedelta(seconds=20)
        else batch
        for batch in batches
    ]
    seeder.store(away)
    ago = [round((now - timedelta(seconds=seconds)).timestamp() * 1000) for seconds in (210, 100, 60, 10)]
    rows = ask(database, HOST_STRETCH_REPORTS, now, starts_ms=ago[::2], ends_ms=ago[1::2])
    found = {(row.number, row.side): now.timestamp() - row.time_seconds for row in rows}
    assert {
        (1, "before"): 210,
        (1, "after"): 100,
        (2, "before"): 60,
        (2, "after"): 10,
        (2, "within"): 50,
    } == found
    assert {"no answer"} == {row.hypervisor_reason for row in rows if row.side == "within"}


def test_busy_vms_are_those_of_the_host_then(
    database: MigratedDatabase, seeder: Seeder, lives: Lives
) -> None:
    """Those that lived there at the first sample without figures, and not those that were well."""
    now = utc_now()
    vms = [domain(1, "web"), domain(2, "held"), domain(3, "elsewhere")]
    seeder.store([host_batch("hv2", now - timedelta(seconds=30), 1, Load(domains=[busy(vms[2])]))])
    seeder.store([host_batch("hv1", now - timedelta(seconds=40), 1, Load(domains=vms[:2]))])
    seeder.store([host_batch("hv1", now - timedelta(seconds=30), 2, Load(domains=[vms[0], busy(vms[1])]))])
    for vm, host in zip(vms, ("hv1", "hv1", "hv2"), strict=True):
        lives.lived(vm, [Stay(host, now - timedelta(hours=1))])
    start, end = (round((now - timedelta(seconds=seconds)).timestamp() * 1000) for seconds in (100, 0))
    with psycopg.connect(database.owner_url) as connection:
        ((host_id,),) = connection.execute("SELECT host_id FROM hosts WHERE host = 'hv1'").fetchall()
    (row,) = ask(database, HOST_BUSY_DOMAINS, now, host_id=host_id, starts_ms=[start], ends_ms=[end])
    assert (1, ["held"], ["busy"]) == row
