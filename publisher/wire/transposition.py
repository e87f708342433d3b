# SPDX-License-Identifier: Apache-2.0
"""Between a batch as its producer builds it, an object per domain, and as it travels, a list per field."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import astuple

from publisher.wire.columns import (
    FIELDS,
    ROWS,
    ColumnBatch,
    DomainBlockColumns,
    DomainColumns,
    DomainInterfaceColumns,
    DomainSampleColumns,
    lists,
)
from publisher.wire.samples import Batch, DomainReport, Real, SampleBatch

# About as exact as a real of PostgreSQL (24 bits); the rest of a double would be bytes without a meaning.
_DIGITS = 7
_REALS = (Real, Real | None)


def in_columns(batch: SampleBatch) -> ColumnBatch:
    """Return a batch as it travels; raises what rounding a figure raises that is none."""
    domains = None if batch.domains is None else columns_of(batch.domains)
    return ColumnBatch(domains=domains, **_parts(batch))


def in_reports(batch: ColumnBatch) -> SampleBatch:
    """Return a batch as its producer built it, with figures of as many digits as travelled."""
    domains = None if batch.domains is None else reports_of(batch.domains)
    return SampleBatch(domains=domains, **_parts(batch))


def columns_of(reports: Sequence[DomainReport]) -> DomainColumns:
    """Return reports as columns."""
    libvirt_ids = [report.libvirt_id for report in reports]
    return DomainColumns(
        uuid=[report.uuid for report in reports],
        name=[report.name for report in reports],
        libvirt_id=libvirt_ids if any(each is not None for each in libvirt_ids) else [],
        sample=_table(DomainSampleColumns, [report.sample for report in reports]),
        reasons={report.uuid: report.reason for report in reports if report.reason is not None},
        descriptions={report.uuid: report.description for report in reports if report.description},
        blocks=_devices(DomainBlockColumns, [report.blocks for report in reports]),
        interfaces=_devices(DomainInterfaceColumns, [report.interfaces for report in reports]),
    )


def reports_of(domains: DomainColumns) -> list[DomainReport]:
    """Return columns as reports."""
    blocks, interfaces = _by_domain(domains, domains.blocks), _by_domain(domains, domains.interfaces)
    listed = zip(domains.uuid, domains.name, domains.libvirt_ids, _rows(domains.sample), strict=True)
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


def _parts(batch: Batch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in Batch.__struct_fields__}


def _devices(kind: type[Struct], devices: Sequence[Sequence[Struct]]) -> Any:
    domain = [place for place, found in enumerate(devices) for _ in found]
    return _table(kind, [device for found in devices for device in found], domain=domain) if domain else None


def _table(kind: type[Struct], rows: Sequence[Struct], **first: list[int]) -> Any:
    columns: dict[str, Any] = dict(first)
    found = zip(*map(astuple, rows), strict=True) if rows else [()] * len(FIELDS[kind])
    for field, values in zip(FIELDS[kind], found, strict=True):
        if field.default is NODEFAULT or values.count(field.default) < len(values):
            columns[field.name] = list(map(_rounded, values) if field.type in _REALS else values)
    return kind(**columns)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def _by_domain(domains: DomainColumns, table: Any) -> list[list[Any]]:
    found: list[list[Any]] = [[] for _ in domains.uuid]
    if table is not None:
        for place, device in zip(table.domain, _rows(table), strict=True):
            found[place].append(device)
    return found


def _rows(table: Struct) -> Iterator[Any]:
    row, names = ROWS[type(table)], [field.name for field in FIELDS[type(table)]]
    given = {name: values for name, values in zip(names, lists(table), strict=True) if values}
    for figures in zip(*given.values(), strict=True):
        yield row(**dict(zip(given, figures, strict=True)))
