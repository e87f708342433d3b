# SPDX-License-Identifier: Apache-2.0
"""Block devices from /proc/diskstats (Documentation/admin-guide/iostats.rst).

Partitions, loop, RAM and floppy devices are left out. A *leaf* is a device behind real hardware: its place in
sysfs is not under ``devices/virtual``. The dm and md devices pass the same requests on to leaves and would
count them twice. Sectors are 512 bytes whatever the device; ms counters wrap at 2**32.
"""

from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_COUNT, SourceError, SourceUnavailableError, SystemTree, counters
from publisher.wire.samples import NAME_CHARACTERS

PATH: Final = "/proc/diskstats"
FOLDER: Final = "/sys/block"
SECTOR_BYTES: Final = 512

_LEFT_OUT: Final = ("loop", "ram", "zram", "fd")
_NAME_COLUMN: Final = 2
_OLD_PARTITION_COLUMNS: Final = 7
_SHORTEST_COLUMNS: Final = 14
_USED_COLUMNS: Final = 14


class DiskCounters(Struct, frozen=True):
    """One line of /proc/diskstats; None for what is no number.

    The seven columns of an ancient kernel's line hold no times.
    """

    read_requests_total: int | None = None
    read_sectors_total: int | None = None
    write_requests_total: int | None = None
    write_sectors_total: int | None = None
    read_ms_total: int | None = None
    write_ms_total: int | None = None
    in_flight_count: int | None = None
    busy_ms_total: int | None = None
    waiting_ms_total: int | None = None


class Disk(Struct, frozen=True):
    """One device: its kernel name, the readable name of a device-mapper volume, whether it is a leaf."""

    device: str
    name: str | None
    leaf: bool
    counters: DiskCounters


class DiskReading(Struct, frozen=True, kw_only=True):
    """All devices, each once."""

    disks: tuple[Disk, ...]


class _Facts(Struct, frozen=True):
    whole: bool
    leaf: bool
    name: str | None


class DiskCollector:
    """Reads /proc/diskstats once per tick.

    What sysfs says about a device is kept. All of it is read again when a device appears or goes. One device
    is read again when its counters went back: the kernel reuses dm numbers for other volumes.
    """

    name = "disks"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._facts: dict[str, _Facts] = {}
        self._seen: dict[str, DiskCounters] = {}

    def collect(self) -> Collected[DiskReading]:
        """Return the reading of this instant."""
        lines = parse(self._tree.read(PATH))
        if not lines:
            raise SourceUnavailableError(f"{PATH}: no block devices")
        if lines.keys() != self._facts.keys():
            self._facts = {device: self._look(device) for device in lines}
        for device, line in lines.items():
            seen = self._seen.get(device)
            restarted = seen is not None and (line.read_requests_total or 0) < (seen.read_requests_total or 0)
            # The name of a volume appears in sysfs a moment after the volume itself.
            nameless = self._facts[device].name is None and device.startswith("dm-")
            if restarted or nameless:
                self._facts[device] = self._look(device)
        self._seen = lines
        disks = tuple(
            Disk(device, facts.name, facts.leaf, line)
            for device, line in lines.items()
            if (facts := self._facts[device]).whole
        )
        if not disks and not self._tree.exists(FOLDER):
            raise SourceUnavailableError(f"{FOLDER}: absent, so that disks and partitions look alike")
        leafless = not any(disk.leaf for disk in disks)
        remarks = ["no device behind real hardware"] if leafless else []
        remarks += [f"{PATH}: a number of {disk.device} is none" for disk in disks if is_odd(disk.counters)]
        return Collected(DiskReading(disks=disks), "; ".join(remarks) or None)

    def _look(self, device: str) -> _Facts:
        # The kernel writes a slash within a device name as an exclamation mark in sysfs.
        place = f"{FOLDER}/{device.replace('/', '!')}"
        target = self._tree.link_target(place)
        if target is None and not self._tree.exists(place):
            return _Facts(whole=False, leaf=False, name=None)
        # Kernels with CONFIG_SYSFS_DEPRECATED have folders in place of links.
        leaf = self._tree.exists(f"{place}/device") if target is None else "/devices/virtual/" not in target
        name = None
        if device.startswith("dm-"):
            try:
                name = self._tree.read_once(f"{place}/dm/name").strip()[:NAME_CHARACTERS] or None
            except SourceError:
                name = None
        return _Facts(whole=True, leaf=leaf, name=name)


def parse(text: str) -> dict[str, DiskCounters]:
    """Return the counters of each device in the text of /proc/diskstats; of a line that is cut, none."""
    found: dict[str, DiskCounters] = {}
    for line in text.splitlines():
        columns = line.split(None, _USED_COLUMNS)[:_USED_COLUMNS]
        if len(columns) <= _NAME_COLUMN or columns[_NAME_COLUMN].startswith(_LEFT_OUT):
            continue
        found.setdefault(columns[_NAME_COLUMN], _counters(columns[_NAME_COLUMN + 1 :]))
    return found


def is_odd(line: DiskCounters) -> bool:
    """Tell whether a line had something else where a counter should be."""
    times = (line.read_ms_total, line.write_ms_total, line.busy_ms_total, line.waiting_ms_total)
    return (
        None in (line.read_requests_total, line.read_sectors_total)
        or None in (line.write_requests_total, line.write_sectors_total)
        or 0 < times.count(None) < len(times)
    )


def _counters(columns: list[str]) -> DiskCounters:
    if len(columns) == _OLD_PARTITION_COLUMNS - 3:
        return DiskCounters(*counters(columns))
    if len(columns) < _SHORTEST_COLUMNS - 3:
        return DiskCounters()
    reads, _, read_sectors, read_ms, writes, _, write_sectors, write_ms, in_flight, busy_ms, waiting_ms = (
        counters(columns)
    )
    return DiskCounters(
        reads,
        read_sectors,
        writes,
        write_sectors,
        read_ms,
        write_ms,
        # Kernels were seen to count requests in flight below zero.
        in_flight if in_flight is not None and in_flight <= LARGEST_COUNT else None,
        busy_ms,
        waiting_ms,
    )
