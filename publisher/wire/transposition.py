# SPDX-License-Identifier: Apache-2.0
"""Between a batch as its producer builds it, an object per domain, and as it travels, a column per field."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import astuple

from publisher.wire.columns import (
    COLUMNS,
    ROWS,
    ColumnBatch,
    DeviceColumns,
    DomainBlockColumns,
    DomainColumns,
    DomainInterfaceColumns,
    DomainSampleColumns,
    owners,
    parts,
)
from publisher.wire.packing import COUNTS
from publisher.wire.samples import Batch, DomainReport, SampleBatch


def in_columns(batch: SampleBatch) -> ColumnBatch:
    """Return a batch as it travels; raise OverflowError for a number that is too wide."""
    domains = None if batch.domains is None else columns_of(batch.domains)
    return ColumnBatch(domains=domains, **_common(batch))


def in_reports(batch: ColumnBatch) -> SampleBatch:
    """Return a batch as its producer built it, with figures as exact as a real of PostgreSQL."""
    domains = None if batch.domains is None else reports_of(batch.domains)
    return SampleBatch(domains=domains, **_common(batch))


def columns_of(reports: Sequence[DomainReport]) -> DomainColumns:
    """Return reports as columns; raise OverflowError for a number that is too wide."""
    libvirt_ids = [report.libvirt_id for report in reports]
    return DomainColumns(
        uuid=[report.uuid for report in reports],
        name=[report.name for report in reports],
        libvirt_id=COUNTS.pack(libvirt_ids) if any(each is not None for each in libvirt_ids) else b"",
        sample=_table(DomainSampleColumns, [report.sample for report in reports]),
        reasons={report.uuid: report.reason for report in reports if report.reason is not None},
        descriptions={report.uuid: report.description for report in reports if report.description},
        blocks=_devices(DomainBlockColumns, [report.blocks for report in reports]),
        interfaces=_devices(DomainInterfaceColumns, [report.interfaces for report in reports]),
    )


def reports_of(domains: DomainColumns) -> list[DomainReport]:
    """Return columns as reports."""
    count = len(domains.uuid)
    blocks, interfaces = _by_domain(count, domains.blocks), _by_domain(count, domains.interfaces)
    samples = _rows(domains.sample, count)
    listed = zip(domains.uuid, domains.name, domains.libvirt_ids, samples, strict=True)
    return [
        DomainReport(
            uuid=uuid,
            name=name,
            libvirt_id=libvirt_id,
            sample=sample,
            reason=domains.reasons.get(uuid),
            blocks=blocks[place],
            interfaces=interfaces[place],
            description=domains.descriptions.get(uuid),
        )
        for place, (uuid, name, libvirt_id, sample) in enumerate(listed)
    ]


def _common(batch: Batch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in Batch.__struct_fields__}


def _devices(kind: type[Struct], devices: Sequence[Sequence[Struct]]) -> Any:
    domain = [place for place, found in enumerate(devices) for _ in found]
    rows = [device for found in devices for device in found]
    return _table(kind, rows, domain=COUNTS.pack(domain)) if domain else None


def _table(kind: type[Struct], rows: Sequence[Struct], **first: bytes) -> Any:
    found = zip(*map(astuple, rows), strict=True) if rows else [()] * len(COLUMNS[kind])
    columns: dict[str, Any] = dict(first)
    for column, values in zip(COLUMNS[kind], found, strict=True):
        if column.default is NODEFAULT or values.count(column.default) < len(values):
            columns[column.name] = column.packing.pack(values) if column.packing else list(values)
    return kind(**columns)


def _by_domain(count: int, devices: DeviceColumns | None) -> list[list[Any]]:
    found: list[list[Any]] = [[] for _ in range(count)]
    if devices is not None:
        for place, device in zip(owners(devices), _rows(devices, len(devices.device)), strict=True):
            found[place].append(device)
    return found


def _rows(table: Struct, count: int) -> Iterator[Any]:
    row, columns = ROWS[type(table)], COLUMNS[type(table)]
    names = [column.name for column in columns]
    found = (column.values(part, count) for column, part in zip(columns, parts(table), strict=True))
    for values in zip(*found, strict=True):
        yield row(**dict(zip(names, values, strict=True)))
