# SPDX-License-Identifier: Apache-2.0
"""Rows of binary COPY made of whole columns, without an object per value. Pure.

PostgreSQL documentation, COPY, "Binary Format": a row begins with the number of its columns. Each value
follows as its length in bytes, -1 for null, and the bytes. Here rows are laid out as if each value were known
and each text as long as the longest. The bytes that are too many are taken out of all rows at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from publisher.wire.packing import Packing

# Two megabytes of samples: enough that what a step costs by itself does not count, and no more memory.
_BLOCK_ROW_COUNT = 8_192
_NULL = -1


class CopyColumn(NamedTuple):
    """One column: its values, big-endian, and the length of each in bytes; None: as long as their type."""

    values: NDArray[Any]
    lengths: NDArray[np.int32] | None = None

    def of(self, rows: Any) -> "CopyColumn":
        """Return some rows of it: a slice, or an array that tells for each whether it is wanted."""
        return CopyColumn(self.values[rows], None if self.lengths is None else self.lengths[rows])


def numbers(packing: Packing, data: bytes) -> CopyColumn:
    """Return packed numbers as a column, null where one is not known."""
    values: NDArray[Any] = np.frombuffer(
        data, f">{'f' if packing.least is None else 'i'}{packing.size_bytes}"
    )
    absent = np.isnan(values) if packing.least is None else values == packing.unknown
    if not absent.any():
        return CopyColumn(values)
    return CopyColumn(values, np.where(absent, np.int32(_NULL), np.int32(packing.size_bytes)))


def texts(values: Sequence[bytes | None]) -> CopyColumn:
    """Return texts in UTF-8, none of which ends with NUL, as a column."""
    lengths = [_NULL if value is None else len(value) for value in values]
    return CopyColumn(np.array([value or b"" for value in values], np.bytes_), np.array(lengths, np.int32))


def repeated(kind: str, values: Sequence[int], counts: Sequence[int]) -> CopyColumn:
    """Return a column with each of some integers as many times as the count beside it says."""
    return CopyColumn(np.repeat(np.array(values, kind), counts))


def constant(value: bytes | None, count: int) -> CopyColumn:
    """Return a column that has one text, or null, in each row."""
    lengths = None if value else np.full(count, _NULL if value is None else 0, np.int32)
    return CopyColumn(np.full(count, value or b""), lengths)


def rows(columns: Sequence[CopyColumn]) -> Iterator[bytes]:
    """Yield the bytes of the rows that columns of equal length make, in blocks."""
    for first in range(0, len(columns[0].values), _BLOCK_ROW_COUNT):
        yield _block([column.of(slice(first, first + _BLOCK_ROW_COUNT)) for column in columns])


class _Layout:
    """How a row lies in memory if nothing of it is null."""

    def __init__(self, kinds: Iterable[np.dtype[Any]]) -> None:
        fields: list[Any] = [("column_count", ">i2")]
        self.spans = []
        offset = 2
        for place, kind in enumerate(kinds):
            fields += [(f"length{place}", ">i4"), (f"value{place}", kind)]
            self.spans.append(slice(offset + 4, offset + 4 + kind.itemsize))
            offset = self.spans[-1].stop
        self.kind = np.dtype(fields)
        model = np.zeros((), self.kind)
        model["column_count"] = len(self.spans)
        for place, span in enumerate(self.spans):
            model[f"length{place}"] = span.stop - span.start
        self.model = np.frombuffer(model.tobytes(), np.uint8)


# Widths of texts are part of it, and senders' choice.
@lru_cache(maxsize=256)
def _layout(kinds: tuple[np.dtype[Any], ...]) -> _Layout:
    return _Layout(kinds)


def _block(columns: Sequence[CopyColumn]) -> bytes:
    layout = _layout(tuple(column.values.dtype for column in columns))
    octets = np.empty((len(columns[0].values), layout.kind.itemsize), np.uint8)
    octets[:] = layout.model
    block = octets.view(layout.kind)[:, 0]
    kept: NDArray[np.bool_] | None = None
    for place, (values, lengths) in enumerate(columns):
        block[f"value{place}"] = values
        if lengths is None:
            continue
        block[f"length{place}"] = lengths
        kept = np.ones(octets.shape, np.bool_) if kept is None else kept
        part = kept[:, layout.spans[place]]
        if values.dtype.kind == "S":
            part[:] = np.arange(part.shape[1]) < lengths[:, np.newaxis]
        else:
            # All bytes of a number at once.
            whole = part.view(f"u{part.shape[1]}")[:, 0]
            whole[:] = np.where(lengths == _NULL, 0, np.ones(part.shape[1], np.bool_).view(whole.dtype))
    return (octets if kept is None else octets[kept]).tobytes()
