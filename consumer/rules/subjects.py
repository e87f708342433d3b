# SPDX-License-Identifier: Apache-2.0
"""What rules judge, and what is stored of it: figures of the wire, and facts that the consumer adds."""

from typing import Final, Literal

from msgspec import Struct

from publisher.wire.figures import declarations
from publisher.wire.samples import (
    DomainBlockSample,
    DomainInterfaceSample,
    DomainSample,
    HostDiskSample,
    HostFilesystemSample,
    HostInterfaceSample,
    HostSample,
)

Subject = Literal["host", "disk", "interface", "filesystem", "domain", "domain_block", "domain_interface"]

STRUCTS: Final[dict[Subject, type[Struct]]] = {
    "host": HostSample,
    "disk": HostDiskSample,
    "interface": HostInterfaceSample,
    "filesystem": HostFilesystemSample,
    "domain": DomainSample,
    "domain_block": DomainBlockSample,
    "domain_interface": DomainInterfaceSample,
}
# Columns of hosts_now, pipeline_now and domains_now (docs/schema.md) that no message carries as figures.
FACTS: Final[dict[Subject, tuple[str, ...]]] = {
    "host": (
        "clock_offset_seconds",
        "domain_active_count",
        "domain_count",
        "domain_memory_assigned_bytes",
        "domain_memory_resident_bytes",
        "domain_running_count",
        "domain_vcpu_count",
        "health_score",
        "hypervisor_state",
        "lag_seconds",
        "spool_bytes",
        "spool_message_count",
        "staleness_seconds",
        "tick_seconds",
    ),
    "domain": ("autostart",),
}
# A word or a text is no figure that has a level; it may be a part of one.
_WORDS: Final = frozenset({"text", "word", "JSON", "true or false"})
_WORD_FACTS: Final = frozenset({"autostart", "hypervisor_state"})


def stored(subject: Subject) -> frozenset[str]:
    """Return the names of all that is stored of a subject."""
    return frozenset(declarations(STRUCTS[subject])) | frozenset(FACTS.get(subject, ()))


def numbers(subject: Subject) -> frozenset[str]:
    """Return the names of what is stored of a subject and is a number."""
    words = {name for name, figure in declarations(STRUCTS[subject]).items() if figure.unit in _WORDS}
    return stored(subject) - words - _WORD_FACTS


def is_count(subject: Subject, name: str) -> bool:
    """Tell whether a figure is the increase since the sample before: those of a window add up."""
    found = declarations(STRUCTS[subject]).get(name)
    return found is not None and found.kind == "count"
