# SPDX-License-Identifier: Apache-2.0
"""One row of a time series, as the ledger expects it and as the database has it; compared bit by bit."""

import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from publisher.wire.codec import decode_event, decode_sample
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.transposition import in_reports

# The only columns of figures that are double precision.
DOUBLES = {"uptime_seconds"}
# These name the row, and are compared as its key.
_KEYS = {"device", "path"}


class RowKey(NamedTuple):
    """What names a row: table, host or VM, device or path, instant in microseconds since 1970."""

    table: str
    owner: str
    device: str
    at_microseconds: int


class StoredName(NamedTuple):
    """What a host, by its id, or a VM, by its UUID, was called at some time."""

    owner: str
    name: str


class StoredRow(NamedTuple):
    """A row with the host it is stored under; None where the database knows no such host."""

    key: RowKey
    host: str | None
    values: Mapping[str, Any]


def microseconds(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970, without a float between."""
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond


def rows_of_message(body: bytes, *, event: bool) -> list[StoredRow]:
    """Return the rows that a valid message becomes; raise DecodeError."""
    if event:
        return [_event_row(decode_event(body))]
    return list(_batch_rows(in_reports(decode_sample(body))))


def names_of_message(body: bytes, host: str) -> list[StoredName]:
    """Return the names in a valid batch of a host, none in another's; raise DecodeError."""
    batch = decode_sample(body)
    if batch.host != host:
        return []
    domains = batch.domains
    names = [] if domains is None else list(map(StoredName, domains.uuid, domains.name))
    return [StoredName(host, batch.identity.hostname), *names]


def differing_columns(expected: StoredRow, stored: StoredRow) -> list[str]:
    """Return the columns whose values differ, the host's name first."""
    differing = [] if expected.host == stored.host else ["host"]
    differing += [
        name for name, value in expected.values.items() if not is_same(name, value, stored.values.get(name))
    ]
    return differing


def is_same(name: str, expected: object, stored: object) -> bool:
    """Tell whether a value came back bit for bit, in the width of its column."""
    if isinstance(expected, bool) or isinstance(stored, bool):
        return expected is stored
    if isinstance(expected, int | float) and isinstance(stored, float):
        form = "<d" if name in DOUBLES else "<f"
        return struct.pack(form, expected) == struct.pack(form, stored)
    return expected == stored


def _event_row(event: Event) -> StoredRow:
    # Its key is (host, epoch, sequence): two events may happen at one instant.
    key = RowKey("events", event.host, f"{event.epoch}/{event.sequence}", microseconds(event.occurred_at))
    return StoredRow(key, event.host, {"kind": event.kind, "detail": event.detail})


def _batch_rows(batch: SampleBatch) -> Iterator[StoredRow]:
    at, host = microseconds(batch.sampled_at), batch.host
    yield StoredRow(RowKey("host_samples", host, "", at), host, _values(batch.sample))
    for disk in batch.disks:
        yield StoredRow(RowKey("host_disk_samples", host, disk.device, at), host, _values(disk))
    for interface in batch.interfaces:
        key = RowKey("host_interface_samples", host, interface.device, at)
        yield StoredRow(key, host, _values(interface))
    for filesystem in batch.filesystems:
        key = RowKey("host_filesystem_samples", host, filesystem.path, at)
        yield StoredRow(key, host, _values(filesystem))
    for report in batch.domains or ():
        yield StoredRow(RowKey("domain_samples", report.uuid, "", at), host, _values(report.sample))
        for block in report.blocks:
            key = RowKey("domain_block_samples", report.uuid, block.device, at)
            yield StoredRow(key, host, _values(block))
        for port in report.interfaces:
            key = RowKey("domain_interface_samples", report.uuid, port.device, at)
            yield StoredRow(key, host, _values(port))


def _values(sample: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(sample).items() if name not in _KEYS}
