# SPDX-License-Identifier: Apache-2.0
"""Numbers of a column as bytes: big-endian, as wide as the database has them.

A number that is not known is NaN, or the least integer of its width. Such a column becomes base64 in JSON,
and rows in a consumer, without an object per number (docs/decisions/0020).
"""

import struct
from collections.abc import Sequence
from math import isfinite, isnan, nan
from typing import Any, NamedTuple

from msgspec import inspect

# How infinity begins in single precision (IEEE 754), either sign: 1 for such a byte, 0 for any other. No
# figure is infinite, and a sum over one that is breaks a view.
_FIRST_OF_INFINITY = bytes(byte in b"\x7f\xff" for byte in range(256))
_SECOND_OF_INFINITY = bytes(byte in b"\x80" for byte in range(256))


class Packing(NamedTuple):
    """One kind of number: its letter in Python's struct module, its width, and the least that is allowed."""

    letter: str
    size_bytes: int
    least: int | None

    @property
    def unknown(self) -> float:
        """What stands for a number that is not known."""
        return nan if self.least is None else -(1 << self.size_bytes * 8 - 1)

    @property
    def unknown_bytes(self) -> bytes:
        """The same, packed."""
        return struct.pack(f">{self.letter}", self.unknown)

    def pack(self, numbers: Sequence[float | None]) -> bytes:
        """Return numbers as bytes; raise OverflowError for one that does not fit, or is no whole number.

        Infinity and NaN are no figures, and not known either.
        """
        unknown = self.unknown
        if self.least is None:
            known = [number if number is not None and isfinite(number) else unknown for number in numbers]
        elif unknown in numbers:
            raise OverflowError(f"{unknown} stands for a number that is not known")
        else:
            known = [unknown if number is None else number for number in numbers]
        try:
            return struct.pack(f">{len(known)}{self.letter}", *known)
        except struct.error as error:
            raise OverflowError(f"a number does not fit: {error}") from error

    def unpack(self, data: bytes) -> list[Any]:
        """Return the numbers in ``data``, None where one is not known."""
        found = struct.unpack(f">{len(data) // self.size_bytes}{self.letter}", data)
        if self.least is None:
            return [None if isnan(number) else number for number in found]
        unknown = self.unknown
        return [None if number == unknown else number for number in found] if unknown in found else [*found]

    def allows(self, data: bytes, *, unknown: bool) -> bool:
        """Tell whether all numbers in ``data`` are within bounds, and known where they must be.

        Most columns are decided by a look at their bytes, which costs a hundredth of unpacking them.
        """
        if self.least is None:
            if unknown and not _may_be_infinite(data):
                return True
        elif data[:: self.size_bytes].isascii():
            # No sign is set: nothing is negative.
            return True
        elif self.least == 0:
            # Without those that are not known no sign is set. Their bytes may be found across two numbers.
            # Then the only first byte that goes with them is a zero, and what remains stays in step.
            return unknown and data.replace(self.unknown_bytes, b"")[:: self.size_bytes].isascii()
        found = self.unpack(data)
        if None in found and not unknown:
            return False
        known = [number for number in found if number is not None]
        return all(map(isfinite, known)) if self.least is None else min(known, default=0) >= self.least


def _may_be_infinite(data: bytes) -> bool:
    """Tell whether a number in single precision begins as infinity does; hardly any other does."""
    first = int.from_bytes(data[::4].translate(_FIRST_OF_INFINITY))
    second = int.from_bytes(data[1::4].translate(_SECOND_OF_INFINITY))
    return first & second != 0


# Places, and numbers of things.
COUNTS = Packing("i", 4, 0)
# By the greatest number that a field may hold, which is the greatest of a column's type.
_INTEGERS = {2**15 - 1: ("h", 2), 2**31 - 1: ("i", 4), 2**63 - 1: ("q", 8)}


def packing_of(kind: Any) -> Packing | None:
    """Return how the values of a field travel that is declared so; None: as a list."""
    found = inspect.type_info(kind)
    if isinstance(found, inspect.UnionType):
        (found,) = (each for each in found.types if not isinstance(each, inspect.NoneType))
    if isinstance(found, inspect.FloatType):
        return Packing("f", 4, None)
    if isinstance(found, inspect.IntType):
        letter, size_bytes = _INTEGERS[found.le or 0]
        return Packing(letter, size_bytes, found.ge)
    return None
