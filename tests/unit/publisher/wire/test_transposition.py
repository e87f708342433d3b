# SPDX-License-Identifier: Apache-2.0
"""Reports become columns and columns reports: nothing is lost but digits that nobody stores."""

from ctypes import c_float
from math import inf, nan
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from publisher.wire.codec import decode_sample, encode
from publisher.wire.columns import owners
from publisher.wire.samples import (
    DomainBlockSample,
    DomainDescription,
    DomainInterfaceSample,
    DomainReport,
    DomainSample,
    SampleBatch,
)
from publisher.wire.transposition import columns_of, in_columns, in_reports, reports_of
from tests.unit.publisher.wire.message_strategies import messages

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIRST, SECOND, THIRD = (f"6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f3{digit}" for digit in "012")


def report(uuid: str = FIRST, **fields: Any) -> DomainReport:
    """Return what one domain reports."""
    plain = DomainReport(uuid=uuid, name="shop", sample=DomainSample(state=1))
    return msgspec.structs.replace(plain, **fields)


def differences(expected: Any, found: Any, place: str = "") -> list[str]:
    """Return where a tree of plain values is not the other one with its figures in single precision."""
    if isinstance(expected, dict) and isinstance(found, dict) and expected.keys() == found.keys():
        return [gap for key in expected for gap in differences(expected[key], found[key], f"{place}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [gap for index, pair in pairs for gap in differences(*pair, f"{place}[{index}]")]
    if isinstance(expected, float) and isinstance(found, float):
        return [] if repr(c_float(expected).value) == repr(found) else [place]
    return [] if expected == found else [place]


@RELAXED
@given(messages(SampleBatch))
def test_reports_come_back_from_the_wire(batch: SampleBatch) -> None:
    """All but the domains is as it was, bit for bit; the figures of domains are, in single precision."""
    found = in_reports(decode_sample(encode(batch)))

    expected = msgspec.structs.replace(batch, domains=found.domains)
    assert expected == found
    assert [] == differences(msgspec.to_builtins(batch.domains), msgspec.to_builtins(found.domains))


@RELAXED
@given(messages(SampleBatch))
def test_what_has_travelled_once_does_not_change_any_more(batch: SampleBatch) -> None:
    """Columns made of the reports of columns are the same, bit for bit."""
    columns = in_columns(batch)

    assert columns == in_columns(in_reports(columns))


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (0.1 + 0.2, 0.300000011920928955078125),
        (1 / 3, 0.3333333432674407958984375),
        (123_456_789.0, 123_456_792.0),
        (16_777_217.0, 16_777_216.0),
        (1e-7 / 3, 3.333333253863202e-08),
        (0.0, 0.0),
        (-0.0, -0.0),
        (-2 / 3, -0.666666686534881591796875),
        (3.4e38, 3.3999999521443642e38),
        (-3.4e38, -3.3999999521443642e38),
        (2.0**-126, 2.0**-126),
        (-(2.0**-149), -(2.0**-149)),
        (1e-42, 714 * 2.0**-149),
        (5e-324, 0.0),
        (nan, None),
        (inf, None),
        (-inf, None),
        (None, None),
    ],
)
def test_figures_keep_single_precision(figure: float | None, expected: float | None) -> None:
    """Exactly what a real of PostgreSQL holds, negative zero and denormal numbers too; NaN is not known."""
    block = DomainBlockSample(device="vda", read_bytes_per_second=figure)
    sample = DomainSample(state=1, cpu_cores=figure)
    (found,) = reports_of(columns_of([report(sample=sample, blocks=[block])]))

    assert [repr(expected)] * 2 == [
        repr(each) for each in (found.sample.cpu_cores, found.blocks[0].read_bytes_per_second)
    ]


@pytest.mark.parametrize("size_bytes", [0, 2**53 + 1, 2**63 - 2, 2**63 - 1])
def test_sizes_keep_all_digits(size_bytes: int) -> None:
    """A size in bytes is a whole number of 64 bits, and stays what it is."""
    sample = DomainSample(state=1, memory_assigned_bytes=size_bytes)
    block = DomainBlockSample(device="vda", capacity_bytes=size_bytes)
    (found,) = reports_of(columns_of([report(sample=sample, blocks=[block])]))

    assert (sample, [block]) == (found.sample, found.blocks)


@pytest.mark.parametrize(
    "fields",
    [
        {"libvirt_id": 2**31},
        {"libvirt_id": -(2**31)},
        {"sample": DomainSample(state=2**15)},
        {"sample": DomainSample(state=1, cpu_cores=3.5e38)},
        {"sample": DomainSample(state=1, memory_assigned_bytes=2**63)},
        {"blocks": [DomainBlockSample(device="vda", capacity_bytes=-(2**63))]},
        {"interfaces": [DomainInterfaceSample(device="nic", receive_drops_per_second=-1e300)]},
    ],
)
def test_a_number_that_does_not_fit_is_an_error(fields: dict[str, Any]) -> None:
    """It is neither cut off, nor taken for one that is not known."""
    with pytest.raises(OverflowError):
        columns_of([report(**fields)])


def test_a_field_that_no_domain_has_is_left_out() -> None:
    """So is what all have alike by default; one domain that differs brings the column of all."""
    columns = columns_of(
        [report(), report(SECOND, sample=DomainSample(state=5, cpu_cores=0.5)), report(THIRD)]
    )

    assert [None, 0.5, None] == columns.figures("cpu_cores")
    assert [None, None, None] == columns.figures("cpu_ratio")
    assert {"uuid", "name", "sample"} == msgspec.to_builtins(columns).keys()
    assert {"state", "cpu_cores"} == msgspec.to_builtins(columns.sample).keys()


def test_devices_go_back_to_their_domains() -> None:
    """The one in the middle of three domains has no device, the others have several in their order."""
    vda, vdb = (DomainBlockSample(device=name, capacity_bytes=1) for name in ("vda", "vdb"))
    nic = DomainInterfaceSample(device="52:54:00:00:00:01", name="vnet0")
    reports = [
        report(FIRST, blocks=[vdb, vda]),
        report(SECOND),
        report(THIRD, blocks=[vda], interfaces=[nic, nic]),
    ]
    columns = columns_of(reports)

    assert columns.blocks is not None
    assert columns.interfaces is not None
    assert ([0, 0, 2], [2, 2]) == (owners(columns.blocks), owners(columns.interfaces))
    assert reports == reports_of(columns)


def test_what_few_domains_have_goes_by_uuid() -> None:
    """A reason and a description, even one that says nothing, come back to their domain alone."""
    reports = [
        report(FIRST, reason="guest agent away"),
        report(SECOND, libvirt_id=7),
        report(THIRD, description=DomainDescription()),
    ]
    columns = columns_of(reports)

    assert ([FIRST], [THIRD]) == (list(columns.reasons), list(columns.descriptions))
    assert [None, 7, None] == list(columns.libvirt_ids)
    assert reports == reports_of(columns)


def test_no_domains_are_not_the_same_as_unknown_ones() -> None:
    """An empty list stays one."""
    assert [] == reports_of(columns_of([]))
