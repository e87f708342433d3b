# SPDX-License-Identifier: Apache-2.0
"""The devices of a host at the end of a range, and why figures of them are missing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.database import Database, Parameter
from dashboard.history.wanted_range import WantedRange
from dashboard.pages.host.devices.queries import (
    HOST_COLLECTORS,
    HOST_DISKS,
    HOST_FILESYSTEMS,
    HOST_INTERFACES,
    HostDisk,
    HostFilesystem,
    HostInterface,
)

LISTED_DEVICE_COUNT = 64
# How far before the end of a range a device may have been sampled last.
LOOKED_BACK = timedelta(hours=1)


class DevicesKey(NamedTuple):
    """A host and a range as the URL names it; ``silent_since`` is the newest sample of a silent host."""

    host_id: int
    wanted: WantedRange
    silent_since: datetime | None


class Devices(NamedTuple):
    """The devices of a host before ``end``; ``reasons`` are what its collectors said then, by their names."""

    end: datetime
    is_now: bool
    filesystems: list[HostFilesystem]
    disks: list[HostDisk]
    interfaces: list[HostInterface]
    reasons: Mapping[str, str]


def read_devices(database: Database, at: DevicesKey, now: datetime) -> Devices:
    """Return the devices at the end of a range; raise a DatabaseError or RangeError."""
    window = at.wanted.window(now)
    is_now = window.end >= now
    end = window.end
    if is_now and at.silent_since is not None:
        end = min(end, at.silent_since + timedelta(seconds=1))
    parameters: dict[str, Parameter] = {
        "host_id": at.host_id,
        "start": min(end, max(window.start, end - LOOKED_BACK)),
        "end": end,
    }
    listed = {**parameters, "limit": LISTED_DEVICE_COUNT + 1}
    reports = database.fetch(HOST_COLLECTORS, parameters)
    return Devices(
        end=end,
        is_now=is_now,
        filesystems=database.fetch(HOST_FILESYSTEMS, listed),
        disks=database.fetch(HOST_DISKS, listed),
        interfaces=database.fetch(HOST_INTERFACES, listed),
        reasons={
            str(item.get("name")): str(item["reason"])
            for item in (reports[0].collectors if reports else [])
            if item.get("reason")
        },
    )
