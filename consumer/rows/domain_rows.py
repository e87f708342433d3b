# SPDX-License-Identifier: Apache-2.0
"""The rows of domains and their devices in one flush: nearly all there is to store.

They are kept as they travelled, by column, and become bytes when the flush is full, thousands at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from operator import attrgetter, itemgetter
from typing import NamedTuple

from consumer.inventory.placement import Placements
from consumer.rows.encoding import Encoded, Row
from consumer.rows.table_slices import TableSlice, encode_slices
from consumer.rows.tables import (
    DOMAIN_BLOCK_SAMPLES,
    DOMAIN_BLOCK_SAMPLES_ELSEWHERE,
    DOMAIN_INTERFACE_SAMPLES,
    DOMAIN_INTERFACE_SAMPLES_ELSEWHERE,
    DOMAIN_LATEST,
    DOMAIN_SAMPLES,
    DOMAIN_SAMPLES_ELSEWHERE,
    Table,
)
from publisher.wire.columns import DeviceColumns, DomainColumns, owners
from publisher.wire.packing import COUNTS

# Where a batch's domains go, and its block devices and interfaces.
_SERIES = (DOMAIN_SAMPLES, DOMAIN_BLOCK_SAMPLES, DOMAIN_INTERFACE_SAMPLES)
_ELSEWHERE = (
    DOMAIN_SAMPLES_ELSEWHERE,
    DOMAIN_BLOCK_SAMPLES_ELSEWHERE,
    DOMAIN_INTERFACE_SAMPLES_ELSEWHERE,
)


class Origin(NamedTuple):
    """Where and when a batch was sampled, and when it came; in microseconds as the rows module has them."""

    host: str
    host_id: int
    at: int
    received: int


class LatestReport(NamedTuple):
    """A batch's report on the domains that live on its host, beside their samples."""

    at: int
    received: int
    placements: Placements
    samples: TableSlice
    libvirt_ids: bytes
    reasons: Iterable[str | None]

    @property
    def taken(self) -> int:
        """When it was taken at the latest: a host whose clock is ahead claims a time after the arrival."""
        return min(self.at, self.received)

    def rows(self) -> Iterator[tuple[int | None, Row]]:
        """Return rows of DOMAIN_LATEST_KEYS by key."""
        ids, resident = self.placements.ids, self.placements.resident
        libvirt_ids = COUNTS.unpack(self.libvirt_ids) or repeat(None)
        found = zip(ids, repeat(self.at), libvirt_ids, self.reasons, repeat(self.received), strict=False)
        return compress(zip(ids, found, strict=True), resident)


class DomainRows:
    """The rows of one flush. ``held`` is what the flush before it left, by host."""

    def __init__(self, held: Mapping[str, Sequence[LatestReport]]) -> None:
        self._slices: dict[Table, list[TableSlice]] = {}
        self._latest = {host: list(reports) for host, reports in held.items()}

    def add(self, domains: DomainColumns, origin: Origin, placements: Placements) -> None:
        """Add a batch's domains; raises DataRefused, with nothing added, for a text that is no UTF-8."""
        host, _, at, received = origin
        found = _slices(_SERIES, domains, origin, placements.ids, placements.packed_ids)
        samples = found[DOMAIN_SAMPLES]
        if placements.elsewhere_ids is not None:
            packed = COUNTS.pack(placements.elsewhere_ids)
            found |= _slices(_ELSEWHERE, domains, origin, placements.elsewhere_ids, packed)
        for table, each in found.items():
            self._slices.setdefault(table, []).append(each)
        if any(placements.resident):
            reasons = list(map(domains.reasons.get, domains.uuid)) if domains.reasons else repeat(None)
            report = LatestReport(at, received, placements, samples, domains.libvirt_id, reasons)
            self._keep_latest(host, report)

    def hold_back(self, host: str) -> Sequence[LatestReport]:
        """Take out the latest reports of a host, for the next flush."""
        return self._latest.pop(host, ())

    def encoded(self) -> dict[Table, Encoded]:
        """Return the rows by host and time, which keeps the pages of the index in the server's cache."""
        found = {
            table: encode_slices(table, sorted(slices, key=itemgetter(0, 1)))
            for table, slices in self._slices.items()
        }
        if latest := [report.samples for report in self._latest_in_order()]:
            if set(map(id, latest)) == set(map(id, self._slices.get(DOMAIN_SAMPLES, ()))):
                # Nearly always, unless there is a backlog.
                found[DOMAIN_LATEST] = found[DOMAIN_SAMPLES]
            else:
                found[DOMAIN_LATEST] = encode_slices(DOMAIN_SAMPLES, latest)
        return {table: made for table, made in found.items() if made.row_count}

    def latest_rows(self) -> list[Row]:
        """Return the newest row of DOMAIN_LATEST_KEYS for each domain.

        Of two rows of one time, it is the one that came last.
        """
        found: dict[int | None, Row] = {}
        for report in self._latest_in_order():
            found.update(report.rows())
        return list(found.values())

    def _latest_in_order(self) -> list[LatestReport]:
        found = [report for reports in self._latest.values() for report in reports]
        return sorted(found, key=attrgetter("taken"))

    def _keep_latest(self, host: str, report: LatestReport) -> None:
        """Keep a report; nearly always it replaces the one before it, which is of the same domains."""
        reports = self._latest.setdefault(host, [])
        last = reports[-1] if reports else None
        if last and last.placements == report.placements and last.taken <= report.taken:
            reports[-1] = report
        else:
            reports.append(report)


def _slices(
    tables: tuple[Table, Table, Table],
    domains: DomainColumns,
    origin: Origin,
    ids: Sequence[int | None],
    packed_ids: bytes,
) -> dict[Table, TableSlice]:
    """Return a batch's part of each table, of the domains that have a key."""
    _, host_id, at, _ = origin
    of_domains, *of_devices = tables
    found = {of_domains: TableSlice.of(host_id, at, packed_ids, domains.sample)}
    for table, devices in zip(of_devices, (domains.blocks, domains.interfaces), strict=True):
        if devices is not None:
            found[table] = TableSlice.of(host_id, at, COUNTS.pack(_device_keys(devices, ids)), devices)
    return found


def _device_keys(devices: DeviceColumns, ids: Sequence[int | None]) -> list[int | None]:
    """Return the domain's key for each device, None for what is not stored.

    A domain may have several devices of one name, since a MAC may occur twice. The first one is stored.
    """
    keys = [ids[place] for place in owners(devices)]
    named = list(zip(keys, devices.device, strict=True))
    if len(set(named)) < len(named):
        first = {name: place for place, name in reversed(list(enumerate(named)))}
        keys = [key if first[named[place]] == place else None for place, key in enumerate(keys)]
    return keys
