# SPDX-License-Identifier: Apache-2.0
"""The columns of a VM's chart: its own rows, and those of the disk and the interface that are chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.charts.columns import Columns, Numbers, aligned, columns
from dashboard.pages.vm.queries import DiskPoint, InterfacePoint, VmPoint

TOTAL_OF_DISKS = "block_"
TOTAL_OF_INTERFACES = "network_"


def point_columns(
    points: Sequence[VmPoint],
    disk_points: Sequence[DiskPoint] | None,
    interface_points: Sequence[InterfacePoint] | None,
    percentiles: Columns,
) -> dict[str, Numbers]:
    """Return the columns that the panels name; without the points of a device those of all devices.

    Of one device no percentiles are kept.
    """
    found = columns(points, VmPoint._fields) | dict(percentiles)
    times = found["time_seconds"]
    if disk_points is None:
        found |= {
            f"disk_{name.removeprefix(TOTAL_OF_DISKS)}": column
            for name, column in found.items()
            if name.startswith(TOTAL_OF_DISKS)
        }
    else:
        found |= _of_device(times, "disk", columns(disk_points, DiskPoint._fields))
    if interface_points is not None:
        found = {name: column for name, column in found.items() if not name.startswith(TOTAL_OF_INTERFACES)}
        found |= _of_device(times, "network", columns(interface_points, InterfacePoint._fields))
    return _complete(found, len(times))


def _of_device(times: Numbers, prefix: str, device: Columns) -> dict[str, Numbers]:
    """Return the columns of a device at the times of the VM's rows, with which its own were sampled."""
    own = dict(device)
    found = aligned(times, own.pop("time_seconds"), own)
    return {f"{prefix}_{name}": column for name, column in found.items()}


def _complete(found: dict[str, Numbers], count: int) -> dict[str, Numbers]:
    """Return the columns with those that only a device would have, unknown."""
    named: tuple[type[Any], ...] = (DiskPoint, InterfacePoint)
    for prefix, row_type in zip(("disk", "network"), named, strict=True):
        for name in row_type._fields:
            found.setdefault(f"{prefix}_{name}", np.full(count, np.nan))
    found.setdefault("disk_latency_seconds", np.full(count, np.nan))
    return found
