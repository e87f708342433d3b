# SPDX-License-Identifier: Apache-2.0
"""Records of libvirt's bulk statistics become readings."""

from typing import Any

from publisher.hypervisor import bulk
from publisher.hypervisor.readings import DetailReading, VcpuReading
from tests.unit.publisher.domains.fake_libvirt import detail_record


def read(**changes: Any) -> DetailReading:
    """Return the reading of a record."""
    return bulk.detail(detail_record(**changes), uuid="u", libvirt_id=7, at_seconds=1.0, duration_seconds=0.0)


def test_complete_record_misses_nothing() -> None:
    """A record with every group is complete."""
    assert () == read().missing


def test_vcpus_are_found_by_number() -> None:
    """After a hot-unplug the numbers have holes, and the current count says nothing about them."""
    sparse = {"vcpu__maximum": 4, "vcpu__1__time": None, "vcpu__3__time": 9, "vcpu__3__delay": None}
    assert {0: VcpuReading(4_000_000_000, 100_000_000), 3: VcpuReading(9, None)} == read(**sparse).vcpus


def test_record_of_a_busy_domain_names_the_missing_groups() -> None:
    """What libvirt leaves out for a domain that somebody holds is named, not taken for 0."""
    record = {"balloon.current": 1024, "block.count": 1, "block.0.name": "vda", "vcpu.maximum": 2}
    reading = bulk.detail(record, uuid="u", libvirt_id=7, at_seconds=1.0, duration_seconds=0.0)
    assert ("cpu", "vcpu", "memory", "block") == reading.missing
    assert reading.blocks[0].read_requests is None


def test_one_disk_without_figures_is_not_a_missing_group() -> None:
    """A vhost-user disk has no statistics; the group is there all the same."""
    reading = read(block__count=2, block__1__name="vdb")
    assert () == reading.missing
    assert ["vda", "vdb"] == [device.name for device in reading.blocks]


def test_domain_without_disks_is_complete() -> None:
    """A diskless VM does not lack its block figures."""
    assert () == read(block__count=0, block__0__name=None).missing


def test_interface_count_may_exceed_the_entries() -> None:
    """A passed-through device is counted but has no entry."""
    record = {"net.count": 3, "net.1.name": "vnet4", "net.1.rx.bytes": 5}
    (interface,) = bulk.interfaces(record)
    assert ("vnet4", 5, None) == (interface.name, interface.receive_bytes, interface.transmit_bytes)
