# SPDX-License-Identifier: Apache-2.0
"""Columns of domains that cannot be read as rows are refused, whatever is wrong with them."""

import base64
import json
import struct
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from publisher.wire.codec import DecodeError, decode_sample
from publisher.wire.columns import DomainColumns
from publisher.wire.transposition import reports_of

PAYLOADS = Path(__file__).resolve().parents[3] / "fixtures" / "payloads" / "v1"
SAMPLE = (PAYLOADS / "sample_full.json").read_bytes()
UUID = "6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f30"


def octets(data: bytes) -> str:
    """Return bytes as they stand in a message."""
    return base64.b64encode(data).decode()


def packed(letter: str, *numbers: float) -> str:
    """Return a column of numbers as it stands in a message."""
    return octets(struct.pack(f">{len(numbers)}{letter}", *numbers))


def changed(place: str, *values: Any) -> bytes:
    """Return the full sample, which has one domain, with another value at a place of it, or with none."""
    tree = json.loads(SAMPLE)
    *above, key = place.split(".")
    table = tree["domains"]
    for name in above:
        table = table[name]
    del table[key]
    if values:
        (table[key],) = values
    return json.dumps(tree).encode()


def domains(body: bytes) -> DomainColumns:
    """Return the domains of a body."""
    found = decode_sample(body).domains
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("uuid", []),
        ("uuid", [UUID, UUID]),
        ("name", []),
        ("name", ["a name", "another"]),
        ("libvirt_id", packed("i", 1, 2)),
        ("libvirt_id", packed("q", 1)),
        ("libvirt_id", octets(b"\0\0\1")),
        ("sample.state", ""),
        ("sample.state", packed("h", 1, 1)),
        ("sample.state", packed("i", 1)),
        ("sample.state", octets(b"\1")),
        ("sample.vcpu_count", octets(b"\0\0\1")),
        ("sample.cpu_cores", packed("f", 0.5, 0.5)),
        ("sample.cpu_cores", packed("d", 0.5)),
        ("sample.cpu_cores", octets(b"\0\0\1")),
        ("sample.cpu_cores", octets(b"\0\0\0\0\1")),
        ("sample.memory_assigned_bytes", packed("q", 1, 2)),
        ("sample.memory_assigned_bytes", packed("i", 1)),
        ("sample.memory_assigned_bytes", octets(b"\0" * 7)),
        ("sample.memory_assigned_bytes", octets(b"\0" * 9)),
        ("sample.outcome", ["ok", "ok"]),
        ("blocks.domain", ""),
        ("blocks.domain", packed("i", 0, 0)),
        ("blocks.domain", packed("h", 0)),
        ("blocks.domain", octets(b"\0" * 5)),
        ("blocks.device", []),
        ("blocks.device", ["vda", "vdb"]),
        ("blocks.capacity_bytes", packed("q", 1, 2)),
        ("blocks.capacity_bytes", octets(b"\0" * 7)),
        ("interfaces.domain", packed("i", 0, 0)),
        ("interfaces.device", []),
        ("interfaces.name", ["vnet0", "vnet1"]),
        ("interfaces.receive_bytes_per_second", octets(b"\0")),
    ],
)
def test_columns_of_unequal_length_are_refused(place: str, value: Any) -> None:
    """No figure is ever told of another domain than its own, and none is made of half its bytes."""
    with pytest.raises(DecodeError, match=r"^schema: domains.*differ in length$"):
        decode_sample(changed(place, value))


@pytest.mark.parametrize("table", ["blocks", "interfaces"])
@pytest.mark.parametrize("place", [1, 2**24, 2**31 - 1])
def test_a_device_of_a_domain_that_does_not_exist_is_refused(table: str, place: int) -> None:
    """Domains are counted from 0."""
    with pytest.raises(DecodeError, match=rf"^schema: domains\.{table}: a device of domain {place} of 1$"):
        decode_sample(changed(f"{table}.domain", packed("i", place)))


