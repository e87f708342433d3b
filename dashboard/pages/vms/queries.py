# SPDX-License-Identifier: Apache-2.0
"""What the page asks: which VMs in which order, the figures of some of them, how many there are."""

from datetime import datetime
from typing import NamedTuple

from dashboard.components.cell_lines import CellLine
from dashboard.queries import Query


class VmOrder(NamedTuple):
    """The keys of VMs in an order; None instead of an empty list."""

    domain_ids: list[int] | None


class VmRow(NamedTuple):
    """One VM, as the table shows it."""

    domain_id: int
    uuid: str
    name: str
    title: str | None
    # What it was called before, the newest first.
    former_names: list[str] | None
    host: str
    owner: str | None
    tags: list[str]
    state_name: str | None
    sampled_at: datetime | None
    stale_at: datetime | None
    freshness: str
    vcpu_count: int | None
    cpu_ratio: float | None
    steal_ratio: float | None
    memory_assigned_bytes: int | None
    memory_resident_bytes: float | None
    memory_used_bytes: float | None
    memory_age_seconds: float | None
    disk_latency_seconds: float | None
    disk_bytes_per_second: float | None
    network_bytes_per_second: float | None
    until: datetime | None
    moved_at: datetime | None
    moved_from: str | None
    contested_by: list[str]


class VmCount(NamedTuple):
    """How many VMs libvirt knows, and how many hosts have ever reported."""

    domain_count: int
    host_count: int


VMS_ORDER = Query(__package__, "vms_order", VmOrder)
VMS_ROWS = Query(__package__, "vms_rows", VmRow)
VMS_COUNT = Query(__package__, "vms_count", VmCount)
VMS_LINES = Query(__package__, "vms_lines", CellLine)
