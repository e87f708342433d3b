# SPDX-License-Identifier: Apache-2.0
"""What a health reason is about: the file system that is full, the VM that waits. Pure.

What names an object is asked only where its rule fires. Names come from hosts and guests: they are data.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Literal

from msgspec import Struct

from publisher.wire.columns import ColumnBatch, DomainColumns
from publisher.wire.samples import HostDiskSample
from publisher.wire.states import IO_ERROR, PAUSED, RUNNING

Kind = Literal["filesystem", "disk", "sensor", "domain"]


class ReasonObject(Struct, frozen=True, omit_defaults=True):
    """One object of a host; ``name`` is a path, a device, a sensor or a VM's name, ``uuid`` that of a VM."""

    kind: Kind
    name: str
    uuid: str | None = None


def filesystem_usage(batch: ColumnBatch) -> list[tuple[float, str]]:
    """Return the used share of each file system whose size is known, with its path."""
    return [
        (1.0 - each.available_bytes / each.total_bytes, each.path)
        for each in batch.filesystems
        if each.total_bytes and each.available_bytes is not None
    ]


def steal_ratios(domains: DomainColumns) -> list[tuple[float, int]]:
    """Return the steal of each running VM that has one, with its place."""
    figures = zip(domains.figures("state"), domains.figures("steal_ratio"), strict=True)
    return [
        (steal, place)
        for place, (state, steal) in enumerate(figures)
        if steal is not None and state == RUNNING
    ]


def paused_on_error(domains: DomainColumns) -> list[int]:
    """Return the places of VMs that an I/O error paused."""
    if PAUSED not in (states := domains.figures("state")):
        return []
    found = zip(states, domains.figures("state_reason"), strict=True)
    return [place for place, state in enumerate(found) if state == (PAUSED, IO_ERROR)]


def fullest_filesystem(batch: ColumnBatch) -> ReasonObject | None:
    """Return the file system that is used most."""
    found = max(filesystem_usage(batch), key=itemgetter(0), default=None)
    return None if found is None else ReasonObject("filesystem", found[1])


def busiest_disk(batch: ColumnBatch) -> ReasonObject | None:
    """Return the disk that was busy most, of those that count for the host."""
    return _first((each.busy_ratio, each) for each in batch.disks if each.leaf)


def slowest_disk(batch: ColumnBatch) -> ReasonObject | None:
    """Return the disk whose requests took longest, of those that count for the host."""
    return _first((each.latency_seconds, each) for each in batch.disks if each.leaf)


def hottest_sensor(batch: ColumnBatch) -> ReasonObject | None:
    """Return the sensor of the CPU's temperature; older publishers do not name it."""
    name = batch.sample.cpu_temperature_sensor
    return None if name is None else ReasonObject("sensor", name)


def most_stolen_from(batch: ColumnBatch) -> ReasonObject | None:
    """Return the running VM that waited most for a CPU."""
    if batch.domains is None:
        return None
    found = max(steal_ratios(batch.domains), key=itemgetter(0), default=None)
    return None if found is None else _domain(batch.domains, found[1])


def first_paused_on_error(batch: ColumnBatch) -> ReasonObject | None:
    """Return the first VM, by name, that an I/O error paused: the same one at each sample."""
    if batch.domains is None:
        return None
    found = [_domain(batch.domains, place) for place in paused_on_error(batch.domains)]
    return min(found, key=lambda each: (each.name, each.uuid), default=None)


def _domain(domains: DomainColumns, place: int) -> ReasonObject:
    return ReasonObject("domain", domains.name[place], domains.uuid[place])


def _first(disks: Iterable[tuple[float | None, HostDiskSample]]) -> ReasonObject | None:
    known = [(figure, disk) for figure, disk in disks if figure is not None]
    found = max(known, key=itemgetter(0), default=None)
    return None if found is None else ReasonObject("disk", found[1].device)
