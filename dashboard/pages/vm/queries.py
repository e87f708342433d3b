# SPDX-License-Identifier: Apache-2.0
"""The questions of the page of a VM, and the types of their rows."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import HostEvent, Query, SampleSpan


class VmNow(NamedTuple):
    """One VM: what it is, how it was last, and the host that it is or was last on."""

    domain_id: int
    uuid: str
    name: str
    title: str | None
    autostart: bool | None
    first_seen_at: datetime
    removed_at: datetime | None
    host: str | None
    stay_from: datetime | None
    stay_to: datetime | None
    host_before: str | None
    sampled_at: datetime | None
    stale_at: datetime | None
    freshness: str | None
    tick_seconds: float | None
    is_catching_up: bool
    is_simulated: bool
    state_name: str | None
    state_reason_name: str | None
    vcpu_count: int | None
    cpu_ratio: float | None
    steal_ratio: float | None
    memory_assigned_bytes: int | None
    memory_used_bytes: int | None
    memory_resident_bytes: int | None
    memory_age_seconds: float | None
    outcome: str | None
    outcome_reason: str | None
    contested_by: list[str] | None
    contested_since: datetime | None


class VmStart(NamedTuple):
    """A start of a VM, in the words of libvirt."""

    time: datetime
    detail: str | None


class VmStay(NamedTuple):
    """A time that a VM lived on one host."""

    host_id: int
    host: str
    valid_from: datetime
    valid_to: datetime | None
    how: str
    total_count: int


class VmName(NamedTuple):
    """A name of a VM, and when it had it."""

    name: str
    valid_from: datetime
    valid_to: datetime | None


class VmNeighbour(NamedTuple):
    """A VM that shared the host, with the means of some minutes."""

    uuid: str
    name: str
    cpu_cores: float | None
    cpu_ratio: float | None
    steal_ratio: float | None
    total_count: int


class VmDisk(NamedTuple):
    """A block device of a VM, with the means of a range."""

    device: str
    capacity_bytes: float | None
    physical_bytes: float | None
    read_bytes_per_second: float | None
    write_bytes_per_second: float | None
    read_requests_per_second: float | None
    write_requests_per_second: float | None
    read_latency_seconds: float | None
    write_latency_seconds: float | None
    total_count: int


class VmInterface(NamedTuple):
    """A network interface of a VM, with the means of a range."""

    device: str
    receive_bytes_per_second: float | None
    transmit_bytes_per_second: float | None
    receive_packets_per_second: float | None
    transmit_packets_per_second: float | None
    errors_per_second: float | None
    drops_per_second: float | None
    total_count: int


class VmPoint(NamedTuple):
    """One sample of a VM, or the averages of one bucket with their bands."""

    time_seconds: float
    interval_seconds: float | None
    interval_seconds_max: float | None
    off_share: float | None
    cpu_ratio: float | None
    steal_ratio: float | None
    memory_assigned_bytes: float | None
    memory_maximum_bytes: float | None
    memory_used_bytes: float | None
    memory_resident_bytes: float | None
    memory_age_seconds: float | None
    block_read_bytes_per_second: float | None
    block_write_bytes_per_second: float | None
    block_read_requests_per_second: float | None
    block_write_requests_per_second: float | None
    block_latency_seconds: float | None
    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None
    cpu_ratio_min: float | None
    cpu_ratio_max: float | None
    steal_ratio_min: float | None
    steal_ratio_max: float | None
    memory_used_bytes_min: float | None
    memory_used_bytes_max: float | None
    memory_resident_bytes_min: float | None
    memory_resident_bytes_max: float | None
    block_read_bytes_per_second_min: float | None
    block_read_bytes_per_second_max: float | None
    block_write_bytes_per_second_min: float | None
    block_write_bytes_per_second_max: float | None
    block_latency_seconds_min: float | None
    block_latency_seconds_max: float | None
    network_receive_bytes_per_second_min: float | None
    network_receive_bytes_per_second_max: float | None
    network_transmit_bytes_per_second_min: float | None
    network_transmit_bytes_per_second_max: float | None


class DiskPoint(NamedTuple):
    """One sample of a block device, or the averages of one bucket with their bands."""

    time_seconds: float
    capacity_bytes: float | None
    physical_bytes: float | None
    read_bytes_per_second: float | None
    write_bytes_per_second: float | None
    read_requests_per_second: float | None
    write_requests_per_second: float | None
    flush_requests_per_second: float | None
    read_latency_seconds: float | None
    write_latency_seconds: float | None
    flush_latency_seconds: float | None
    read_bytes_per_second_min: float | None
    read_bytes_per_second_max: float | None
    write_bytes_per_second_min: float | None
    write_bytes_per_second_max: float | None
    read_latency_seconds_min: float | None
    read_latency_seconds_max: float | None
    write_latency_seconds_min: float | None
    write_latency_seconds_max: float | None


class InterfacePoint(NamedTuple):
    """One sample of a network interface, or the averages of one bucket with their bands."""

    time_seconds: float
    receive_bytes_per_second: float | None
    transmit_bytes_per_second: float | None
    receive_packets_per_second: float | None
    transmit_packets_per_second: float | None
    errors_per_second: float | None
    drops_per_second: float | None
    receive_bytes_per_second_min: float | None
    receive_bytes_per_second_max: float | None
    transmit_bytes_per_second_min: float | None
    transmit_bytes_per_second_max: float | None


class VmPercentiles(NamedTuple):
    """The 95th percentiles of one bucket of a VM."""

    time_seconds: float
    cpu_ratio_p95: float | None
    steal_ratio_p95: float | None
    memory_used_bytes_p95: float | None
    memory_resident_bytes_p95: float | None
    block_read_bytes_per_second_p95: float | None
    block_write_bytes_per_second_p95: float | None
    block_latency_seconds_p95: float | None
    network_receive_bytes_per_second_p95: float | None
    network_transmit_bytes_per_second_p95: float | None


VM_NOW = Query(__package__, "vm_now", VmNow)
VM_START = Query(__package__, "vm_start", VmStart)
VM_STAYS = Query(__package__, "vm_stays", VmStay)
VM_NAMES = Query(__package__, "vm_names", VmName)
VM_EVENTS = Query(__package__, "vm_events", HostEvent)
VM_NEIGHBOURS = Query(__package__, "vm_neighbours", VmNeighbour)
VM_DISKS = Query(__package__, "vm_disks", VmDisk)
VM_INTERFACES = Query(__package__, "vm_interfaces", VmInterface)
VM_SPAN = Query(__package__, "vm_span", SampleSpan)
VM_SAMPLES_RAW = Query(__package__, "vm_samples_raw", VmPoint)
VM_SAMPLES_ROLLUP = Query(__package__, "vm_samples_rollup", VmPoint)
VM_DISK_RAW = Query(__package__, "vm_disk_raw", DiskPoint)
VM_DISK_ROLLUP = Query(__package__, "vm_disk_rollup", DiskPoint)
VM_INTERFACE_RAW = Query(__package__, "vm_interface_raw", InterfacePoint)
VM_INTERFACE_ROLLUP = Query(__package__, "vm_interface_rollup", InterfacePoint)
VM_PERCENTILES = Query(__package__, "vm_percentiles", VmPercentiles)
