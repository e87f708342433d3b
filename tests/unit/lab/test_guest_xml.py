# SPDX-License-Identifier: Apache-2.0
"""The description of a guest for libvirt says what the guest is."""

from pathlib import Path
from xml.etree import ElementTree as ET

from deploy.lab.guest import DEFAULT_GUESTS, MEBIBYTE, Guest, domain_xml


def described(guest: Guest, domain_type: str = "qemu") -> ET.Element:
    """Return the parsed description."""
    text = domain_xml(guest, Path("/run/x"), channels=Path("/run/load"), domain_type=domain_type)
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_the_description_carries_the_guest() -> None:
    """Name, title, identity, size and load appear in the description, special characters too."""
    guest = Guest(name="a&b", title="<one>", load="cpu:30", vcpu_count=2, memory_bytes=128 * MEBIBYTE)
    tree = described(guest)

    assert "a&b" == tree.findtext("name")
    assert "<one>" == tree.findtext("title")
    assert guest.uuid == tree.findtext("uuid")
    assert str(128 * MEBIBYTE) == tree.findtext("memory")
    assert "2" == tree.findtext("vcpu")
    assert "kvmgrid.load=cpu:30" in str(tree.findtext("os/cmdline")).split()


def test_balloon_statistics_are_on() -> None:
    """Every guest reports its memory on its own, so that collecting them needs no writing connection."""
    for guest in DEFAULT_GUESTS:
        statistics = described(guest).find("devices/memballoon/stats")

        assert statistics is not None
        assert "5" == statistics.get("period")


def test_only_guests_with_processor_load_carry_stress_ng() -> None:
    """The large archive costs memory and boot time, so it goes where it is used."""
    assert str(described(Guest(name="a", load="cpu:5,disk:1")).findtext("os/initrd")).endswith("-stress.gz")
    assert str(described(Guest(name="a", load="disk:1")).findtext("os/initrd")).endswith("initramfs.gz")


def test_a_guest_without_network_has_no_interface() -> None:
    """The interface and the addresses appear together or not at all."""
    without, with_network = described(Guest(name="a")), described(Guest(name="a", network=7))

    assert without.find("devices/interface") is None
    assert "kvmgrid.address" not in str(without.findtext("os/cmdline"))
    target = with_network.find("devices/interface/target")
    assert target is not None
    assert "lab7" == target.get("dev")
    assert "kvmgrid.peer=10.77.7.1" in str(with_network.findtext("os/cmdline")).split()


def test_names_and_networks_of_the_default_guests_differ() -> None:
    """Three guests of their own, with different loads."""
    assert 3 == len({guest.name for guest in DEFAULT_GUESTS})
    assert 3 == len({guest.load for guest in DEFAULT_GUESTS})
    assert 3 == len({guest.network for guest in DEFAULT_GUESTS})


def test_the_domain_type_is_the_caller_s() -> None:
    """KVM is used only when the caller found that it works."""
    assert "kvm" == described(Guest(name="a"), "kvm").get("type")


def test_a_guest_can_be_told_another_load_unless_it_has_no_channel() -> None:
    """The socket bears the guest's name, and the port the name that the guest looks for."""
    channel = described(Guest(name="a")).find("devices/channel")

    assert channel is not None
    source, target = channel.find("source"), channel.find("target")
    assert source is not None
    assert "/run/load/a" == source.get("path")
    assert target is not None
    assert "kvmgrid.load" == target.get("name")
    assert described(Guest(name="a", has_channel=False)).find("devices/channel") is None
