# SPDX-License-Identifier: Apache-2.0
"""Block devices from /proc/diskstats (Documentation/admin-guide/iostats.rst).

Only whole disks are read. Which of them count is judged by how they are built (``disk_roles``). Sectors are
512 bytes whatever the device; ms counters wrap at 2**32.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.collectors.disk_roles import DiskRole, DiskStructure, disk_roles, may_change
from publisher.collectors.disk_structure import FOLDER, block_drivers, read_structure, sysfs_name
from publisher.procfs import LARGEST_COUNT, SourceUnavailableError, SystemTree, counters

PATH: Final = "/proc/diskstats"
SECTOR_BYTES: Final = 512

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
    """One device: its kernel name, the readable name of a device-mapper volume, whether it is a leaf.

    With another ``identity`` it is another volume, whatever its counters say.
    """

    device: str
    name: str | None
    leaf: bool
    counters: DiskCounters
    identity: tuple[str, ...] = ()


class DiskReading(Struct, frozen=True, kw_only=True):
    """All devices, each once."""

    disks: tuple[Disk, ...]


class _Known(NamedTuple):
    number: int
    structure: DiskStructure


class DiskCollector:
    """Reads /proc/diskstats and lists /sys/block once per tick.

    How a disk is built is kept. It is read again when its entry in sysfs was made anew or its counters went
    back. While it is busy it is so too if it ``may_change``: one without requests adds nothing to a total.
    """

    name = "disks"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._known: dict[str, _Known] = {}
        self._roles: dict[str, DiskRole] = {}
        self._seen: dict[str, DiskCounters] = {}

    def collect(self) -> Collected[DiskReading]:
        """Return the reading of this instant."""
        try:
            numbers = self._tree.numbers(FOLDER)
        except SourceUnavailableError as error:
            raise SourceUnavailableError(f"{error}, so that disks and partitions look alike") from error
        lines = parse(self._tree.read(PATH))
        if not lines:
            raise SourceUnavailableError(f"{PATH}: no block devices")
        self._look(lines, numbers)
        self._seen = lines
        disks = tuple(
            Disk(device, structure.name, role == "leaf", lines[device], structure.identity)
            for device, (_, structure) in self._known.items()
            if (role := self._roles[device]) != "left_out"
        )
        remarks = [self._remark([disk.device for disk in disks if disk.leaf])]
        remarks += [f"{PATH}: a number of {disk.device} is none" for disk in disks if is_odd(disk.counters)]
        return Collected(DiskReading(disks=disks), "; ".join(filter(None, remarks)) or None)

    def _look(self, lines: Mapping[str, DiskCounters], numbers: Mapping[str, int]) -> None:
        drivers: dict[str, str] | None = None
        known: dict[str, _Known] = {}
        for device, line in lines.items():
            number = numbers.get(sysfs_name(device))
            # Partitions have no entry of their own.
            if number is None:
                continue
            kept = self._known.get(device)
            if kept is None or kept.number != number or self._is_in_doubt(device, kept.structure, line):
                drivers = drivers if drivers is not None else block_drivers(self._tree)
                structure = read_structure(self._tree, device, number, drivers)
                if structure is None:
                    continue
                kept = _Known(number, structure)
            known[device] = kept
        if known != self._known:
            self._roles = disk_roles({device: each.structure for device, each in known.items()})
        self._known = known

    def _remark(self, leaves: Sequence[str]) -> str | None:
        if not leaves:
            return "no disk counts"
        served = ", ".join(device for device in leaves if self._known[device].structure.is_served)
        doubt = "served by a program, and counted twice if that stores on a disk of this host"
        return f"{doubt}: {served}" if served else None

    def _is_in_doubt(self, device: str, structure: DiskStructure, line: DiskCounters) -> bool:
        seen = self._seen.get(device)
        if seen is None or line == seen:
            return False
        return may_change(structure) or (line.read_requests_total or 0) < (seen.read_requests_total or 0)


def parse(text: str) -> dict[str, DiskCounters]:
    """Return the counters of each device in the text of /proc/diskstats; of a line that is cut, none."""
    found: dict[str, DiskCounters] = {}
    for line in text.splitlines():
        columns = line.split(None, _USED_COLUMNS)[:_USED_COLUMNS]
        if len(columns) <= _NAME_COLUMN:
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
