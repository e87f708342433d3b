# SPDX-License-Identifier: Apache-2.0
"""A batch goes out whatever was read: what cannot travel is replaced, with the reason; the rest is sent."""

from math import inf, nan
from pathlib import Path
from typing import Any

import msgspec
import pytest

from publisher.messages.message_body import readable_body, sample_body
from publisher.wire.codec import decode_sample
from publisher.wire.samples import (
    DomainBlockSample,
    DomainInterfaceSample,
    DomainReport,
    DomainSample,
    SampleBatch,
)
from publisher.wire.transposition import in_reports

PAYLOADS = Path(__file__).resolve().parents[3] / "fixtures" / "payloads" / "v1"
FULL = in_reports(decode_sample((PAYLOADS / "sample_full.json").read_bytes()))
OFF, BROKEN, RUNNING = (f"6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f3{digit}" for digit in "123")


def report(uuid: str = BROKEN, **fields: Any) -> DomainReport:
    """Return what one domain reports."""
    plain = DomainReport(uuid=uuid, name="shop", sample=DomainSample(state=1))
    return msgspec.structs.replace(plain, **fields)


def with_domains(*domains: DomainReport) -> SampleBatch:
    """Return the full batch with other domains."""
    return msgspec.structs.replace(FULL, domains=list(domains))


def sent(batch: SampleBatch) -> SampleBatch:
    """Return what a consumer reads of a batch."""
    return in_reports(decode_sample(sample_body(batch)))


NEIGHBOURS = (
    report(OFF, sample=DomainSample(state=5)),
    report(
        RUNNING,
        libvirt_id=3,
        sample=DomainSample(state=1, cpu_cores=0.5, memory_assigned_bytes=2**63 - 1),
        blocks=[DomainBlockSample(device="vda", capacity_bytes=2**40, read_latency_seconds=0.25)],
        interfaces=[DomainInterfaceSample(device="52:54:00:00:00:01", receive_drops_per_second=0.0)],
    ),
)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"libvirt_id": 2**31}, "$.libvirt_id"),
        ({"libvirt_id": -1}, "$.libvirt_id"),
        ({"libvirt_id": -(2**31)}, "$.libvirt_id"),
        ({"libvirt_id": nan}, "not an integer"),
        ({"sample": DomainSample(state=2**15)}, "$.sample.state"),
        ({"sample": DomainSample(state=-(2**15))}, "$.sample.state"),
        ({"sample": DomainSample(state=None)}, "$.sample.state"),  # type: ignore[arg-type] # meant to be wrong
        ({"sample": DomainSample(state=1, state_reason=-(2**15))}, "$.sample.state_reason"),
        ({"sample": DomainSample(state=1, vcpu_count=-1)}, "$.sample.vcpu_count"),
        ({"sample": DomainSample(state=1, memory_used_bytes=2**63)}, "$.sample.memory_used_bytes"),
        ({"sample": DomainSample(state=1, memory_used_bytes=2**64)}, "$.sample.memory_used_bytes"),
        ({"sample": DomainSample(state=1, memory_used_bytes=2**200)}, "$.sample.memory_used_bytes"),
        ({"sample": DomainSample(state=1, memory_used_bytes=-1)}, "$.sample.memory_used_bytes"),
        ({"sample": DomainSample(state=1, memory_used_bytes=-(2**63))}, "$.sample.memory_used_bytes"),
        ({"sample": DomainSample(state=1, memory_used_bytes=1.0)}, "$.sample.memory_used_bytes"),  # type: ignore[arg-type] # likewise
        ({"sample": DomainSample(state=1, memory_used_bytes=inf)}, "not an integer"),  # type: ignore[arg-type] # likewise
        ({"sample": DomainSample(state=1, cpu_cores=3.41e38)}, "$.sample.cpu_cores"),
        ({"sample": DomainSample(state=1, cpu_cores=-1e300)}, "$.sample.cpu_cores"),
        ({"sample": DomainSample(state=1, cpu_cores=10**400)}, "out of range"),
        ({"sample": DomainSample(state=1, cpu_cores="many")}, "$.sample.cpu_cores"),  # type: ignore[arg-type] # likewise
        ({"sample": DomainSample(state=1, outcome="fine")}, "fine"),  # type: ignore[arg-type] # likewise
        ({"blocks": [DomainBlockSample(device="v\udcffda")]}, "surrogates"),
        ({"blocks": [DomainBlockSample(device="v\0da")]}, "NUL"),
        ({"blocks": [DomainBlockSample(device="vda", capacity_bytes=2**64)]}, "$.blocks[0].capacity_bytes"),
        (
            {"blocks": [DomainBlockSample(device="vda", physical_bytes=-(2**63))]},
            "$.blocks[0].physical_bytes",
        ),
        ({"interfaces": [DomainInterfaceSample(device="nic", name="v\udcffnet0")]}, "surrogates"),
        (
            {"interfaces": [DomainInterfaceSample(device="nic", receive_drops_per_second=1e39)]},
            "$.interfaces[0]",
        ),
        ({"reason": "b\udcff"}, "surrogates"),
    ],
)
def test_a_domain_that_cannot_travel_costs_itself_alone(fields: dict[str, Any], words: str) -> None:
    """It is in the list with the reason and without figures; all else is as if it were not there."""
    first, last = NEIGHBOURS
    found = sent(with_domains(first, report(**fields), last))
    assert found.domains is not None
    broken = found.domains[1]

    assert with_domains(first, broken, last) == found
    assert report(sample=DomainSample(state=0, outcome="partial"), reason=broken.reason) == broken
    assert (broken.reason or "").startswith("could not be sent: ")
    assert words in (broken.reason or "")


