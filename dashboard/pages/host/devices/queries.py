# SPDX-License-Identifier: Apache-2.0
"""The questions about the devices of a host, and the types of their rows."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import JsonList, Query


class HostFilesystem(NamedTuple):
    """One file system at its newest sample; nulls where it did not answer."""

    time: datetime
    path: str
    total_bytes: int | None
    available_bytes: int | None


class HostDisk(NamedTuple):
    """One disk at its newest sample. ``leaf``: it is in the totals of the host."""

    time: datetime
    device: str
    name: str | None
    leaf: bool
    in_flight_count: int | None
    read_bytes_per_second: float | None
    write_bytes_per_second: float | None
    read_requests_per_second: float | None
    write_requests_per_second: float | None
    busy_ratio: float | None
    queue_count: float | None
    read_latency_seconds: float | None
    write_latency_seconds: float | None


class HostInterface(NamedTuple):
    """One network interface at its newest sample. ``physical``: it is in the totals of the host."""

    time: datetime
    device: str
    physical: bool
    receive_bytes_per_second: float | None
    transmit_bytes_per_second: float | None
    receive_packets_per_second: float | None
    transmit_packets_per_second: float | None
    receive_errors_per_second: float | None
    transmit_errors_per_second: float | None
    receive_drops_per_second: float | None
    transmit_drops_per_second: float | None


class CollectorsThen(NamedTuple):
    """How the collectors of a host fared at an instant."""

    time: datetime
    collectors: JsonList


HOST_FILESYSTEMS = Query(__package__, "host_filesystems", HostFilesystem)
HOST_DISKS = Query(__package__, "host_disks", HostDisk)
HOST_INTERFACES = Query(__package__, "host_interfaces", HostInterface)
HOST_COLLECTORS = Query(__package__, "host_collectors", CollectorsThen)
