# SPDX-License-Identifier: Apache-2.0
"""The tables that samples are stored in: names and columns, in the order in which rows are built.

Columns after the keys are the figures of the structs, by name: tables may have them in any order, and a COPY
names them. Tests compare both sets. Keys come first in each row, so that sorting by them sorts by the primary
key.
"""

from typing import NamedTuple

from msgspec import Struct

from consumer.rows.host_assessment import HostAssessment
from publisher.wire.columns import DomainBlockColumns, DomainInterfaceColumns, DomainSampleColumns
from publisher.wire.samples import (
    DomainBlockSample,
    DomainInterfaceSample,
    DomainSample,
    HostDiskSample,
    HostFilesystemSample,
    HostInterfaceSample,
    HostSample,
)


class Table(NamedTuple):
    """One table; ``key`` is its primary key."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


_NOW = (
    "received_at",
    "tick_seconds",
    "hypervisor_state",
    "hypervisor_reason",
    "collectors",
    "clock_offset_seconds",
)

HOST_SAMPLES = Table(
    "host_samples",
    ("host_id", "sampled_at"),
    ("host_id", "sampled_at", *HostSample.__struct_fields__, *HostAssessment.__struct_fields__),
)
HOST_DISK_SAMPLES = Table(
    "host_disk_samples",
    ("host_id", "device", "sampled_at"),
    ("host_id", "device", "sampled_at", *HostDiskSample.__struct_fields__[1:]),
)
HOST_INTERFACE_SAMPLES = Table(
    "host_interface_samples",
    ("host_id", "device", "sampled_at"),
    ("host_id", "device", "sampled_at", *HostInterfaceSample.__struct_fields__[1:]),
)
HOST_FILESYSTEM_SAMPLES = Table(
    "host_filesystem_samples",
    ("host_id", "path", "sampled_at"),
    ("host_id", "path", "sampled_at", *HostFilesystemSample.__struct_fields__[1:]),
)
DOMAIN_SAMPLES = Table(
    "domain_samples",
    ("domain_id", "sampled_at"),
    ("domain_id", "sampled_at", "host_id", *DomainSample.__struct_fields__),
)
DOMAIN_BLOCK_SAMPLES = Table(
    "domain_block_samples",
    ("domain_id", "device", "sampled_at"),
    ("domain_id", "device", "sampled_at", "host_id", *DomainBlockSample.__struct_fields__[1:]),
)
DOMAIN_INTERFACE_SAMPLES = Table(
    "domain_interface_samples",
    ("domain_id", "device", "sampled_at"),
    ("domain_id", "device", "sampled_at", "host_id", *DomainInterfaceSample.__struct_fields__[1:]),
)
# What a host reports of a domain that lives elsewhere; each has the columns of its series.
DOMAIN_SAMPLES_ELSEWHERE = Table(
    "domain_samples_elsewhere",
    ("domain_id", "host_id", "sampled_at"),
    ("domain_id", "host_id", "sampled_at", *DomainSample.__struct_fields__),
)
DOMAIN_BLOCK_SAMPLES_ELSEWHERE = Table(
    "domain_block_samples_elsewhere",
    ("domain_id", "host_id", "device", "sampled_at"),
    ("domain_id", "host_id", "device", "sampled_at", *DomainBlockSample.__struct_fields__[1:]),
)
DOMAIN_INTERFACE_SAMPLES_ELSEWHERE = Table(
    "domain_interface_samples_elsewhere",
    ("domain_id", "host_id", "device", "sampled_at"),
    ("domain_id", "host_id", "device", "sampled_at", *DomainInterfaceSample.__struct_fields__[1:]),
)
PUBLISHER_REPORTS = Table(
    "publisher_reports",
    ("host_id", "sampled_at"),
    (
        "host_id",
        "sampled_at",
        "received_at",
        "epoch",
        "sequence",
        "boot_id",
        "publisher_version",
        "tick_seconds",
        "tick_work_seconds",
        "spool_message_count",
        "spool_bytes",
        "dropped_message_count",
        "missed_tick_count",
        "cpu_seconds",
        "resident_bytes",
        "hypervisor_state",
        "hypervisor_reason",
        "libvirt_version",
        "hypervisor_version",
        "abandoned_call_count",
        "collectors",
    ),
)
EVENTS = Table(
    "events",
    ("host_id", "epoch", "sequence", "occurred_at"),
    (
        "host_id",
        "epoch",
        "sequence",
        "occurred_at",
        "kind",
        "domain_id",
        "domain_name",
        "detail",
        "attributes",
    ),
)
# Events that name a domain which is not known to live on their host.
EVENT_CLAIMS = Table(
    "event_claims",
    ("host_id", "epoch", "sequence", "occurred_at"),
    ("host_id", "epoch", "sequence", "occurred_at", "domain_uuid"),
)
DROPPED_RANGES = Table(
    "dropped_ranges",
    ("host_id", "epoch", "first_sequence"),
    ("host_id", "epoch", "first_sequence", "last_sequence", "reported_at"),
)
HOST_LATEST = Table("host_latest", ("host_id",), (*HOST_SAMPLES.columns, *_NOW))
_DOMAIN_NOW = ("libvirt_id", "outcome_reason", "received_at")
DOMAIN_LATEST = Table("domain_latest", ("domain_id",), (*DOMAIN_SAMPLES.columns, *_DOMAIN_NOW))
# The keys of the samples that are the latest of their domain, with the columns that a sample lacks.
DOMAIN_LATEST_KEYS = Table(
    "domain_latest", ("domain_id", "sampled_at"), ("domain_id", "sampled_at", *_DOMAIN_NOW)
)

# Tables whose rows are made of whole columns, as these travel.
COLUMN_TABLES: dict[Table, type[Struct]] = {
    DOMAIN_SAMPLES: DomainSampleColumns,
    DOMAIN_BLOCK_SAMPLES: DomainBlockColumns,
    DOMAIN_INTERFACE_SAMPLES: DomainInterfaceColumns,
    DOMAIN_SAMPLES_ELSEWHERE: DomainSampleColumns,
    DOMAIN_BLOCK_SAMPLES_ELSEWHERE: DomainBlockColumns,
    DOMAIN_INTERFACE_SAMPLES_ELSEWHERE: DomainInterfaceColumns,
}

# Written with COPY; a key that exists already means a duplicate message.
SAMPLE_TABLES = (
    HOST_SAMPLES,
    HOST_DISK_SAMPLES,
    HOST_INTERFACE_SAMPLES,
    HOST_FILESYSTEM_SAMPLES,
    DOMAIN_SAMPLES,
    DOMAIN_BLOCK_SAMPLES,
    DOMAIN_INTERFACE_SAMPLES,
    PUBLISHER_REPORTS,
    EVENTS,
)
# What hosts report of domains that live elsewhere: rare, and moved into the series when a domain moves.
CLAIM_TABLES = (
    DOMAIN_SAMPLES_ELSEWHERE,
    DOMAIN_BLOCK_SAMPLES_ELSEWHERE,
    DOMAIN_INTERFACE_SAMPLES_ELSEWHERE,
    EVENT_CLAIMS,
)
# Keys repeat without anything being wrong: a publisher may report the same range more than once.
REPEATED_TABLES = (DROPPED_RANGES,)
# One row per host and domain: the newest sample wins, by the earlier of claim and arrival.
LATEST_TABLES = (HOST_LATEST, DOMAIN_LATEST)

ALL_TABLES = (*SAMPLE_TABLES, *CLAIM_TABLES, *REPEATED_TABLES, *LATEST_TABLES, DOMAIN_LATEST_KEYS)
