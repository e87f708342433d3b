# SPDX-License-Identifier: Apache-2.0
"""Numbers as bytes: what is packed comes back, and what a column refuses is seen in its bytes."""

from ctypes import c_float
from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import FieldInfo, fields

from publisher.wire.columns import COLUMNS, ROWS
from publisher.wire.packing import COUNTS, Packing, packing_of
from publisher.wire.samples import DomainBlockSample, DomainInterfaceSample, DomainReport, DomainSample

REALS = Packing("f", 4, None)
WHOLE = (
    COUNTS,
    Packing("h", 2, 0),
    Packing("h", 2, 1 - 2**15),
    Packing("i", 4, -5),
    Packing("q", 8, 0),
    Packing("q", 8, 1 - 2**63),
)
TABLES: tuple[type[Struct], ...] = (DomainSample, DomainBlockSample, DomainInterfaceSample)
FIELDS = {f"{table.__name__}.{field.name}": field for table in TABLES for field in fields(table)}
# These make up infinity, NaN, the least integers, negative numbers, and any of them across two numbers.
AWKWARD = st.lists(st.sampled_from([0x00, 0x01, 0x7F, 0x80, 0xC0, 0xFF]), max_size=64).map(bytes)


def name(value: object) -> str | None:
    """Return how a packing or a struct is called in a test's name."""
    if isinstance(value, Packing):
        return f"{value.letter}>={value.least}"
    return value.__name__ if isinstance(value, type) else None


def greatest(packing: Packing) -> int:
    """Return the greatest integer of a width."""
    return int(2 ** (8 * packing.size_bytes - 1)) - 1


def kind(field: FieldInfo) -> inspect.Type:
    """Return the type of a field, beside None."""
    found = inspect.type_info(field.type)
    if isinstance(found, inspect.UnionType):
        (found,) = (each for each in found.types if not isinstance(each, inspect.NoneType))
    return found


def stands(packing: Packing, data: bytes, *, unknown: bool) -> bool:
    """Tell bit by bit whether one number may stand in a column."""
    if packing.least is None:
        exponent, fraction = int.from_bytes(data) >> 23 & 0xFF, int.from_bytes(data) & 0x7FFFFF
        return exponent < 0xFF or (unknown and fraction > 0)
    number = int.from_bytes(data, signed=True)
    return unknown if number == -greatest(packing) - 1 else number >= packing.least


@pytest.mark.parametrize("packing", WHOLE, ids=name)
@given(st.data())
def test_whole_numbers_come_back(packing: Packing, data: st.DataObject) -> None:
    """All that a width has but the least, which stands for one that is not known; big-endian."""
    least = -greatest(packing) - 1
    numbers = data.draw(st.lists(st.none() | st.integers(least + 1, greatest(packing))))
    octets = b"".join(
        (least if number is None else number).to_bytes(packing.size_bytes, signed=True) for number in numbers
    )

    assert octets == packing.pack(numbers)
    assert numbers == packing.unpack(octets)


@given(st.lists(st.none() | st.floats(-3.4e38, 3.4e38) | st.just(inf) | st.just(-inf) | st.just(nan)))
def test_figures_come_back_in_single_precision(numbers: list[float | None]) -> None:
    """To the sign of zero; what is no finite number is not known, and takes four bytes as well."""
    expected = [
        None if number is None or not isfinite(number) else c_float(number).value for number in numbers
    ]
    octets = REALS.pack(numbers)

    assert repr(expected) == repr(REALS.unpack(octets))
    assert 4 * len(numbers) == len(octets)


@pytest.mark.parametrize(
    ("figure", "octets"),
    [
        (1.0, "3f800000"),
        (-2.5, "c0200000"),
        (0.0, "00000000"),
        (-0.0, "80000000"),
        (2.0**-149, "00000001"),
        (2.0**128 - 2.0**104, "7f7fffff"),
        (None, "7fc00000"),
        (nan, "7fc00000"),
        (-nan, "7fc00000"),
        (-inf, "7fc00000"),
    ],
)
def test_figures_are_bytes_as_postgresql_has_them(figure: float | None, octets: str) -> None:
    """IEEE 754, sign and exponent first, and one NaN alone for what is not known."""
    assert octets == REALS.pack([figure]).hex()


@pytest.mark.parametrize("packing", [REALS, *WHOLE], ids=name)
def test_what_is_not_known_has_its_bytes(packing: Packing) -> None:
    """A consumer looks for them; no number within its bounds has them."""
    assert packing.unknown_bytes == packing.pack([None])
    assert [None, None] == packing.unpack(packing.unknown_bytes * 2)
    assert packing.least is None or packing.unknown < packing.least


@pytest.mark.parametrize("packing", [REALS, *WHOLE], ids=name)
def test_no_numbers_are_no_bytes(packing: Packing) -> None:
    """And no bytes are within all bounds."""
    assert (b"", []) == (packing.pack([]), packing.unpack(b""))
    assert packing.allows(b"", unknown=False)


