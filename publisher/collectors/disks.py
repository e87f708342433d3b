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
from publisher.procfs import LARGEST_COUNT, LARGEST_COUNTER, SourceUnavailableError, SystemTree

PATH: Final = "/proc/diskstats"
SECTOR_BYTES: Final = 512

_OLD_PARTITION_COLUMNS: Final = 7
_SHORTEST_COLUMNS: Final = 14
_USED_COLUMNS: Final = 14


class DiskCounters(Struct, frozen=True):
    """One line of /proc/diskstats. The seven columns of an ancient kernel's line hold no times."""

    read_requests_total: int
    read_sectors_total: int
    write_requests_total: int
    write_sectors_total: int
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
        counters = parse(self._tree.read(PATH))
        if not counters:
            raise SourceUnavailableError(f"{PATH}: no block devices")
        self._look(counters, numbers)
        self._seen = counters
        disks = tuple(
            Disk(device, structure.name, role == "leaf", counters[device], structure.identity)
            for device, (_, structure) in self._known.items()
            if (role := self._roles[device]) != "left_out"
        )
        return Collected(DiskReading(disks=disks), self._remark([disk.device for disk in disks if disk.leaf]))

    def _look(self, counters: Mapping[str, DiskCounters], numbers: Mapping[str, int]) -> None:
        drivers: dict[str, str] | None = None
        known: dict[str, _Known] = {}
        for device, line in counters.items():
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
        return may_change(structure) or line.read_requests_total < seen.read_requests_total


def parse(text: str) -> dict[str, DiskCounters]:
    """Return the counters of each device in the text of /proc/diskstats; lines that are short are skipped."""
    found: dict[str, DiskCounters] = {}
    for line in text.splitlines():
        columns = line.split(None, _USED_COLUMNS)[:_USED_COLUMNS]
        if len(columns) < _OLD_PARTITION_COLUMNS:
            continue
        try:
            numbers = [int(column) for column in columns[3:]]
        except ValueError:
            continue
        counters = _counters(numbers)
        if counters is not None and columns[2] not in found:
            found[columns[2]] = counters
    return found


def _counters(numbers: list[int]) -> DiskCounters | None:
    if max(numbers) > LARGEST_COUNTER:
        return None
    if len(numbers) == _OLD_PARTITION_COLUMNS - 3:
        return DiskCounters(*numbers) if min(numbers) >= 0 else None
    if len(numbers) < _SHORTEST_COLUMNS - 3:
        return None
    reads, _, read_sectors, read_ms, writes, _, write_sectors, write_ms, in_flight, busy_ms, waiting_ms = (
        numbers
    )
    if min(reads, read_sectors, read_ms, writes, write_sectors, write_ms, busy_ms, waiting_ms) < 0:
        return None
    return DiskCounters(
        reads,
        read_sectors,
        writes,
        write_sectors,
        read_ms,
        write_ms,
        # Kernels were seen to count requests in flight below zero.
        in_flight if 0 <= in_flight <= LARGEST_COUNT else None,
        busy_ms,
        waiting_ms,
    )
