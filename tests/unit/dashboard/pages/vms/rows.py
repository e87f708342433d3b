# SPDX-License-Identifier: Apache-2.0
"""VMs for the tests of their table."""

from datetime import timedelta
from typing import Any

from dashboard.pages.vms.queries import VmCount, VmOrder, VmRow
from tests.unit.dashboard.row_database import RowDatabase
from tests.unit.dashboard.rows import NOW


def vm_row(domain_id: int = 1, **changes: Any) -> VmRow:
    """Return a VM that runs and came from another host."""
    values: dict[str, Any] = {
        "domain_id": domain_id,
        "uuid": f"00000000-0000-4000-8000-{domain_id:012x}",
        "name": f"vm{domain_id}",
        "title": None,
        "former_names": None,
        "host": "hv1",
        "owner": "shop",
        "tags": ["ssd", "web"],
        "state_name": "running",
        "sampled_at": NOW,
        "stale_at": NOW + timedelta(seconds=50),
        "freshness": "fresh",
        "vcpu_count": 2,
        "cpu_ratio": 0.123456,
        "steal_ratio": 0.0,
        "memory_assigned_bytes": 2**31,
        "memory_resident_bytes": 2.0**30,
        "memory_used_bytes": 2.0**29,
        "memory_age_seconds": 2.0,
        "disk_latency_seconds": 0.003,
        "disk_bytes_per_second": 2.0**20,
        "network_bytes_per_second": 125_000.0,
        "until": None,
        "moved_at": NOW - timedelta(hours=1),
        "moved_from": "hv2",
        "contested_by": [],
    }
    return VmRow(**(values | changes))


def vms_database(*domain_ids: int) -> RowDatabase:
    """Return VMs in an order, on one host."""
    return RowDatabase(
        {
            "vms_count": [VmCount(len(domain_ids), 1)],
            "vms_order": [VmOrder(list(domain_ids) or None)],
            "vms_rows": [vm_row(domain_id) for domain_id in sorted(domain_ids)],
        }
    )