@pytest.mark.parametrize("packing", WHOLE, ids=name)
@pytest.mark.parametrize("beyond", [0, 1, 2**70])
def test_a_whole_number_too_wide_is_an_error(packing: Packing, beyond: int) -> None:
    """So is the least, which would come back as not known."""
    for number in (greatest(packing) + 1 + beyond, -greatest(packing) - 1 - beyond):
        with pytest.raises(OverflowError):
            packing.pack([0, None, number])


@pytest.mark.parametrize("figure", [3.41e38, -3.41e38, 1e300, 10**39, -(10**400)])
def test_a_figure_too_wide_is_an_error(figure: float) -> None:
    """It is not made infinite, nor unknown."""
    with pytest.raises(OverflowError):
        REALS.pack([0.0, None, figure])


@pytest.mark.parametrize("packing", WHOLE, ids=name)
@pytest.mark.parametrize("figure", [0.5, 1.0, nan, inf])
def test_a_figure_among_whole_numbers_is_an_error(packing: Packing, figure: float) -> None:
    """Nothing is cut off to make it fit."""
    with pytest.raises(OverflowError):
        packing.pack([0, None, figure])


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize("packing", [REALS, *WHOLE], ids=name)
@given(data=AWKWARD | st.binary(max_size=64))
def test_bounds_are_those_of_each_number(packing: Packing, unknown: bool, data: bytes) -> None:
    """A look at all bytes at once sees what a look at each number sees."""
    size = packing.size_bytes
    data = data[: len(data) // size * size]
    expected = all(
        stands(packing, data[first : first + size], unknown=unknown) for first in range(0, len(data), size)
    )

    assert expected == packing.allows(data, unknown=unknown)


@pytest.mark.parametrize("infinity", ["7f800000", "ff800000"])
@pytest.mark.parametrize("shift", [1, 2, 3])
def test_infinity_across_two_numbers_is_none(infinity: str, shift: int) -> None:
    """Bytes that look like it where no number begins are two numbers."""
    data = bytes(shift) + bytes.fromhex(infinity) + bytes(4 - shift)

    assert REALS.allows(data, unknown=False)
    assert not REALS.allows(data + bytes.fromhex(infinity), unknown=True)


@pytest.mark.parametrize("packing", [packing for packing in WHOLE if packing.least == 0], ids=name)
def test_the_unknown_across_two_numbers_hides_no_negative_one(packing: Packing) -> None:
    """Its bytes where no number begins belong to two numbers, and each has its own sign."""
    size = packing.size_bytes
    for shift in range(1, size):
        harmless = bytes(shift) + packing.unknown_bytes + bytes(size - shift)
        negative = b"\x80" + harmless[1:]

        assert packing.allows(harmless + packing.unknown_bytes, unknown=True)
        assert not packing.allows(harmless + packing.unknown_bytes, unknown=False)
        assert not packing.allows(negative, unknown=True)
        assert not packing.allows(packing.unknown_bytes + negative, unknown=True)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_each_number_has_the_width_of_its_bounds(field: FieldInfo) -> None:
    """Every number of a domain is packed, no text is; none within its bounds is too wide, or not known."""
    found, packing = kind(field), packing_of(field.type)
    if not isinstance(found, inspect.IntType | inspect.FloatType):
        assert packing is None
        assert isinstance(found, inspect.StrType | inspect.LiteralType)
        return
    assert packing is not None
    assert found.ge is not None
    assert found.le is not None
    if isinstance(found, inspect.FloatType):
        assert REALS == packing
        assert [c_float(found.ge).value, c_float(found.le).value] == packing.unpack(
            packing.pack([found.ge, found.le])
        )
    else:
        assert (found.ge, found.le) == (packing.least, greatest(packing))
        assert [found.ge, found.le] == packing.unpack(packing.pack([found.ge, found.le]))
    assert packing.allows(packing.pack([found.ge, found.le]), unknown=False)


@pytest.mark.parametrize("table", ROWS, ids=name)
def test_the_columns_of_a_table_are_the_fields_of_its_rows(table: type[Struct]) -> None:
    """In their order. One with a default may be left out; one that is packed is bytes."""
    rows = fields(ROWS[table])
    columns = {field.name: field for field in fields(table)}

    assert [(field.name, field.default, packing_of(field.type)) for field in rows] == list(COLUMNS[table])
    assert [field.name for field in rows] == list(columns)[-len(rows) :]
    assert [field.default is NODEFAULT for field in rows] == [columns[field.name].required for field in rows]
    assert [packing_of(field.type) is not None for field in rows] == [
        columns[field.name].type is bytes for field in rows
    ]


def test_ids_and_places_have_the_width_of_an_id() -> None:
    """The one field of ``DomainReport`` that is a number; a device's domain is found by a number likewise."""
    (libvirt_id,) = (field for field in fields(DomainReport) if packing_of(field.type))

    assert ("libvirt_id", COUNTS) == (libvirt_id.name, packing_of(libvirt_id.type))


def test_a_number_without_the_bounds_of_a_column_has_no_packing() -> None:
    """Whoever adds such a field is told when the module is loaded."""
    with pytest.raises(KeyError):
        packing_of(int)
