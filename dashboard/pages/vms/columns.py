# SPDX-License-Identifier: Apache-2.0
"""The columns of the table of VMs, and the cells that a row has for them."""

from dashboard.components.table import Column
from dashboard.pages.vms.queries import VmRow
from dashboard.parts.contract import TableRow
from dashboard.parts.markup import clean

LINES_PATH = "/files/vm-lines.json"
# Of each direction a percentile and a maximum are stored, and not of both at a time.
BOTH_DIRECTIONS = "; a 95th percentile or maximum is that of each direction, added: at most so much"

COLUMNS = (
    Column(
        field="name",
        title="VM",
        name="name",
        cell="VmLink",
        is_pinned=True,
        width_pixels=175,
        sort="asc",
    ),
    Column(
        field="state",
        title="State",
        name="state",
        value="vmState",
        cell="VmState",
        width_pixels=112,
        is_first=True,
    ),
    Column(field="host", title="Host", name="host", cell="VmHost", width_pixels=105),
    Column(
        field="cpu_ratio",
        title="CPU",
        name="cpu",
        unit="ratio",
        cell="VmShare",
        text="vmText",
        about="busy share of the vCPUs that it has",
        width_pixels=95,
        least_pixels=80,
        is_first=True,
        is_over=True,
    ),
    Column(
        field="cpu_day",
        title="CPU 24 h",
        name="day",
        cell="CellLine",
        about="means of the last 24 hours, from 0 to 100 %",
        width_pixels=92,
        lines=LINES_PATH,
    ),
    Column(
        field="steal_ratio",
        title="Steal",
        name="steal",
        unit="ratio",
        cell="VmShare",
        text="vmText",
        about="share of the time that a vCPU wanted to run and had no CPU",
        width_pixels=95,
        least_pixels=80,
        is_first=True,
        is_over=True,
    ),
    Column(
        field="memory_assigned_bytes",
        title="Assigned",
        name="assigned",
        unit="bytes",
        about="memory that it may use",
        width_pixels=95,
    ),
    Column(
        field="memory_resident_bytes",
        title="Resident",
        name="mem",
        unit="bytes",
        cell="VmResident",
        text="vmText",
        about="memory taken on the host; the bar is its share of what is assigned",
        width_pixels=100,
        is_over=True,
    ),
    Column(
        field="memory_used_bytes",
        title="Used inside",
        name="used",
        unit="bytes",
        cell="VmUsed",
        text="vmText",
        about="memory used inside, by the guest's own report, and the age of that",
        width_pixels=108,
    ),
    Column(
        field="disk_latency_seconds",
        title="Latency",
        name="lat",
        unit="seconds",
        text="vmText",
        about="mean time of a request to its disks",
        width_pixels=95,
        is_over=True,
    ),
    Column(
        field="disk_bytes_per_second",
        title="Disk",
        name="disk",
        unit="bytes_per_second",
        text="vmText",
        about=f"read and written{BOTH_DIRECTIONS}",
        width_pixels=105,
        least_pixels=97,
        is_over=True,
    ),
    Column(
        field="network_bytes_per_second",
        title="Network",
        name="net",
        unit="bits_per_second",
        text="vmText",
        about=f"received and sent{BOTH_DIRECTIONS}",
        width_pixels=100,
        is_over=True,
    ),
    Column(
        field="moved",
        title="Last move",
        name="moved",
        unit="seconds",
        value="vmMoved",
        cell="VmMoved",
        about="since when it is on its host, if it came from another; the latest come first",
        width_pixels=138,
        is_least_first=True,
    ),
    Column(field="owner", title="Owner", name="owner", width_pixels=120, is_hidden=True),
    Column(field="tags", title="Tags", width_pixels=150, is_hidden=True, name="tags"),
    Column(field="vcpu_count", title="vCPUs", name="vcpus", unit="count", about="in use", is_hidden=True),
    Column(field="uuid", title="UUID", name="uuid", width_pixels=310, is_hidden=True),
    Column(
        field="age",
        title="Age",
        name="age",
        unit="seconds",
        value="rowAge",
        cell="Age",
        about="of the newest sample",
        width_pixels=130,
        is_hidden=True,
    ),
)
# By what the address sorts, and the column of the question that this is.
SORTS = {
    "name": "name",
    "state": "state",
    "host": "host",
    "cpu": "cpu_ratio",
    "steal": "steal_ratio",
    "assigned": "memory_assigned_bytes",
    "mem": "memory_resident_bytes",
    "used": "memory_used_bytes",
    "lat": "disk_latency_seconds",
    "disk": "disk_bytes_per_second",
    "net": "network_bytes_per_second",
    "moved": "moved_seconds",
    "owner": "owner",
    "tags": "tags",
    "vcpus": "vcpu_count",
    "uuid": "uuid",
    "age": "age_seconds",
}
TEXT_SORTS = frozenset({"name", "state", "host", "owner", "uuid"})


def key(row: VmRow) -> str:
    """Return what tells rows apart."""
    return str(row.domain_id)


def cells(row: VmRow) -> TableRow:
    """Return a row as the columns and their functions read it; None is left out."""
    found = {
        "id": key(row),
        "uuid": row.uuid,
        "name": clean(row.name),
        "title": None if not row.title else clean(row.title),
        "former_names": clean(", ".join(row.former_names or [])) or None,
        "host": row.host,
        "owner": None if row.owner is None else clean(row.owner),
        "tags": clean(" ".join(row.tags)) or None,
        "state_name": row.state_name,
        "sampled_at": None if row.sampled_at is None else row.sampled_at.isoformat(),
        "stale_at": None if row.stale_at is None else row.stale_at.isoformat(),
        "freshness": row.freshness,
        "vcpu_count": row.vcpu_count,
        "cpu_ratio": row.cpu_ratio,
        "steal_ratio": row.steal_ratio,
        "memory_assigned_bytes": row.memory_assigned_bytes,
        "memory_resident_bytes": row.memory_resident_bytes,
        "memory_used_bytes": row.memory_used_bytes,
        "memory_age_seconds": row.memory_age_seconds,
        "disk_latency_seconds": row.disk_latency_seconds,
        "disk_bytes_per_second": row.disk_bytes_per_second,
        "network_bytes_per_second": row.network_bytes_per_second,
        "until": None if row.until is None else row.until.isoformat(),
        "moved_at": None if row.moved_at is None else row.moved_at.isoformat(),
        "moved_from": row.moved_from,
        "contested_by": ", ".join(row.contested_by) or None,
    }
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in found.items()
        if value is not None
    }


def gone(domain_id: int) -> TableRow:
    """Return the row of a VM that libvirt no longer knows."""
    return {"id": str(domain_id), "is_gone": True}
