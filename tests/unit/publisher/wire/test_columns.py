# SPDX-License-Identifier: Apache-2.0
"""Columns of domains that cannot be read as rows are refused, whatever is wrong with them."""

import json
from pathlib import Path
from typing import Any

import pytest

from publisher.wire.codec import DecodeError, decode_sample
from publisher.wire.columns import DomainColumns, cells
from publisher.wire.samples import DomainSample

PAYLOADS = Path(__file__).resolve().parents[3] / "fixtures" / "payloads" / "v1"
SAMPLE = (PAYLOADS / "sample_full.json").read_bytes()
UUID = "6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f30"


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
        ("libvirt_id", [1, 2]),
        ("sample.state", []),
        ("sample.state", [1, 1]),
        ("sample.cpu_cores", [0.5, 0.5]),
        ("sample.outcome", ["ok", "ok"]),
        ("blocks.domain", []),
        ("blocks.domain", [0, 0]),
        ("blocks.device", []),
        ("blocks.device", ["vda", "vdb"]),
        ("blocks.capacity_bytes", [1, 2]),
        ("interfaces.domain", [0, 0]),
        ("interfaces.device", []),
        ("interfaces.name", ["vnet0", "vnet1"]),
    ],
)
def test_lists_of_unequal_length_are_refused(place: str, value: list[Any]) -> None:
    """No figure is ever told of another domain than its own."""
    with pytest.raises(DecodeError, match=r"^schema: domains.*differ in length$"):
        decode_sample(changed(place, value))


@pytest.mark.parametrize("table", ["blocks", "interfaces"])
@pytest.mark.parametrize("place", [1, 2**31, 2**63, 2**64 - 1])
def test_a_device_of_a_domain_that_does_not_exist_is_refused(table: str, place: int) -> None:
    """Domains are counted from 0."""
    with pytest.raises(DecodeError, match=rf"^schema: domains\.{table}: a device of domain {place} of 1$"):
        decode_sample(changed(f"{table}.domain", [place]))


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
        ("libvirt_id", [-1]),
        ("sample", None),
        ("sample", []),
        ("sample.state", None),
        ("sample.state", [None]),
        ("sample.state", [2**15]),
        ("sample.cpu_cores", None),
        ("sample.cpu_cores", [1e300]),
        ("sample.outcome", ["fine"]),
        ("blocks", []),
        ("blocks.domain", [-1]),
        ("blocks.domain", [None]),
        ("blocks.domain", [0.5]),
        ("blocks.device", [None]),
        ("interfaces.domain", ["0"]),
        ("reasons", {UUID: 1}),
        ("reasons", [None]),
        ("descriptions", {UUID: None}),
    ],
)
def test_a_value_of_another_kind_is_refused(place: str, value: Any) -> None:
    """The types and bounds of a field hold for each item of its list."""
    with pytest.raises(DecodeError, match=r"^schema: "):
        decode_sample(changed(place, value))


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
def test_a_list_without_default_must_be_there(place: str) -> None:
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
    ("field", "default"), [("cpu_cores", None), ("state_reason", None), ("outcome", "ok")]
)
def test_a_list_left_out_holds_the_default_for_each(field: str, default: str | None, left_out: bool) -> None:
    """An empty list says the same."""
    found = domains(changed(f"sample.{field}", *(() if left_out else [[]])))
    place = DomainSample.__struct_fields__.index(field)
    (row,) = zip(*cells(found.sample), strict=False)

    assert [default] == list(found.figures(field))
    assert default == row[place]


def test_domains_that_are_off_have_no_id() -> None:
    """Left out, the ids are null."""
    assert [None] == list(domains(changed("libvirt_id")).libvirt_ids)
