# SPDX-License-Identifier: Apache-2.0
"""All declared figures, by the table that stores them. Pure."""

from typing import Final

from msgspec import Struct

from consumer.rows.host_assessment import HostAssessment
from publisher.wire.figures import DeclaredFigure, figures_of
from publisher.wire.samples import (
    DomainBlockSample,
    DomainInterfaceSample,
    DomainSample,
    HostDiskSample,
    HostFilesystemSample,
    HostInterfaceSample,
    HostSample,
)

# The fields of these are columns of the table, each once.
STRUCTS: Final[dict[str, tuple[type[Struct], ...]]] = {
    "host_samples": (HostSample, HostAssessment),
    "host_disk_samples": (HostDiskSample,),
    "host_interface_samples": (HostInterfaceSample,),
    "host_filesystem_samples": (HostFilesystemSample,),
    "domain_samples": (DomainSample,),
    "domain_block_samples": (DomainBlockSample,),
    "domain_interface_samples": (DomainInterfaceSample,),
}
# Part of the primary key, and thus of every view.
KEYS: Final = frozenset({"device", "path"})


def figures_by_table() -> dict[str, dict[str, DeclaredFigure]]:
    """Return the figures of each table by name, without those that are part of its key."""
    return {
        table: {
            declared.name: declared
            for struct in structs
            for declared in figures_of(struct)
            if declared.name not in KEYS
        }
        for table, structs in STRUCTS.items()
    }
