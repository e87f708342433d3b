# SPDX-License-Identifier: Apache-2.0
"""What a consumer adds to each sample of a host, declared as the figures of the wire are."""

from typing import Annotated, Any

from msgspec import Struct

from publisher.wire.field_types import Bytes, Count, SmallCount
from publisher.wire.figures import Figure


class HostAssessment(Struct, frozen=True, kw_only=True):
    """The VMs that a host reported, and its health by the rules of the health module."""

    domain_count: Annotated[
        Count | None, Figure("count", "gauge", "domains that libvirt knows on the host")
    ] = None
    domain_active_count: Annotated[Count | None, Figure("count", "gauge", "of these, active")] = None
    domain_running_count: Annotated[
        Count | None, Figure("count", "gauge", "of these, running (blocked included), not paused")
    ] = None
    domain_vcpu_count: Annotated[
        Count | None,
        Figure("vCPUs", "gauge", "vCPUs of the active domains; null where that of one is not known"),
    ] = None
    domain_memory_assigned_bytes: Annotated[
        Bytes | None,
        Figure("bytes", "gauge", "what the active domains may use now; null where that of one is not known"),
    ] = None
    domain_memory_resident_bytes: Annotated[
        Bytes | None,
        Figure("bytes", "gauge", "what the active domains take; null where that of one is not known"),
    ] = None
    health_score: Annotated[
        SmallCount | None, Figure("0 to 100", "gauge", "health of the host; 100 is best")
    ] = None
    health_state: Annotated[
        str, Figure("word", "gauge", "good, strained, bad or unknown", rolled_up=False)
    ] = "unknown"
    health_reasons: Annotated[
        list[dict[str, Any]],
        Figure(
            "JSON",
            "gauge",
            'list of {"rule", "points", "text", "object"}: what took points, see below',
            rolled_up=False,
        ),
    ]
