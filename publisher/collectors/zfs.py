# SPDX-License-Identifier: Apache-2.0
"""The ZFS cache (ARC) from /proc/spl/kstat/zfs/arcstats, in bytes. MemAvailable does not contain it."""

from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_GAUGE, SourceMalformedError, SystemTree, table, whole

PATH: Final = "/proc/spl/kstat/zfs/arcstats"


class ZfsReading(Struct, frozen=True, kw_only=True):
    """The size of the cache and the size below which it does not shrink (``c_min``)."""

    cache_bytes: int
    minimum_bytes: int | None = None


class ZfsCollector:
    """Reads arcstats once per tick."""

    name = "zfs"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree

    def collect(self) -> Collected[ZfsReading]:
        """Return the reading of this instant."""
        reading = parse(self._tree.read(PATH))
        return Collected(reading, f"{PATH}: no c_min" if reading.minimum_bytes is None else None)


def parse(text: str) -> ZfsReading:
    """Return the reading in the text of arcstats: lines of name, type and value."""
    rows = table(text)
    size, minimum = (_value(rows.get(name, "")) for name in ("size", "c_min"))
    if size is None:
        raise SourceMalformedError(f"{PATH}: no size")
    return ZfsReading(cache_bytes=size, minimum_bytes=minimum)


def _value(rest: str) -> int | None:
    return whole((rest.split() or [""])[-1], LARGEST_GAUGE)