@pytest.mark.parametrize(
    "uuid",
    ["", "x", "6F1D3C2A-9B4E-4D11-8A77-0C5E9D2B1F30", f"{UUID}\n", f" {UUID}", UUID[:-1], "x" * 10_000],
)
def test_what_is_no_uuid_is_refused(uuid: str) -> None:
    """A text that is no UUID of libvirt's form is told, as far as it fits a line."""
    with pytest.raises(DecodeError, match=r"^schema: domains\.uuid: '.{0,70}' is no UUID$"):
        decode_sample(changed("uuid", [uuid]))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("uuid", None),
        ("uuid", UUID),
        ("uuid", [None]),
        ("name", [1]),
        ("name", ["x" * 1025]),
        ("libvirt_id", [1]),
        ("libvirt_id", 1),
        ("libvirt_id", None),
        ("sample", None),
        ("sample", []),
        ("sample.state", None),
        ("sample.state", 1),
        ("sample.state", [1]),
        ("sample.state", [None]),
        ("sample.cpu_cores", None),
        ("sample.cpu_cores", 0.5),
        ("sample.cpu_cores", []),
        ("sample.cpu_cores", [0.5]),
        ("sample.cpu_cores", [1e300]),
        ("sample.cpu_cores", {"": 0.5}),
        ("sample.outcome", ["fine"]),
        ("sample.outcome", packed("h", 1)),
        ("blocks", []),
        ("blocks.domain", [0]),
        ("blocks.domain", [None]),
        ("blocks.domain", 0),
        ("blocks.domain", packed("f", 0.5)),
        ("blocks.device", [None]),
        ("blocks.device", octets(b"vda")),
        ("interfaces.domain", ["0"]),
        ("reasons", {UUID: 1}),
        ("reasons", [None]),
        ("descriptions", {UUID: None}),
    ],
)
def test_a_value_of_another_kind_is_refused(place: str, value: Any) -> None:
    """The type of a field holds for each item of its list; numbers are never one."""
    with pytest.raises(DecodeError, match=r"^schema: "):
        decode_sample(changed(place, value))


@pytest.mark.parametrize("place", ["libvirt_id", "sample.state", "sample.cpu_cores", "blocks.domain"])
@pytest.mark.parametrize(
    "text", ["A", "AAE", "AA=E", "====", "AA E=", "AAE=\n", " AAE=", "A_-=", "AAE=AAE=", "AA\N{MIDDLE DOT}="]
)
def test_what_is_no_base64_is_refused(place: str, text: str) -> None:
    """Neither the alphabet of URLs, nor white space, nor padding that is missing or too early."""
    with pytest.raises(DecodeError, match=r"^schema: .*base64"):
        decode_sample(changed(place, text))


@pytest.mark.parametrize(
    ("place", "letter", "number"),
    [
        ("libvirt_id", "i", -1),
        ("libvirt_id", "i", 1 - 2**31),
        ("sample.state", "h", -(2**15)),
        ("sample.vcpu_count", "h", -1),
        ("sample.vcpu_count", "h", 1 - 2**15),
        ("sample.memory_assigned_bytes", "q", -1),
        ("sample.memory_resident_bytes", "q", 1 - 2**63),
        ("sample.interval_seconds", "f", inf),
        ("sample.cpu_cores", "f", inf),
        ("sample.network_transmit_bytes_per_second", "f", -inf),
        ("blocks.domain", "i", -1),
        ("blocks.domain", "i", -(2**31)),
        ("blocks.capacity_bytes", "q", -(2**62)),
        ("blocks.flush_latency_seconds", "f", inf),
        ("interfaces.domain", "i", -1),
        ("interfaces.domain", "i", -(2**31)),
        ("interfaces.transmit_drops_per_second", "f", -inf),
    ],
)
def test_a_number_beyond_its_bounds_is_refused(place: str, letter: str, number: float) -> None:
    """Neither a negative count, nor infinity, nor an unknown number where one must be; the place is named."""
    with pytest.raises(DecodeError, match=rf"^schema: domains\.{place}: a number beyond its bounds"):
        decode_sample(changed(place, packed(letter, number)))