@pytest.mark.parametrize("figure", [nan, -nan, inf, -inf])
def test_a_figure_that_is_no_number_costs_itself_alone(figure: float) -> None:
    """It is not known; the other figures of the domain are."""
    sample = DomainSample(state=1, cpu_cores=figure, steal_ratio=0.25)
    block = DomainBlockSample(device="vda", capacity_bytes=1, read_latency_seconds=figure)
    found = sent(with_domains(report(sample=sample, blocks=[block]), *NEIGHBOURS))
    expected = report(
        sample=DomainSample(state=1, steal_ratio=0.25),
        blocks=[DomainBlockSample(device="vda", capacity_bytes=1)],
    )

    assert with_domains(expected, *NEIGHBOURS) == found


def test_a_domain_without_a_place_is_left_out_with_the_reason() -> None:
    """Nothing is stored under what is no UUID."""
    found = sent(with_domains(report("no UUID"), *NEIGHBOURS))

    assert list(NEIGHBOURS) == found.domains
    assert ("domains", "failed") == (found.collectors[-1].name, found.collectors[-1].outcome)


def test_for_people_each_domain_is_an_object() -> None:
    """The readable form has the figures that are sent, under their names and beside each other."""
    batch = with_domains(*NEIGHBOURS)
    tree = msgspec.json.decode(readable_body(batch))

    assert batch == msgspec.json.decode(readable_body(batch), type=SampleBatch)
    assert {
        "uuid": RUNNING,
        "name": "shop",
        "libvirt_id": 3,
        "sample": {"state": 1, "cpu_cores": 0.5, "memory_assigned_bytes": 2**63 - 1},
        "blocks": [{"device": "vda", "capacity_bytes": 2**40, "read_latency_seconds": 0.25}],
        "interfaces": [{"device": "52:54:00:00:00:01", "receive_drops_per_second": 0.0}],
    } == tree["domains"][1]


@pytest.mark.parametrize("domains", [None, []])
def test_for_people_no_domains_are_not_the_same_as_unknown_ones(domains: list[DomainReport] | None) -> None:
    """As on the wire: null says that libvirt could not be asked."""
    batch = msgspec.structs.replace(FULL, domains=domains)

    assert domains == msgspec.json.decode(readable_body(batch), type=SampleBatch).domains


def test_what_people_read_is_what_was_sent() -> None:
    """Figures as exact as they travel, and a domain that cannot travel with its reason."""
    odd = report(sample=DomainSample(state=1, cpu_cores=1 / 3))
    broken = report(OFF, name="b\udcffad", sample=DomainSample(state=1))
    batch = with_domains(odd, broken)

    assert sent(batch) == msgspec.json.decode(readable_body(batch), type=SampleBatch)
