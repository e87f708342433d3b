# SPDX-License-Identifier: Apache-2.0
"""The columns that a batch has for a table of domains, and the rows that many batches make. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from msgspec import Struct

from consumer.errors import DataRefused
from consumer.rows.copy_columns import CopyColumn, constant, numbers, repeated, rows, texts
from consumer.rows.encoding import Encoded
from consumer.rows.tables import COLUMN_TABLES, Table
from publisher.wire.columns import COLUMNS, Column, parts
from publisher.wire.packing import COUNTS

# Enough rows that what a step costs by itself does not count.
_ROWS_AT_ONCE = 4_096


class TableSlice(NamedTuple):
    """One batch's part of one table: the packed keys of domains, and the wire's columns, texts in UTF-8."""

    host_id: int
    at: int
    ids: bytes
    columns: Sequence[Any]

    @classmethod
    def of(cls, host_id: int, at: int, ids: bytes, table: Struct) -> "TableSlice":
        """Return the part of a table; raise DataRefused for a text that is no UTF-8."""
        columns = [_in_utf8(part) if isinstance(part, list) else part for part in parts(table)]
        return cls(host_id, at, ids, columns)

    def split(self, table: Table, length: int) -> "Iterator[TableSlice]":
        """Yield it in slices of at most ``length`` rows."""
        columns = COLUMNS[COLUMN_TABLES[table]]
        sizes = [column.packing.size_bytes if column.packing else 1 for column in columns]
        for first in range(0, self.length, length):
            last = first + length
            yield self._replace(
                ids=self.ids[first * COUNTS.size_bytes : last * COUNTS.size_bytes],
                columns=[
                    part[first * size : last * size] for part, size in zip(self.columns, sizes, strict=True)
                ],
            )

    @property
    def length(self) -> int:
        """How many rows the columns have, those without a key among them."""
        return len(self.ids) // COUNTS.size_bytes


def encode_slices(table: Table, slices: Sequence[TableSlice]) -> Encoded:
    """Return the rows of the slices in their order, without those that have no key."""
    blocks: list[bytes] = []
    count = 0
    for group in _groups(table, slices):
        columns = _copy_columns(table, group)
        blocks += rows(columns)
        count += len(columns[0].values)
    return Encoded(tuple(blocks), count)


def _in_utf8(values: list[str | None]) -> list[bytes | None]:
    try:
        return [None if value is None else value.encode() for value in values]
    except UnicodeEncodeError as error:
        raise DataRefused(f"{type(error).__name__}: {error}") from error


def _groups(table: Table, slices: Iterable[TableSlice]) -> Iterator[list[TableSlice]]:
    """Yield groups of slices that are encoded together, of fewer than twice _ROWS_AT_ONCE rows.

    Each text of a group takes as much memory as the longest of them.
    """
    group: list[TableSlice] = []
    length = 0
    short = chain.from_iterable(
        each.split(table, _ROWS_AT_ONCE) if each.length > _ROWS_AT_ONCE else (each,) for each in slices
    )
    for each in short:
        group.append(each)
        length += each.length
        if length >= _ROWS_AT_ONCE:
            yield group
            group, length = [], 0
    if group:
        yield group


def _copy_columns(table: Table, slices: Sequence[TableSlice]) -> list[CopyColumn]:
    """Return the columns of a table, without the rows that have no key."""
    counts = [each.length for each in slices]
    wire = zip(*(each.columns for each in slices), strict=True)
    by_name = {
        column.name: _copy_column(column, found, counts)
        for column, found in zip(COLUMNS[COLUMN_TABLES[table]], wire, strict=True)
    }
    by_name["domain_id"] = ids = numbers(COUNTS, b"".join(each.ids for each in slices))
    by_name["sampled_at"] = repeated(">i8", [each.at for each in slices], counts)
    by_name["host_id"] = repeated(">i4", [each.host_id for each in slices], counts)
    columns = [by_name[name] for name in table.columns]
    return columns if ids.lengths is None else [column.of(ids.lengths > 0) for column in columns]


def _copy_column(column: Column, found: Sequence[Any], counts: Sequence[int]) -> CopyColumn:
    """Return one column of several slices; a slice that leaves it out has its default."""
    if column.packing is not None:
        nothing = column.packing.unknown_bytes
        return numbers(
            column.packing,
            b"".join([part or nothing * count for part, count in zip(found, counts, strict=True)]),
        )
    default = column.default.encode() if isinstance(column.default, str) else None
    if not any(found):
        return constant(default, sum(counts))
    values = (part or [default] * count for part, count in zip(found, counts, strict=True))
    return texts(list(chain.from_iterable(values)))