@pytest.mark.parametrize(
    ("field", "letter", "number", "expected"),
    [
        ("state", "h", 2**15 - 1, 2**15 - 1),
        ("state", "h", 1 - 2**15, 1 - 2**15),
        ("state_reason", "h", 1 - 2**15, 1 - 2**15),
        ("state_reason", "h", -(2**15), None),
        ("vcpu_count", "h", -(2**15), None),
        ("memory_used_bytes", "q", 2**63 - 1, 2**63 - 1),
        ("memory_used_bytes", "q", -(2**63), None),
        ("cpu_cores", "f", nan, None),
        ("cpu_cores", "f", -nan, None),
        ("cpu_cores", "f", -0.5, -0.5),
        ("cpu_cores", "f", 2.0**128 - 2.0**104, 2.0**128 - 2.0**104),
    ],
)
def test_a_number_within_its_bounds_is_read(
    field: str, letter: str, number: float, expected: float | None
) -> None:
    """Up to the last that a column of the database holds; the least integer and NaN are not known."""
    assert [expected] == domains(changed(f"sample.{field}", packed(letter, number))).figures(field)


def test_any_not_a_number_is_not_known() -> None:
    """Whatever its sign and its other bits are: processors make several."""
    found = [b"\x7f\x80\0\1", b"\x7f\xbf\xff\xff", b"\x7f\xc0\0\0", b"\xff\xc0\0\0", b"\xff\xff\xff\xff"]

    assert [[None]] * len(found) == [
        domains(changed("sample.cpu_cores", octets(data))).figures("cpu_cores") for data in found
    ]


def test_infinity_across_two_columns_is_none() -> None:
    """Columns are checked together, and the end of one beside the begin of the next is no number."""
    tree = json.loads(changed("sample.cpu_cores", octets(b"\0\0\x3f\x7f")))
    tree["domains"]["sample"]["cpu_ratio"] = octets(b"\x80\0\0\0")
    found = domains(json.dumps(tree).encode())

    assert [struct.unpack(">f", b"\0\0\x3f\x7f")[0]] == found.figures("cpu_cores")
    assert "[-0.0]" == repr(found.figures("cpu_ratio"))


@pytest.mark.parametrize(
    "place",
    [
        "uuid",
        "name",
        "sample",
        "sample.state",
        "blocks.domain",
        "blocks.device",
        "interfaces.domain",
        "interfaces.device",
    ],
)
def test_a_column_without_default_must_be_there(place: str) -> None:
    """No row could be made without it."""
    with pytest.raises(DecodeError, match=r"^schema: .*missing required field"):
        decode_sample(changed(place))


def test_the_domains_of_another_form_are_refused() -> None:
    """A list of objects is not read as columns."""
    tree = json.loads(SAMPLE) | {"domains": [{"uuid": UUID, "name": "a name", "sample": {"state": 1}}]}

    with pytest.raises(DecodeError, match=r"^schema: "):
        decode_sample(json.dumps(tree).encode())


@pytest.mark.parametrize("left_out", [True, False])
@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("cpu_cores", None),
        ("state_reason", None),
        ("vcpu_count", None),
        ("memory_used_bytes", None),
        ("outcome", "ok"),
    ],
)
def test_a_column_left_out_holds_the_default_for_each(
    field: str, default: str | None, left_out: bool
) -> None:
    """An empty one says the same."""
    empty = [] if field == "outcome" else ""
    found = domains(changed(f"sample.{field}", *(() if left_out else [empty])))
    (report,) = reports_of(found)

    assert [default] == list(found.figures(field))
    assert default == getattr(report.sample, field)


@pytest.mark.parametrize("left_out", [True, False])
def test_a_column_of_devices_left_out_holds_the_default_for_each(left_out: bool) -> None:
    """Likewise."""
    tree = json.loads(changed("blocks.capacity_bytes", *(() if left_out else [""])))
    interfaces = tree["domains"]["interfaces"]
    interfaces |= {"name": [], "receive_drops_per_second": ""}
    if left_out:
        del interfaces["name"], interfaces["receive_drops_per_second"]
    (report,) = reports_of(domains(json.dumps(tree).encode()))

    assert [(None, 4_534_272)] == [(block.capacity_bytes, block.physical_bytes) for block in report.blocks]
    assert [(None, None, 153.75)] == [
        (found.name, found.receive_drops_per_second, found.transmit_drops_per_second)
        for found in report.interfaces
    ]


@pytest.mark.parametrize("ids", [[], [""], [packed("i", -(2**31))]])
def test_domains_that_are_off_have_no_id(ids: list[str]) -> None:
    """Left out, the ids are null; so is one that is not known."""
    assert [None] == list(domains(changed("libvirt_id", *ids)).libvirt_ids)
