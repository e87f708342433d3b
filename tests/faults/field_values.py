# SPDX-License-Identifier: Apache-2.0
"""Values of AMQP header fields that pika cannot send: doubles, and any type's bytes as they stand.

pika has no encoding of a float. It takes a timestamp for a datetime, which ends with the year 9999.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from pika import data

_encode_value: Callable[[list[Any], Any], int] = data.encode_value


class Field(NamedTuple):
    """A value by its type, one letter of AMQP 0-9-1, and its bytes."""

    kind: bytes
    packed: bytes


def timestamp(seconds: int) -> Field:
    """Return a timestamp, unsigned and as far ahead as 64 bits reach."""
    return Field(b"T", struct.pack(">Q", seconds))


def decimal(places: int, digits: int) -> Field:
    """Return a decimal: 32 bits, of which up to 255 places are behind the point."""
    return Field(b"D", struct.pack(">Bi", places, digits))


def real(bits: bytes) -> Field:
    """Return a float of four bytes, which may be no number."""
    return Field(b"f", bits)


@contextmanager
def every_field_type() -> Iterator[None]:
    """Let pika send floats as doubles, and each ``Field`` as it is; for the whole process."""
    data.encode_value = _encode
    try:
        yield
    finally:
        data.encode_value = _encode_value


def _encode(pieces: list[Any], value: Any) -> int:
    if isinstance(value, float):
        value = Field(b"d", struct.pack(">d", value))
    if not isinstance(value, Field):
        return _encode_value(pieces, value)
    pieces.append(value.kind + value.packed)
    return 1 + len(value.packed)
