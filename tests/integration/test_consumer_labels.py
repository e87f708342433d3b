# SPDX-License-Identifier: Apache-2.0
"""What people call hosts and VMs by: tags of the settings, labels of the metadata."""

import msgspec

from publisher.wire.samples import DomainDescription
from tests.integration.consumer_messages import StoredRows
from tests.integration.direct_consumer import DirectConsumer
from tests.integration.two_hosts import TwoHosts


def test_a_host_without_tags_has_an_empty_list(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """A publisher of before sends none, when it is new and when another version has been there."""
    consumer, _ = consumers
    batches = [hosts.batch(0, tick) for tick in range(3)]
    for batch, tags in zip(batches, ([], ["ssd"], []), strict=True):
        identity = msgspec.structs.replace(batch.identity, tags=tags)
        consumer.take(msgspec.structs.replace(batch, identity=identity))
        assert [(tags,)] == stored.rows("SELECT tags FROM hosts_now")


def test_the_labels_of_a_description_are_stored(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """With a new domain, with a change, and gone where the element is: each domain has its own."""
    consumer, _ = consumers
    labels = [
        "<owner>shop'\";--</owner><tag>prod</tag><tag>tier:1</tag>",
        "<owner>a\u202e{b}</owner>",
        "<tag>test</tag>",
        None,
    ]
    expected = [("shop'\";--", ["prod", "tier:1"]), ("a\u202e{b}", []), (None, ["test"]), (None, [])]
    for tick, (inner, found) in enumerate(zip(labels, expected, strict=True)):
        element = f'<k:labels xmlns:k="urn:kvmgrid:domain:1">{inner}</k:labels>'
        metadata = None if inner is None else f"<metadata>{element}</metadata>"
        consumer.take(hosts.batch(0, tick, hosts.domain(description=DomainDescription(metadata=metadata))))
        shown = stored.rows("SELECT owner, tags FROM domains_now WHERE uuid = %s", [hosts.uuid])
        assert [found] == shown


def test_each_vm_of_a_host_has_labels_of_its_own(
    consumers: tuple[DirectConsumer, DirectConsumer], stored: StoredRows, hosts: TwoHosts
) -> None:
    """Entered together: with labels, with a description without, and without a description."""
    consumer, _ = consumers
    element = (
        '<k:labels xmlns:k="urn:kvmgrid:domain:1"><tag>prod</tag><tag>db</tag><owner>shop</owner></k:labels>'
    )
    descriptions = [
        DomainDescription(metadata=f"<metadata>{element}</metadata>"),
        DomainDescription(title="Mail"),
        None,
    ]
    reports = [
        msgspec.structs.replace(
            hosts.domain(description=each), uuid=f"{hosts.uuid[:-1]}{number}", name=f"vm{number}"
        )
        for number, each in enumerate(descriptions)
    ]
    consumer.take(hosts.batch(0, 0, *reports))

    assert [("vm0", "shop", ["prod", "db"]), ("vm1", None, []), ("vm2", None, [])] == stored.rows(
        "SELECT name, owner, tags FROM domains_now ORDER BY name"
    )
