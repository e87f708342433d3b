# SPDX-License-Identifier: Apache-2.0
"""Devices that take the names of others between two ticks: no rate is made of two of them."""

import pytest

from publisher.domains.device_changes import DeviceChanges
from publisher.domains.reports import EXCHANGED
from publisher.domains.sampler import DomainSampler
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, FakeDomain, detail_record
from tests.unit.publisher.domains.ticks import by_name, tick, tick_until

FIELDS = ("rx.bytes", "rx.pkts", "rx.errs", "rx.drop", "tx.bytes", "tx.pkts", "tx.errs", "tx.drop")


def plug(domain: FakeDomain, *, count: int, address: str) -> None:
    """Give a VM one disk and one interface that have counted so much, under the names of all."""
    domain.second = detail_record(**{f"block__0__{each}": count for each in ("rd__bytes", "wr__bytes")})
    domain.first |= {"net.count": 1, "net.0.name": "vnet0"} | {f"net.0.{field}": count for field in FIELDS}
    domain.xml = (
        f"<domain><devices><interface><target dev='vnet0'/><mac address='{address}'/></interface></devices>"
        "</domain>"
    )


@pytest.fixture
def domain(daemon: FakeDaemon, sampler: DomainSampler) -> FakeDomain:
    """Give a VM with a disk and an interface, which has been sampled."""
    plugged = daemon.domains[0]
    plug(plugged, count=1000, address="52:54:00:00:00:01")
    tick_until(sampler, lambda taken: bool(by_name(taken)["a"].interfaces))
    return plugged


def announce(sampler: DomainSampler, domain: FakeDomain) -> None:
    """Tell the sampler what EventWatcher tells it when a device was plugged."""
    sampler.devices_changed(domain.uuid)
    sampler.changed(domain.uuid)


def test_no_rate_is_made_of_two_devices(sampler: DomainSampler, domain: FakeDomain) -> None:
    """The later ones have counted more than those before; the next tick has rates again, and right ones."""
    plug(domain, count=5000, address="52:54:00:00:00:02")
    announce(sampler, domain)
    report = by_name(tick(sampler))["a"]
    (disk,), (interface,) = report.blocks, report.interfaces
    assert ("vda", None, None) == (disk.device, disk.read_bytes_per_second, disk.write_bytes_per_second)
    assert ("52:54:00:00:00:02", None) == (interface.device, interface.receive_bytes_per_second)
    sums = report.sample.block_read_bytes_per_second, report.sample.network_receive_bytes_per_second
    assert (None, None) == sums
    assert ("partial", EXCHANGED) == (report.sample.outcome, report.reason)

    plug(domain, count=6000, address="52:54:00:00:00:02")
    report = by_name(tick(sampler))["a"]
    (disk,), (interface,) = report.blocks, report.interfaces
    seconds = report.sample.detail_interval_seconds
    assert seconds is not None
    assert pytest.approx(1000 / seconds, rel=1e-5) == disk.read_bytes_per_second
    assert interface.receive_bytes_per_second is not None
    assert "ok" == report.sample.outcome


def test_what_the_device_before_had_counted_is_forgotten(sampler: DomainSampler, domain: FakeDomain) -> None:
    """A new device that reaches the number of the one before has not come back to it."""
    plug(domain, count=10, address="52:54:00:00:00:02")
    announce(sampler, domain)
    tick(sampler)
    plug(domain, count=1500, address="52:54:00:00:00:02")
    report = by_name(tick(sampler))["a"]
    assert report.blocks[0].read_bytes_per_second is not None
    assert report.interfaces[0].receive_bytes_per_second is not None


def test_no_interface_is_shown_under_the_address_of_another(
    sampler: DomainSampler, domain: FakeDomain
) -> None:
    """Until the description is read again nobody knows whose counters they are; the sums are right."""
    plug(domain, count=5000, address="52:54:00:00:00:02")
    domain.xml = "no XML"
    announce(sampler, domain)
    assert [] == by_name(tick(sampler))["a"].interfaces
    plug(domain, count=6000, address="52:54:00:00:00:02")
    domain.xml = "no XML"
    report = by_name(tick(sampler))["a"]
    assert [] == report.interfaces
    assert report.sample.network_receive_bytes_per_second is not None


def test_after_a_connection_anew_devices_of_all_may_be_others(
    sampler: DomainSampler, domain: FakeDomain
) -> None:
    """What was plugged meanwhile nobody announced."""
    sampler.devices_changed(None)
    sampler.changed(None)
    plug(domain, count=5000, address="52:54:00:00:00:01")
    assert by_name(tick(sampler))["a"].blocks[0].read_bytes_per_second is None


def test_a_change_holds_for_what_was_read_before_it() -> None:
    """Of one domain or of all; what is gone is forgotten."""
    changes = DeviceChanges()
    assert not changes.happened_after("a", 0.0)
    changes.note("a")
    assert changes.happened_after("a", 0.0)
    assert not changes.happened_after("b", 0.0)
    assert not changes.happened_after("a", float("inf"))
    changes.keep({"b"})
    assert not changes.happened_after("a", 0.0)
    changes.note(None)
    assert changes.happened_after("b", 0.0)
