# SPDX-License-Identifier: Apache-2.0
"""A domain's XML becomes its description."""

from publisher.hypervisor.description import parse_description
from publisher.hypervisor.readings import Description


def describe(inside: str, devices: str = "") -> Description:
    """Return the description in a domain's XML."""
    xml = f"<domain type='kvm'><name>a</name>{inside}<devices>{devices}</devices></domain>"
    return parse_description(xml, autostart=True, persistent=True)


def interface(mac: str, name: str) -> str:
    """Return the XML of an interface."""
    return f"<interface type='bridge'><mac address='{mac}'/><target dev='{name}'/></interface>"


def test_title_and_metadata_are_taken_as_they_are() -> None:
    """User texts pass through unchanged, markup and all."""
    metadata = "<metadata><o:n xmlns:o='urn:o'><metadata>x</metadata> &lt;/metadata></o:n></metadata>"
    description = describe(f"<title>web &amp; mail</title>{metadata}")
    assert ("web & mail", metadata) == (description.title, description.metadata)


def test_domain_without_texts() -> None:
    """Absent is None, not empty."""
    description = describe("")
    assert (None, None) == (description.title, description.metadata)


def test_texts_keep_to_the_bounds_of_the_wire() -> None:
    """A title is cut; metadata, which cut would be no XML, are left out."""
    description = describe(f"<title>{'t' * 2000}</title><metadata><x>{'m' * 70000}</x></metadata>")
    assert "t" * 1024 == description.title
    assert description.metadata is None


def test_addresses_by_name_of_the_host_interface() -> None:
    """Interfaces are known by the name under which libvirt counts them."""
    devices = (
        interface("52:54:00:00:00:01", "vnet0") + "<interface type='user'><mac address='0'/></interface>"
    )
    assert {"vnet0": "52:54:00:00:00:01"} == describe("", devices).addresses


def test_one_address_twice_stays_two_devices() -> None:
    """A domain may carry one MAC address twice; a sample's key may not."""
    devices = interface("52:54:00:00:00:01", "vnet0") + interface("52:54:00:00:00:01", "vnet1")
    addresses = describe("", devices).addresses
    assert {"vnet0": "52:54:00:00:00:01", "vnet1": "52:54:00:00:00:01@vnet1"} == addresses


def test_balloon_period() -> None:
    """The period decides what a stale figure is: 0 without statistics, None without a balloon."""
    balloon = "<memballoon model='{}'>{}</memballoon>"
    assert 10 == describe("", balloon.format("virtio", "<stats period='10'/>")).balloon_period_seconds
    assert 0 == describe("", balloon.format("virtio", "")).balloon_period_seconds
    assert describe("", balloon.format("none", "")).balloon_period_seconds is None
    assert describe("").balloon_period_seconds is None
