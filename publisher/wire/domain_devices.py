# SPDX-License-Identifier: Apache-2.0
"""The figures of a domain's block devices and network interfaces, declared once (docs/decisions/0036)."""

from typing import Annotated

from msgspec import Struct

from publisher.wire.field_types import Bytes, Name, Real
from publisher.wire.figures import Figure


class DomainBlockSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One block device of a domain; ``device`` is the guest's target name, such as ``vda``."""

    device: Annotated[
        Name,
        Figure(
            "text",
            "fact",
            "the guest's target name, such as vda",
            source="`block.N.name`",
            formula="the guest's target name, such as vda",
            rolled_up=False,
        ),
    ]
    capacity_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "size the guest sees",
            source="`block.N.capacity`",
            formula="size as the guest sees it",
        ),
    ] = None
    allocation_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "end of what was written to its image since the VM started",
            source="`block.N.allocation`",
            formula="the greatest offset that QEMU has written to since it opened the image. "
            "Where an image grows on a volume, it says when the volume has to grow",
        ),
    ] = None
    physical_bytes: Annotated[
        Bytes | None,
        Figure(
            "bytes",
            "gauge",
            "taken on the host",
            source="`block.N.physical`",
            formula="bytes used on the host; holes of a sparse file are not counted",
        ),
    ] = None
    read_bytes_per_second: Annotated[
        Real | None,
        Figure(
            "bytes per second",
            "rate",
            "read",
            source="`block.N.rd.bytes`",
            formula="Δ / *t*; the guest's requests, before caches and merging of the host",
        ),
    ] = None
    write_bytes_per_second: Annotated[
        Real | None,
        Figure("bytes per second", "rate", "written", source="`block.N.wr.bytes`", formula="likewise"),
    ] = None
    read_requests_per_second: Annotated[
        Real | None,
        Figure("requests per second", "rate", "reads", source="`block.N.rd.reqs`", formula="likewise"),
    ] = None
    write_requests_per_second: Annotated[
        Real | None,
        Figure("requests per second", "rate", "writes", source="`block.N.wr.reqs`", formula="likewise"),
    ] = None
    flush_requests_per_second: Annotated[
        Real | None,
        Figure("requests per second", "rate", "flushes", source="`block.N.fl.reqs`", formula="likewise"),
    ] = None
    read_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a read",
            source="`block.N.rd.times` (ns), `rd.reqs`",
            formula="Δtimes / (Δreqs × 10⁹); null without requests",
        ),
    ] = None
    write_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a write",
            source="`block.N.wr.times`, `wr.reqs`",
            formula="likewise",
        ),
    ] = None
    flush_latency_seconds: Annotated[
        Real | None,
        Figure(
            "seconds",
            "rate",
            "mean time of a flush",
            source="`block.N.fl.times`, `fl.reqs`",
            formula="likewise",
        ),
    ] = None


class DomainInterfaceSample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One network interface of a domain, in the guest's direction; ``device`` is its MAC address."""

    device: Annotated[
        Name, Figure("text", "fact", "MAC address", source="`<mac address>` in the XML", rolled_up=False)
    ]
    name: Annotated[
        Name | None,
        Figure(
            "text",
            "fact",
            "the interface's name on the host",
            source="`net.N.name`",
            formula="the host's name of the interface; another VM may have it later",
            rolled_up=False,
        ),
    ] = None
    receive_bytes_per_second: Annotated[
        Real | None,
        Figure("bytes per second", "rate", "received", source="`net.N.rx.bytes`", formula="Δ / *t*"),
    ] = None
    transmit_bytes_per_second: Annotated[
        Real | None, Figure("bytes per second", "rate", "sent", source="`net.N.tx.bytes`", formula="likewise")
    ] = None
    receive_packets_per_second: Annotated[
        Real | None,
        Figure("packets per second", "rate", "received", source="`net.N.rx.pkts`", formula="likewise"),
    ] = None
    transmit_packets_per_second: Annotated[
        Real | None,
        Figure("packets per second", "rate", "sent", source="`net.N.tx.pkts`", formula="likewise"),
    ] = None
    receive_errors_per_second: Annotated[
        Real | None,
        Figure("errors per second", "rate", "while receiving", source="`net.N.rx.errs`", formula="likewise"),
    ] = None
    transmit_errors_per_second: Annotated[
        Real | None,
        Figure("errors per second", "rate", "while sending", source="`net.N.tx.errs`", formula="likewise"),
    ] = None
    receive_drops_per_second: Annotated[
        Real | None,
        Figure(
            "packets per second",
            "rate",
            "dropped while receiving",
            source="`net.N.rx.drop`",
            formula="likewise",
        ),
    ] = None
    transmit_drops_per_second: Annotated[
        Real | None,
        Figure(
            "packets per second",
            "rate",
            "dropped while sending",
            source="`net.N.tx.drop`",
            formula="likewise",
        ),
    ] = None
