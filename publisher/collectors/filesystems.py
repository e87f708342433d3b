# SPDX-License-Identifier: Apache-2.0
"""Room on the configured file systems, for instance those that hold the images of the domains.

statvfs(3) blocks for as long as a network file system is dead: each path has a background thread.
"""

from pathlib import Path

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_GAUGE, SourceMalformedError, SystemTree, shown


class FilesystemReading(Struct, frozen=True, kw_only=True):
    """Bytes of one file system; available: to users without privileges."""

    path: str
    total_bytes: int
    available_bytes: int


def collect(tree: SystemTree, path: Path) -> Collected[FilesystemReading]:
    """Return the reading of one path. Blocks without limit; raise SourceError if it is not there."""
    total_bytes, available_bytes = tree.file_system_bytes(path)
    # Below 0: users without privileges get nothing, as root took of what is kept back.
    available_bytes = max(0, available_bytes)
    if not available_bytes <= total_bytes <= LARGEST_GAUGE:
        raise SourceMalformedError(
            f"{shown(str(path))}: {available_bytes} of {total_bytes} bytes are available"
        )
    return Collected(
        FilesystemReading(path=shown(str(path)), total_bytes=total_bytes, available_bytes=available_bytes)
    )
