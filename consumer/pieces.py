# SPDX-License-Identifier: Apache-2.0
"""What a batch has for a table of domains, as it travelled, and the rows that many of them make. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from msgspec import Struct

from consumer.encoding import Encoded
from consumer.errors import DataRefused
from consumer.records import Cells, alike, numbers, repeated, rows, texts
from consumer.tables import COLUMN_TABLES, Table
from publisher.wire.columns import COLUMNS, Column, parts
from publisher.wire.packing import COUNTS

# Enough rows that what a step costs by itself does not count.
_ROWS_AT_ONCE = 4_096


class Piece(NamedTuple):
    """What one batch has for one table: keys of domains, packed, and the wire's columns, texts in UTF-8."""

    host_id: int
    at: int
    ids: bytes
    columns: Sequence[Any]

    @classmethod
    def of(cls, host_id: int, at: int, ids: bytes, table: Struct) -> "Piece":
        """Return what a table has; raise DataRefused for a text that is no UTF-8."""
        columns = [_in_utf8(part) if isinstance(part, list) else part for part in parts(table)]
        return cls(host_id, at, ids, columns)

    def slices(self, table: Table, length: int) -> "Iterator[Piece]":
        """Yield it in parts of at most so many rows."""
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


def encoded(table: Table, pieces: Sequence[Piece]) -> Encoded:
    """Return the rows of the pieces in their order, without those that have no key."""
    blocks: list[bytes] = []
    count = 0
    for group in _groups(table, pieces):
        columns = _cells(table, group)
        blocks += rows(columns)
        count += len(columns[0].values)
    return Encoded(tuple(blocks), count)


def _in_utf8(values: list[str | None]) -> list[bytes | None]:
    try:
        return [None if value is None else value.encode() for value in values]
    except UnicodeEncodeError as error:
        raise DataRefused(f"{type(error).__name__}: {error}") from error


def _groups(table: Table, pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces that are encoded together: no more rows than twice _ROWS_AT_ONCE, however many one has.

    Each text of a group takes as much memory as the longest of them.
    """
    group: list[Piece] = []
    length = 0
    short = chain.from_iterable(
        piece.slices(table, _ROWS_AT_ONCE) if piece.length > _ROWS_AT_ONCE else (piece,) for piece in pieces
    )
    for piece in short:
        group.append(piece)
        length += piece.length
        if length >= _ROWS_AT_ONCE:
            yield group
            group, length = [], 0
    if group:
        yield group


def _cells(table: Table, pieces: Sequence[Piece]) -> list[Cells]:
    """Return the columns of a table, without the rows that have no key."""
    counts = [piece.length for piece in pieces]
    wire = zip(*(piece.columns for piece in pieces), strict=True)
    by_name = {
        column.name: _cells_of(column, found, counts)
        for column, found in zip(COLUMNS[COLUMN_TABLES[table]], wire, strict=True)
    }
    by_name["domain_id"] = ids = numbers(COUNTS, b"".join(piece.ids for piece in pieces))
    by_name["sampled_at"] = repeated(">i8", [piece.at for piece in pieces], counts)
    by_name["host_id"] = repeated(">i4", [piece.host_id for piece in pieces], counts)
    columns = [by_name[name] for name in table.columns]
    return columns if ids.lengths is None else [column.of(ids.lengths > 0) for column in columns]


def _cells_of(column: Column, found: Sequence[Any], counts: Sequence[int]) -> Cells:
    """Return one column of several pieces; one that a piece leaves out has its default there."""
    if column.packing is not None:
        nothing = column.packing.unknown_bytes
        return numbers(
            column.packing,
            b"".join([part or nothing * count for part, count in zip(found, counts, strict=True)]),
        )
    default = column.default.encode() if isinstance(column.default, str) else None
    if not any(found):
        return alike(default, sum(counts))
    values = (part or [default] * count for part, count in zip(found, counts, strict=True))
    return texts(list(chain.from_iterable(values)))
