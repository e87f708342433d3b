# SPDX-License-Identifier: Apache-2.0
"""Rows of one VM as the database would give them, and a feed over them."""

from datetime import timedelta
from typing import Any

from dashboard.database import Database
from dashboard.pages.vm.feed import VmFeed
from dashboard.pages.vm.queries import (
    DiskPoint,
    InterfacePoint,
    VmDisk,
    VmInterface,
    VmName,
    VmNeighbour,
    VmNow,
    VmPoint,
    VmStart,
    VmStay,
)
from dashboard.parts.contract import Request
from dashboard.queries import HostEvent, SampleSpan
from tests.unit.dashboard.row_database import RowDatabase
from tests.unit.dashboard.rows import GIB, NOW

UUID = "00000000-0000-4000-8000-000000000001"
PATH = f"/vm/{UUID}"
MOVED_AT = NOW - timedelta(minutes=20)
BORN_AT = NOW - timedelta(days=30)


def filled(row_type: Any, **known: object) -> Any:
    """Return a row of which little is known."""
    return row_type(**(dict.fromkeys(row_type._fields) | known))


def vm_now(**changes: object) -> VmNow:
    """Return a VM that runs on hv2."""
    known: dict[str, object] = {
        "domain_id": 3,
        "uuid": UUID,
        "name": "web",
        "first_seen_at": BORN_AT,
        "host": "hv2",
        "stay_from": MOVED_AT,
        "sampled_at": NOW,
        "stale_at": NOW + timedelta(seconds=50),
        "freshness": "fresh",
        "tick_seconds": 10.0,
        "is_catching_up": False,
        "is_simulated": False,
        "state_name": "running",
        "vcpu_count": 2,
        "cpu_ratio": 0.25,
        "memory_used_bytes": GIB,
        "memory_age_seconds": 4.0,
        "outcome": "ok",
    }
    row: VmNow = filled(VmNow, **(known | changes))
    return row


def stays() -> list[VmStay]:
    """Return a stay on hv2 that goes on, and the one on hv1 before it."""
    return [
        VmStay(2, "hv2", MOVED_AT, None, "migrated", 2),
        VmStay(1, "hv1", BORN_AT, MOVED_AT, "discovered", 2),
    ]


def vm_point(time_seconds: float, **changes: float | None) -> VmPoint:
    """Return a sample at a quarter of the vCPUs."""
    known: dict[str, object] = {
        "time_seconds": time_seconds,
        "interval_seconds": 10.0,
        "interval_seconds_max": 10.0,
        "off_share": 0.0,
        "cpu_ratio": 0.25,
        "memory_maximum_bytes": 4.0 * GIB,
        "memory_used_bytes": 1.0 * GIB,
        "block_read_bytes_per_second": 3e6,
    }
    row: VmPoint = filled(VmPoint, **(known | changes))
    return row


def times(count: int = 360) -> list[float]:
    """Return instants ten seconds apart that end now, in seconds since the epoch."""
    return [NOW.timestamp() - 10 * index for index in range(count, 0, -1)]


def disk(device: str, count: int) -> VmDisk:
    """Return a disk, one of so many."""
    row: VmDisk = filled(VmDisk, device=device, capacity_bytes=20.0 * GIB, total_count=count)
    return row


def vm_database(**changes: list[Any]) -> RowDatabase:
    """Return a VM that moved from hv1 to hv2 within an hour of samples, with two disks and an interface."""
    rows: dict[str, list[Any]] = {
        "vm_now": [vm_now()],
        "vm_start": [VmStart(BORN_AT, "booted")],
        "vm_stays": stays(),
        "vm_names": [VmName("web", MOVED_AT, None), VmName("old <b>web</b>", BORN_AT, MOVED_AT)],
        "vm_events": [
            HostEvent(MOVED_AT, "domain_migration_arrived", "web", "migrated", 1, "hv2", UUID),
        ],
        "vm_neighbours": [VmNeighbour("u2", "<i>db</i>", 1.5, 0.75, 0.01, 1)],
        "vm_disks": [disk("vda", 2), disk("vdb", 2)],
        "vm_interfaces": [filled(VmInterface, device="52:54:00:00:00:01", total_count=1)],
        "vm_samples_raw": [vm_point(at) for at in times()],
        "vm_samples_rollup": [vm_point(at) for at in times()],
        "vm_percentiles": [],
        "vm_disk_raw": [
            filled(DiskPoint, time_seconds=at, read_bytes_per_second=1e6, capacity_bytes=20.0 * GIB)
            for at in times()
        ],
        "vm_disk_rollup": [],
        "vm_interface_raw": [
            filled(InterfacePoint, time_seconds=at, receive_bytes_per_second=5e5) for at in times()
        ],
        "vm_interface_rollup": [],
        "vm_span": [SampleSpan(NOW - timedelta(hours=5), None)],
    }
    return RowDatabase(rows | changes)


def vm_feed(database: Database) -> VmFeed:
    """Return a feed at half past eight that keeps nothing but charts and what stands around."""
    return VmFeed(database, keep_seconds=0.0, now=lambda: NOW)


def ask_vm(number: int = 1, *, search: str = "?from=now-1h&to=now", **changes: Any) -> Request:
    """Return a request of the page of the VM, of its last hour if nothing else is said."""
    return Request(number=number, search=search, **{"path": PATH} | changes)
