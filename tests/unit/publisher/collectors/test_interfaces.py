# SPDX-License-Identifier: Apache-2.0
"""Network interfaces: which of them, and their rates."""

from pathlib import Path

import pytest

from publisher.collectors.interfaces import (
    Interface,
    InterfaceCollector,
    InterfaceCounters,
    InterfaceReading,
    parse,
)
from publisher.procfs import SystemTree
from publisher.rates.host_interfaces import interface_rates
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree, fixture_text

HYPERVISOR = fixture_text("hypervisor", "/proc/net/dev")


def interface(device: str, **counters: int) -> Interface:
    """Return an interface whose counters are 0 where not given; a bond is not physical."""
    zeros = dict.fromkeys(InterfaceCounters.__struct_fields__, 0)
    return Interface(device, not device.startswith("bond"), InterfaceCounters(**(zeros | counters)))


def reading(*interfaces: Interface) -> InterfaceReading:
    """Return a reading of some interfaces."""
    return InterfaceReading(interfaces=interfaces)


def test_both_directions_are_read_by_position() -> None:
    """Bytes, packets, errors and drops of each direction."""
    expected = InterfaceCounters(5000000000, 4000000, 2, 10, 7000000000, 5000000, 0, 1)

    assert expected == parse(HYPERVISOR)["eno1"]


def test_a_number_right_after_the_colon_is_read() -> None:
    """``eno2:6000000000`` has no space after the name."""
    assert 6000000000 == parse(HYPERVISOR)["eno2"].receive_bytes_total


def test_an_alias_name_keeps_its_colon() -> None:
    """The name ends at the last colon."""
    assert 700 == parse(HYPERVISOR)["eno1:1"].receive_bytes_total


def test_headings_and_odd_lines_are_skipped() -> None:
    """A line without colon, without name, too short or not of numbers costs nothing else."""
    odd = "Inter-| x\n face |y\n : 1 2\neth9: 1 2 3\neth8: a b c d e f g h i j k l\n"

    assert ["eth0"] == list(parse(odd + "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"))


def test_taps_and_loopback_are_left_out_and_physical_is_what_has_a_device() -> None:
    """Taps belong to domains; a tun of a VPN, bonds, bridges, VLANs and aliases are not physical."""
    interfaces = InterfaceCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading.interfaces

    assert {
        ("eno1", True),
        ("eno2", True),
        ("bond0", False),
        ("bond0.12", False),
        ("br0", False),
        ("eno1:1", False),
        ("tun0", False),
    } == {(one.device, one.physical) for one in interfaces}


def test_a_host_without_physical_interface_says_so() -> None:
    """A container's totals are absent, with a remark."""
    collected = InterfaceCollector(SystemTree(FIXTURES / "container")).collect()

    assert "no physical interface" == collected.remark
    assert {
        "network_receive_bytes_per_second": None,
        "network_transmit_bytes_per_second": None,
    } == interface_rates(collected.reading, collected.reading, 10.0).totals


def test_an_interface_that_went_is_looked_at_again(tmp_path: Path) -> None:
    """Its entry in sysfs is gone before its line: it has no device any more, until it comes back."""
    tree = HostTree("hypervisor", tmp_path)
    collector = InterfaceCollector(SystemTree(tree.root))
    assert ("eno1", True) in {(one.device, one.physical) for one in collector.collect().reading.interfaces}

    tree.remove("/sys/class/net/eno1")
    assert ("eno1", False) in {(one.device, one.physical) for one in collector.collect().reading.interfaces}

    tree.write("/sys/class/net/eno1/device/vendor", "0x8086\n")
    assert ("eno1", True) in {(one.device, one.physical) for one in collector.collect().reading.interfaces}


def test_rates_and_totals() -> None:
    """Each counter over the interval; bonds repeat what physical interfaces carried."""
    before = reading(interface("eth0"), interface("eth1"), interface("bond0"))
    steps = {
        "receive_bytes_total": 1000,
        "transmit_bytes_total": 2000,
        "receive_packets_total": 30,
        "transmit_packets_total": 40,
        "receive_errors_total": 5,
        "transmit_errors_total": 6,
        "receive_drops_total": 7,
        "transmit_drops_total": 8,
    }
    after = reading(interface("eth0", **steps), interface("eth1", **steps), interface("bond0", **steps))
    rates = interface_rates(before, after, 10.0)

    assert {
        "network_receive_bytes_per_second": 200.0,
        "network_transmit_bytes_per_second": 400.0,
    } == rates.totals
    assert [100.0, 200.0, 3.0, 4.0, 0.5, 0.6, 0.7, 0.8] == [
        rates.samples[0].receive_bytes_per_second,
        rates.samples[0].transmit_bytes_per_second,
        rates.samples[0].receive_packets_per_second,
        rates.samples[0].transmit_packets_per_second,
        rates.samples[0].receive_errors_per_second,
        rates.samples[0].transmit_errors_per_second,
        rates.samples[0].receive_drops_per_second,
        rates.samples[0].transmit_drops_per_second,
    ]


@pytest.mark.parametrize("interval_seconds", [None, 10.0])
def test_a_new_interface_or_a_reset_has_no_rate(interval_seconds: float | None) -> None:
    """A driver that was loaded again starts from 0; an interface that is new has no past."""
    before = reading(interface("eth0", receive_bytes_total=500))
    after = reading(interface("eth0", receive_bytes_total=5), interface("eth1", receive_bytes_total=9))
    rates = interface_rates(before, after, interval_seconds)

    assert [None, None] == [sample.receive_bytes_per_second for sample in rates.samples]
    assert rates.totals["network_receive_bytes_per_second"] is None
