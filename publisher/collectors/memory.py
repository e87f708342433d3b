# SPDX-License-Identifier: Apache-2.0
"""Memory and swap from /proc/meminfo, in bytes (the file's kB are KiB)."""

from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_GAUGE, SourceMalformedError, SystemTree, whole

PATH: Final = "/proc/meminfo"

_FIELDS: Final = {
    "MemTotal": "total_bytes",
    "MemAvailable": "available_bytes",
    "MemFree": "free_bytes",
    "Buffers": "buffers_bytes",
    "Cached": "cached_bytes",
    "SReclaimable": "reclaimable_bytes",
    "Shmem": "shared_bytes",
    "SwapTotal": "swap_total_bytes",
    "SwapFree": "swap_free_bytes",
}


class MemoryReading(Struct, frozen=True, kw_only=True):
    """The lines of /proc/meminfo that are used; a line that is missing is None."""

    total_bytes: int
    available_bytes: int | None = None
    free_bytes: int | None = None
    buffers_bytes: int | None = None
    cached_bytes: int | None = None
    reclaimable_bytes: int | None = None
    shared_bytes: int | None = None
    swap_total_bytes: int | None = None
    swap_free_bytes: int | None = None


class MemoryCollector:
    """Reads /proc/meminfo once per tick."""

    name = "memory"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree

    def collect(self) -> Collected[MemoryReading]:
        """Return the reading of this instant."""
        reading = parse(self._tree.read(PATH))
        missing = [name for name, field in _FIELDS.items() if getattr(reading, field) is None]
        return Collected(reading, f"{PATH}: no {', '.join(missing)}" if missing else None)


def parse(text: str) -> MemoryReading:
    """Return the reading in the text of /proc/meminfo; raise SourceMalformedError without MemTotal."""
    values: dict[str, int] = {}
    wanted = _FIELDS
    for line in text.splitlines():
        # Some kernels print no space after the colon.
        name, _, rest = line.partition(":")
        field = wanted.get(name)
        if field is None:
            continue
        kibibytes = whole(rest.strip().removesuffix("kB"), LARGEST_GAUGE // 1024)
        if kibibytes is not None:
            values[field] = kibibytes * 1024
    if not values.get("total_bytes"):
        raise SourceMalformedError(f"{PATH}: no MemTotal")
    return MemoryReading(**values)
