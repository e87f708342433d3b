# SPDX-License-Identifier: Apache-2.0
"""Reads rows of binary COPY, by PostgreSQL's documentation of the format and nothing of the consumer's."""

import struct

from consumer.rows.encoding import Encoded

RawRow = list[bytes | None]


def raw_rows(data: bytes) -> list[RawRow]:
    """Return the bytes of each value of each row, None for null; raise AssertionError for bytes left over."""
    found, place = [], 0

    def number(kind: str) -> int:
        nonlocal place
        (value,) = struct.unpack_from(kind, data, place)
        place += struct.calcsize(kind)
        return int(value)

    while place < len(data):
        row: RawRow = []
        for _ in range(number(">h")):
            length = number(">i")
            row.append(None if length < 0 else data[place : place + length])
            place += max(0, length)
        found.append(row)
    assert place == len(data)
    return found


def rows_of(encoded: Encoded) -> list[RawRow]:
    """Return the rows of a table's share in a flush."""
    found = raw_rows(b"".join(encoded.blocks))
    assert encoded.row_count == len(found)
    return found


def integers(rows: list[RawRow], place: int) -> list[int]:
    """Return an integer column, which must be known in each row."""
    return [int.from_bytes(row[place] or b"", "big", signed=True) for row in rows]
