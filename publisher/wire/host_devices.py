# SPDX-License-Identifier: Apache-2.0
"""The figures of a host's disks, network interfaces and file systems, declared once (docs/decisions/0036)."""

from typing import Annotated

from msgspec import Struct

from publisher.wire.field_types import Bytes, Count, Name, Real
from publisher.wire.figures import Figure


class HostDiskSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One block device of the host. ``leaf`` devices alone are counted in the host's totals."""

    device: Annotated[
        Name,
        Figure(
            "text",
            "fact",
            "kernel name of the device",
            source="`/proc/diskstats`",
            formula="kernel name; another disk may have it later",
            rolled_up=False,
        ),
    ]
    name: Annotated[
        Name | None,
        Figure(
            "text",
            "fact",
            "name for people, such as that of a logical volume",
            source="`/sys/block/dm-N/dm/name`",
            formula="device-mapper volumes only",
            rolled_up=False,
        ),
    ] = None
    leaf: Annotated[
        bool,
        Figure(
            "true or false", "fact", "counted in the host's totals", source="`/sys/block`", rolled_up=False
        ),
    ]
    in_flight_count: Annotated[
        Count | None, Figure("requests", "gauge", "requests under way", source="field 9")
    ] = None
    read_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "read",
            source="field 3",
            formula="Δsectors × 512 / *t*, whatever the sector size of the device",
        ),
    ] = None
    write_bytes_per_second: Annotated[
        Real | None, Figure("bytes per second", "rate", "written", source="field 7", formula="likewise")
    ] = None
    read_requests_per_second: Annotated[
        Real | None, Figure("requests per second", "rate", "reads", source="field 1", formula="Δ / *t*")
    ] = None
    write_requests_per_second: Annotated[
        Real | None, Figure("requests per second", "rate", "writes", source="field 5", formula="Δ / *t*")
    ] = None
    busy_ratio: Annotated[
        Real | None,
        Figure(
            "0 to 1 of the time",
            "rate",
            "at least one request was under way",
            source="field 10 (ms)",
            formula="Δms / (*t* × 1000), not capped. Says little about devices that serve "
            "many requests at once: see queue and latency",
        ),
    ] = None
    queue_count: Annotated[
        Real | None,
        Figure(
            "requests",
            "rate",
            "mean number under way",
            source="field 11 (ms)",
            formula="Δms / (*t* × 1000): mean number of requests under way",
        ),
    ] = None
    latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a request",
            source="fields 4, 8, 1, 5",
            formula="(Δread ms + Δwrite ms) / (Δreads + Δwrites) / 1000; null without requests",
        ),
    ] = None
    read_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a read",
            source="fields 4, 1",
            formula="Δread ms / Δreads / 1000; null without reads",
        ),
    ] = None
    write_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a write",
            source="fields 8, 5",
            formula="Δwrite ms / Δwrites / 1000; null without writes",
        ),
    ] = None


class HostInterfaceSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One network interface of the host. ``physical`` ones alone are counted in the host's totals."""

    device: Annotated[
        Name,
        Figure(
            "text",
            "fact",
            "kernel name of the interface",
            source="`/proc/net/dev`",
            formula="kernel name; another interface may have it later",
            rolled_up=False,
        ),
    ]
    physical: Annotated[
        bool,
        Figure(
            "true or false",
            "fact",
            "counted in the host's totals",
            source="`/sys/class/net`",
            rolled_up=False,
        ),
    ]
    receive_bytes_per_second: Annotated[
        Real | None, Figure("bytes per second", "rate", "received", source="receive bytes", formula="Δ / *t*")
    ] = None
    transmit_bytes_per_second: Annotated[
        Real | None, Figure("bytes per second", "rate", "sent", source="transmit bytes", formula="Δ / *t*")
    ] = None
    receive_packets_per_second: Annotated[
        Real | None,
        Figure("packets per second", "rate", "received", source="receive packets", formula="Δ / *t*"),
    ] = None
    transmit_packets_per_second: Annotated[
        Real | None,
        Figure("packets per second", "rate", "sent", source="transmit packets", formula="Δ / *t*"),
    ] = None
    receive_errors_per_second: Annotated[
        Real | None,
        Figure("errors per second", "rate", "while receiving", source="receive errs", formula="Δ / *t*"),
    ] = None
    transmit_errors_per_second: Annotated[
        Real | None,
        Figure("errors per second", "rate", "while sending", source="transmit errs", formula="Δ / *t*"),
    ] = None
    receive_drops_per_second: Annotated[
        Real | None,
        Figure(
            "packets per second", "rate", "dropped while receiving", source="receive drop", formula="Δ / *t*"
        ),
    ] = None
    transmit_drops_per_second: Annotated[
        Real | None,
        Figure(
            "packets per second", "rate", "dropped while sending", source="transmit drop", formula="Δ / *t*"
        ),
    ] = None


class HostFilesystemSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One configured file system, for instance the one that holds the images of the domains."""

    path: Annotated[Name, Figure("text", "fact", "where it is mounted", source="settings", rolled_up=False)]
    total_bytes: Annotated[
        Bytes | None, Figure("bytes", "gauge", "size", source="statvfs(3)", formula="f_blocks × f_frsize")
    ] = None
    available_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "left for unprivileged users",
            source="statvfs(3)",
            formula="f_bavail × f_frsize: for users without privileges",
        ),
    ] = None
