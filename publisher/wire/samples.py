# SPDX-License-Identifier: Apache-2.0
"""What travels in one message: the samples of one host at one tick, or one event.

Field names are column names: the fields of ``HostSample``, ``DomainSample`` and the device samples are the
columns of the hypertable of the same name. A test compares them with the database. Units are in the names.
``None`` means "not known at this tick", never 0. Rates cover ``interval_seconds`` before ``sampled_at``.
Source and formula of each figure stand beside its field, and in docs/metrics.md.
"""

from typing import Annotated

from msgspec import Meta, Struct

from publisher.wire.domain_devices import DomainBlockSample, DomainInterfaceSample
from publisher.wire.domain_sample import DomainSample
from publisher.wire.field_types import (
    NAME_CHARACTERS,
    TAG_COUNT_MAX,
    TEXT_CHARACTERS,
    UUID_PATTERN,
    Bytes,
    CollectorOutcome,
    Count,
    DomainOutcome,
    Epoch,
    EventKind,
    HostId,
    HypervisorState,
    Instant,
    Name,
    Real,
    Sequence,
    Tag,
    Text,
    Uuid,
)
from publisher.wire.host_devices import HostDiskSample, HostFilesystemSample, HostInterfaceSample
from publisher.wire.host_sample import HostSample

__all__ = [
    "NAME_CHARACTERS",
    "SCHEMA_VERSION",
    "TEXT_CHARACTERS",
    "UUID_PATTERN",
    "Batch",
    "CollectorHealth",
    "CollectorOutcome",
    "DomainBlockSample",
    "DomainDescription",
    "DomainInterfaceSample",
    "DomainOutcome",
    "DomainReport",
    "DomainSample",
    "DroppedRange",
    "Event",
    "HostDiskSample",
    "HostFilesystemSample",
    "HostIdentity",
    "HostInterfaceSample",
    "HostSample",
    "HypervisorHealth",
    "HypervisorState",
    "Name",
    "PublisherReport",
    "SampleBatch",
]

SCHEMA_VERSION = 1


class HostIdentity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a host is, as far as it changes with a reboot, an upgrade or other settings only."""

    hostname: Name
    kernel: Name | None = None
    machine: Name | None = None
    cpu_count: Count | None = None
    tags: Annotated[list[Tag], Meta(max_length=TAG_COUNT_MAX)] = []


class DomainDescription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a domain is. Sent with the first sample of a domain and once after each change."""

    title: Name | None = None
    metadata: Text | None = None
    autostart: bool | None = None
    persistent: bool | None = None


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
