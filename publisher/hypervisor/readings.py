# SPDX-License-Identifier: Apache-2.0
"""What one call to libvirt says: gauges and raw counters, plain data, in libvirt's own units.

None where libvirt gave nothing. ``at_seconds`` is CLOCK_MONOTONIC, taken before the call it belongs to.
"""

from typing import Literal, NamedTuple

from msgspec import Struct

from publisher.wire.samples import DomainOutcome


class DomainInterfaceReading(NamedTuple):
    """Counters of one interface since the VM started, in the guest's direction (group INTERFACE)."""

    name: str
    receive_bytes: int | None
    receive_packets: int | None
    receive_errors: int | None
    receive_drops: int | None
    transmit_bytes: int | None
    transmit_packets: int | None
    transmit_errors: int | None
    transmit_drops: int | None

    def counters(self) -> tuple[int | None, ...]:
        """Return the numbers in the order of INTERFACE_COUNTERS."""
        return self[1:9]


class BlockReading(NamedTuple):
    """Counters of one block device since the VM started (group BLOCK)."""

    name: str
    read_requests: int | None
    read_bytes: int | None
    read_time_ns: int | None
    write_requests: int | None
    write_bytes: int | None
    write_time_ns: int | None
    flush_requests: int | None
    flush_time_ns: int | None
    capacity_bytes: int | None
    physical_bytes: int | None
    allocation_bytes: int | None

    def counters(self) -> tuple[int | None, ...]:
        """Return the numbers in the order of BLOCK_COUNTERS."""
        return self[1:9]


INTERFACE_COUNTERS = DomainInterfaceReading._fields[1:9]
BLOCK_COUNTERS = BlockReading._fields[1:9]


class VcpuReading(NamedTuple):
    """Counters of one virtual CPU: time it ran, time it was ready but had to wait for a host CPU."""

    time_ns: int | None
    delay_ns: int | None


class BalloonReading(Struct, frozen=True, kw_only=True):
    """Group BALLOON. ``updated_at_seconds``: wall clock (epoch) of the guest's last report, 0 for never."""

    resident_kib: int | None
    available_kib: int | None
    unused_kib: int | None
    usable_kib: int | None
    disk_caches_kib: int | None
    updated_at_seconds: int | None
    swap_in_kib: int | None
    swap_out_kib: int | None
    major_faults: int | None


class DomainReading(Struct, frozen=True, kw_only=True):
    """One domain as the first tier sees it: without QEMU's monitor. ``trouble``: why it is incomplete.

    The CPU time was read at some instant within ``duration_seconds`` after ``at_seconds``. The counters of
    the interfaces come from another call and have an instant and a duration of their own.
    """

    uuid: str
    name: str
    libvirt_id: int | None
    state: int
    state_reason: int | None
    at_seconds: float
    duration_seconds: float = 0.0
    interfaces_at_seconds: float = 0.0
    interfaces_duration_seconds: float = 0.0
    cpu_time_ns: int | None = None
    memory_kib: int | None = None
    maximum_memory_kib: int | None = None
    vcpu_count: int | None = None
    interfaces: tuple[DomainInterfaceReading, ...] = ()
    outcome: DomainOutcome = "ok"
    trouble: str | None = None


class Overview(Struct, frozen=True, kw_only=True):
    """All domains that libvirt knows, running or not.

    ``bulk_seconds`` is how long the call for all of them took; None if each was asked alone.
    """

    at_seconds: float
    bulk_seconds: float | None = None
    domains: list[DomainReading]


class DetailReading(Struct, frozen=True, kw_only=True):
    """One running domain as the second tier sees it. ``missing`` names the groups that libvirt left out.

    The counters were read at some instant within ``duration_seconds`` after ``at_seconds``. ``halt_poll_ns``
    is time in which the kernel waited for work of a vCPU instead of sleeping. It is in the CPU times too.
    """

    uuid: str
    libvirt_id: int
    at_seconds: float
    duration_seconds: float
    cpu_time_ns: int | None
    cpu_user_ns: int | None
    cpu_system_ns: int | None
    halt_poll_ns: int | None = None
    vcpus: dict[int, VcpuReading]
    memory: BalloonReading
    blocks: tuple[BlockReading, ...]
    missing: tuple[str, ...]


class DetailRound(Struct, frozen=True, kw_only=True):
    """All running domains that were asked, by UUID, and whom they were asked through."""

    domains: dict[str, DetailReading]
    libvirt_version: str | None
    hypervisor_version: str | None


class Control(NamedTuple):
    """What virDomainGetControlInfo says: who holds QEMU's monitor, and for how long."""

    state: Literal["free", "job", "occupied", "error"]
    seconds: float


class Description(Struct, frozen=True, kw_only=True):
    """What a domain is, from its XML; ``addresses`` maps host interface names to MAC addresses.

    ``balloon_period_seconds`` is 0 when the guest is not asked for memory figures, None without a balloon.
    """

    title: str | None
    metadata: str | None
    autostart: bool | None
    persistent: bool | None
    addresses: dict[str, str]
    balloon_period_seconds: int | None
