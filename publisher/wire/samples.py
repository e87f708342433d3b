# SPDX-License-Identifier: Apache-2.0
"""What travels in one message: the samples of one host at one tick, or one event.

Field names are column names: the fields of ``HostSample``, ``DomainSample`` and the device samples are the
columns of the hypertable of the same name. A test compares them with the database. Units are in the names.
``None`` means "not known at this tick", never 0. Rates cover ``interval_seconds`` before ``sampled_at``.
docs/metrics.md gives source and formula of each field.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

SCHEMA_VERSION = 1

# bigint, integer and real of PostgreSQL: a value beyond them could not be stored, or only as infinity.
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Bytes = Annotated[int, Meta(ge=0, le=2**63 - 1)]
SignedBytes = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Real = Annotated[float, Meta(ge=-3.4e38, le=3.4e38)]
Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1)]
# The least of its column stands for a number that is not known, see the packing module.
SmallInteger = Annotated[int, Meta(ge=1 - 2**15, le=2**15 - 1)]
Instant = Annotated[datetime, Meta(tz=True)]
HostId = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,62}\Z")]
Epoch = Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
UUID_PATTERN = re.compile(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
Uuid = Annotated[str, Meta(pattern=UUID_PATTERN.pattern)]
NAME_CHARACTERS = 1024
TEXT_CHARACTERS = 65_536
Name = Annotated[str, Meta(max_length=NAME_CHARACTERS)]
Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS)]
EventKind = Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,62}\Z")]

CollectorOutcome = Literal["ok", "unavailable", "failed", "slow"]
DomainOutcome = Literal["ok", "partial", "busy", "timed_out", "gone"]
HypervisorState = Literal["connected", "disconnected", "absent"]


class HostSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One host at one tick. Ratios are 0 to 1 of the whole host (all CPUs, all memory)."""

    memory_total_bytes: Bytes | None = None
    memory_available_bytes: Bytes | None = None
    memory_free_bytes: Bytes | None = None
    memory_buffers_bytes: Bytes | None = None
    memory_cached_bytes: Bytes | None = None
    memory_reclaimable_bytes: Bytes | None = None
    memory_shared_bytes: Bytes | None = None
    hugepage_total_bytes: Bytes | None = None
    hugepage_free_bytes: Bytes | None = None
    hugepage_reserved_bytes: Bytes | None = None
    hugepage_surplus_bytes: Bytes | None = None
    ksm_shared_bytes: Bytes | None = None
    ksm_saved_bytes: Bytes | None = None
    ksm_profit_bytes: SignedBytes | None = None
    zfs_cache_bytes: Bytes | None = None
    zfs_reclaimable_bytes: Bytes | None = None
    swap_total_bytes: Bytes | None = None
    swap_used_bytes: Bytes | None = None
    uptime_seconds: Annotated[float, Meta(ge=0, le=1e10)] | None = None
    interval_seconds: Real | None = None
    cpu_busy_ratio: Real | None = None
    cpu_guest_ratio: Real | None = None
    cpu_user_ratio: Real | None = None
    cpu_system_ratio: Real | None = None
    cpu_interrupt_ratio: Real | None = None
    cpu_steal_ratio: Real | None = None
    cpu_iowait_ratio: Real | None = None
    load_1m: Real | None = None
    load_5m: Real | None = None
    load_15m: Real | None = None
    pressure_cpu_some_ratio: Real | None = None
    pressure_memory_some_ratio: Real | None = None
    pressure_memory_full_ratio: Real | None = None
    pressure_io_some_ratio: Real | None = None
    pressure_io_full_ratio: Real | None = None
    pressure_irq_full_ratio: Real | None = None
    memory_used_ratio: Real | None = None
    memory_used_legacy_ratio: Real | None = None
    memory_used_without_hugepages_ratio: Real | None = None
    memory_used_without_zfs_cache_ratio: Real | None = None
    swap_in_bytes_per_second: Real | None = None
    swap_out_bytes_per_second: Real | None = None
    disk_read_bytes_per_second: Real | None = None
    disk_write_bytes_per_second: Real | None = None
    disk_read_requests_per_second: Real | None = None
    disk_write_requests_per_second: Real | None = None
    disk_busy_ratio: Real | None = None
    disk_latency_seconds: Real | None = None
    network_receive_bytes_per_second: Real | None = None
    network_transmit_bytes_per_second: Real | None = None
    cpu_temperature_celsius: Real | None = None
    cpu_temperature_limit_celsius: Real | None = None
    board_temperature_celsius: Real | None = None
    cpu_online_count: Count | None = None
    running_count: Count | None = None
    blocked_count: Count | None = None
    oom_kill_count: Count | None = None
    ksm_run: SmallInteger | None = None
    memory_estimated: bool | None = None


class HostDiskSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One block device of the host. ``leaf`` devices alone are counted in the host's totals."""

    device: Name
    name: Name | None = None
    leaf: bool
    in_flight_count: Count | None = None
    read_bytes_per_second: Real | None = None
    write_bytes_per_second: Real | None = None
    read_requests_per_second: Real | None = None
    write_requests_per_second: Real | None = None
    busy_ratio: Real | None = None
    queue_count: Real | None = None
    latency_seconds: Real | None = None
    read_latency_seconds: Real | None = None
    write_latency_seconds: Real | None = None


class HostInterfaceSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One network interface of the host. ``physical`` ones alone are counted in the host's totals."""

    device: Name
    physical: bool
    receive_bytes_per_second: Real | None = None
    transmit_bytes_per_second: Real | None = None
    receive_packets_per_second: Real | None = None
    transmit_packets_per_second: Real | None = None
    receive_errors_per_second: Real | None = None
    transmit_errors_per_second: Real | None = None
    receive_drops_per_second: Real | None = None
    transmit_drops_per_second: Real | None = None


class HostFilesystemSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One configured file system, for instance the one that holds the images of the domains."""

    path: Name
    total_bytes: Bytes | None = None
    available_bytes: Bytes | None = None


class HostIdentity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a host is, as far as it changes with a reboot or an upgrade only."""

    hostname: Name
    kernel: Name | None = None
    machine: Name | None = None
    cpu_count: Count | None = None


class DomainDescription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a domain is. Sent with the first sample of a domain and once after each change."""

    title: Name | None = None
    metadata: Text | None = None
    autostart: bool | None = None
    persistent: bool | None = None


class DomainBlockSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One block device of a domain; ``device`` is the guest's target name, such as ``vda``."""

    device: Name
    capacity_bytes: Bytes | None = None
    physical_bytes: Bytes | None = None
    read_bytes_per_second: Real | None = None
    write_bytes_per_second: Real | None = None
    read_requests_per_second: Real | None = None
    write_requests_per_second: Real | None = None
    flush_requests_per_second: Real | None = None
    read_latency_seconds: Real | None = None
    write_latency_seconds: Real | None = None
    flush_latency_seconds: Real | None = None


class DomainInterfaceSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One network interface of a domain, in the guest's direction; ``device`` is its MAC address."""

    device: Name
    name: Name | None = None
    receive_bytes_per_second: Real | None = None
    transmit_bytes_per_second: Real | None = None
    receive_packets_per_second: Real | None = None
    transmit_packets_per_second: Real | None = None
    receive_errors_per_second: Real | None = None
    transmit_errors_per_second: Real | None = None
    receive_drops_per_second: Real | None = None
    transmit_drops_per_second: Real | None = None


class DomainSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One domain at one tick, running or not.

    ``interval_seconds`` covers the figures of the first tier (CPU total and interfaces).
    ``detail_interval_seconds`` covers those that need QEMU's monitor (vCPU, steal, memory, block devices).
    ``state`` and ``state_reason`` are libvirt's numbers (virDomainState, virDomain*Reason), passed on even
    where unknown. Cores: 1.0 is one CPU of the host fully used.
    """

    memory_assigned_bytes: Bytes | None = None
    memory_maximum_bytes: Bytes | None = None
    memory_guest_total_bytes: Bytes | None = None
    memory_used_bytes: Bytes | None = None
    memory_resident_bytes: Bytes | None = None
    interval_seconds: Real | None = None
    detail_interval_seconds: Real | None = None
    cpu_cores: Real | None = None
    cpu_ratio: Real | None = None
    cpu_user_cores: Real | None = None
    cpu_system_cores: Real | None = None
    vcpu_cores: Real | None = None
    cpu_overhead_cores: Real | None = None
    steal_ratio: Real | None = None
    memory_used_ratio: Real | None = None
    memory_age_seconds: Real | None = None
    swap_in_bytes_per_second: Real | None = None
    swap_out_bytes_per_second: Real | None = None
    major_faults_per_second: Real | None = None
    block_read_bytes_per_second: Real | None = None
    block_write_bytes_per_second: Real | None = None
    block_read_requests_per_second: Real | None = None
    block_write_requests_per_second: Real | None = None
    block_latency_seconds: Real | None = None
    network_receive_bytes_per_second: Real | None = None
    network_transmit_bytes_per_second: Real | None = None
    vcpu_count: Annotated[int, Meta(ge=0, le=2**15 - 1)] | None = None
    state: SmallInteger
    state_reason: SmallInteger | None = None
    outcome: DomainOutcome = "ok"


class DomainReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One domain in a batch: who it is, its sample, its devices.

    ``libvirt_id`` is the domain id: it changes at every start of the VM and is None while it is off.
    ``reason`` says why the outcome is not "ok", or beside "ok" why the guest's memory figures are missing.
    """

    uuid: Uuid
    name: Name
    libvirt_id: Count | None = None
    sample: DomainSample
    reason: Name | None = None
    blocks: list[DomainBlockSample] = []
    interfaces: list[DomainInterfaceSample] = []
    description: DomainDescription | None = None


class CollectorHealth(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one collector fared at this tick. ``unavailable``: this host does not have it; not an error."""

    name: Name
    outcome: CollectorOutcome = "ok"
    duration_seconds: float
    reason: Name | None = None


class HypervisorHealth(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The connection to libvirt. ``absent``: this host has no libvirt and thus no domains."""

    state: HypervisorState
    reason: Name | None = None
    libvirt_version: Name | None = None
    hypervisor_version: Name | None = None
    abandoned_call_count: Count = 0


class DroppedRange(Struct, frozen=True, kw_only=True):
    """Messages that the spool had to give up: sequences ``first`` to ``last``, both included."""

    epoch: Epoch
    first: Sequence
    last: Sequence


class PublisherReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The publisher about itself. Totals count since the process started."""

    started_at: Instant
    spool_message_count: Count
    spool_bytes: Bytes
    dropped_message_count: Count = 0
    missed_tick_count: Count = 0
    tick_work_seconds: Real | None = None
    cpu_seconds: float | None = None
    resident_bytes: Bytes | None = None
    dropped: list[DroppedRange] = []


class Batch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One host at one tick, without its domains: what every form of a batch has.

    ``tick_seconds`` is the configured interval, ``interval_seconds`` the measured one.
    """

    schema: int
    host: HostId
    epoch: Epoch
    sequence: Sequence
    boot_id: Name
    sampled_at: Instant
    tick_seconds: Annotated[float, Meta(gt=0, le=86_400)]
    interval_seconds: Real | None = None
    publisher_version: Name
    identity: HostIdentity
    sample: HostSample
    disks: list[HostDiskSample] = []
    interfaces: list[HostInterfaceSample] = []
    filesystems: list[HostFilesystemSample] = []
    hypervisor: HypervisorHealth
    collectors: list[CollectorHealth] = []
    publisher: PublisherReport


class SampleBatch(Batch, frozen=True, kw_only=True, omit_defaults=True):
    """All samples of one host at one tick, as a producer builds them.

    ``domains`` lists every domain libvirt knows, running or not. None means that libvirt could not be asked,
    which is not the same as an empty host. Behind ``<host>.sample`` they travel as columns.
    """

    domains: list[DomainReport] | None = None


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened on a host: the message behind ``<host>.event.<kind>``."""

    schema: int
    host: HostId
    epoch: Epoch
    sequence: Sequence
    boot_id: Name
    occurred_at: Instant
    publisher_version: Name
    kind: EventKind
    domain_uuid: Uuid | None = None
    domain_name: Name | None = None
    libvirt_id: Count | None = None
    detail: Name | None = None
    attributes: dict[Name, Name] = {}
