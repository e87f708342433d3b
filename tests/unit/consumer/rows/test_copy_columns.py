# SPDX-License-Identifier: Apache-2.0
"""Columns become the rows of a binary COPY: every value at its place, null where nothing is known."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.rows.copy_columns import CopyColumn, constant, numbers, repeated, rows, texts
from publisher.wire.packing import Packing
from tests.unit.consumer.copy_stream import raw_rows

PACKINGS = {
    "h": Packing("h", 2, -32_767),
    "i": Packing("i", 4, 0),
    "q": Packing("q", 8, 0),
    "f": Packing("f", 4, None),
}
TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).map(
    str.encode
)


def integers(width: int) -> st.SearchStrategy[int | None]:
    """Return numbers that a column of so many bytes may hold."""
    return st.none() | st.integers(0, 2 ** (width * 8 - 1) - 1)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "h": integers(2),
    "i": integers(4),
    "q": integers(8),
    "f": st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
    "text": TEXTS,
}


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, list[Any]]]:
    """Draw columns of equal length with their kinds."""
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5))
    count = draw(st.integers(1, 12))
    return [(kind, draw(st.lists(VALUES[kind], min_size=count, max_size=count))) for kind in kinds]


def column(kind: str, values: list[Any]) -> CopyColumn:
    """Return a column of values."""
    return texts(values) if kind == "text" else numbers(PACKINGS[kind], PACKINGS[kind].pack(values))


def as_bytes(kind: str, value: Any) -> bytes | None:
    """Return a value as PostgreSQL sends and receives it."""
    return value if value is None or kind == "text" else struct.pack(f">{kind}", value)


@given(tables())
def test_rows_hold_what_the_columns_hold(table: list[tuple[str, list[Any]]]) -> None:
    """Whatever is null and however long the texts are: each value at its place, and nothing else."""
    expected = [
        list(row) for row in zip(*([as_bytes(k, v) for v in values] for k, values in table), strict=True)
    ]

    assert expected == raw_rows(b"".join(rows([column(*each) for each in table])))


@given(tables(), st.data())
def test_rows_that_are_not_wanted_are_left_out(
    table: list[tuple[str, list[Any]]], data: st.DataObject
) -> None:
    """The others are as they would be without them."""
    count = len(table[0][1])
    wanted = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    columns = [column(*each).of(np.array(wanted)) for each in table]
    everything = raw_rows(b"".join(rows([column(*each) for each in table])))

    assert [row for row, is_wanted in zip(everything, wanted, strict=True) if is_wanted] == raw_rows(
        b"".join(rows(columns))
    )


@pytest.mark.parametrize("count", [0, 1, 8_191, 8_192, 8_193, 20_000])
def test_long_columns_become_several_blocks(count: int) -> None:
    """Where a block ends makes no difference to the rows."""
    found = raw_rows(b"".join(rows([repeated(">i4", range(count), [1] * count), constant(b"ok", count)])))

    assert [[struct.pack(">i", number), b"ok"] for number in range(count)] == found


@pytest.mark.parametrize("text", [b"ok", b"", None])
def test_a_column_may_be_alike_in_all_rows(text: bytes | None) -> None:
    """An empty text is a text, and null is none."""
    assert [[text], [text]] == raw_rows(b"".join(rows([constant(text, 2)])))


def test_repeated_values_stand_as_often_as_told() -> None:
    """A count of 0 leaves one out."""
    found = raw_rows(b"".join(rows([repeated(">i8", [7, 8, 9], [2, 0, 1])])))

    assert [[struct.pack(">q", value)] for value in (7, 7, 9)] == found
