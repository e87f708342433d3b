# SPDX-License-Identifier: Apache-2.0
"""Title, owner and tags of simulated VMs, as the consumer reads them."""

from collections import Counter

from consumer.inventory.labels import NO_LABELS, read_labels
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import decode_sample, encode

# The fleet of the demo.
SHAPE = FleetShape(host_count=24, domain_count_per_host=20, eventful=True)
SECOND = 1_760_000_000.0


def test_the_demo_has_vms_to_find_by_owner_and_tag() -> None:
    """A few owners and tags find some VMs each and none finds all; some VMs have nothing written on them."""
    fleet = Fleet(SHAPE)
    reports = [
        report
        for ordinal in range(SHAPE.host_count)
        for report in fleet.batch(ordinal, SECOND, 1, described=True).domains or ()
    ]
    said = [report.description for report in reports if report.description is not None]
    labels = [read_labels(each.metadata) for each in said]
    owners = Counter(each.owner for each in labels)
    tags = Counter(tag for each in labels for tag in each.tags)

    assert len(reports) == len(said)
    assert {None, "shop", "magazine", "billing", "office", "platform", "research"} == owners.keys()
    assert {"stage:prod", "stage:test", "stage:spare", "tier:1", "tier:2", "tier:3", "backup:nightly"} == (
        tags.keys()
    )
    assert all(10 < count < len(said) * 0.9 for count in (*owners.values(), *tags.values()))
    assert any(each == NO_LABELS for each in labels)
    assert 0.5 < sum(each.title is not None for each in said) / len(said) < 0.7


def test_labels_are_those_of_the_vm() -> None:
    """They do not depend on the time, and travel whole."""
    first, later = (
        decode_sample(encode(Fleet(SHAPE).batch(3, second, 1, described=True)))
        for second in (SECOND, SECOND + 3_600)
    )
    assert first.domains is not None
    assert later.domains is not None
    shared = first.domains.descriptions.keys() & later.domains.descriptions.keys()

    assert len(shared) > SHAPE.domain_count_per_host / 2
    assert {uuid: first.domains.descriptions[uuid] for uuid in shared} == {
        uuid: later.domains.descriptions[uuid] for uuid in shared
    }
