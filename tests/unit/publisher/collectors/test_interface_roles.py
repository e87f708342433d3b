# SPDX-License-Identifier: Apache-2.0
"""Which interfaces count: layouts as the kernel documents them, through the collector."""

from pathlib import Path

import pytest

from publisher.collectors.interfaces import InterfaceCollector
from publisher.rates.host_interfaces import interface_rates
from tests.unit.publisher.collectors.device_tree import DeviceTree
from tests.unit.publisher.collectors.interface_layouts import (
    LAYOUTS,
    PCI,
    VMBUS,
    Layout,
    azure,
    port,
    switch_chip,
    switchdev,
    virtual_functions,
)


@pytest.mark.parametrize(
    ("layout", "physical", "virtual"), [pytest.param(*each, id=each[0].__name__) for each in LAYOUTS]
)
def test_a_packet_counts_once(tmp_path: Path, layout: Layout, physical: str, virtual: str) -> None:
    """Physical interfaces are counted, virtual ones have a row, the cables of VMs have none."""
    tree = DeviceTree(tmp_path)
    layout(tree)
    interfaces = InterfaceCollector(tree.system()).collect().reading.interfaces

    assert physical.split() == [one.device for one in interfaces if one.physical]
    assert virtual.split() == [one.device for one in interfaces if not one.physical]


@pytest.mark.parametrize("layout", [azure, switchdev, switch_chip])
def test_the_total_of_layers_is_that_of_one(tmp_path: Path, layout: Layout) -> None:
    """100,000 packets a second that each layer shows are 100 MB/s, once."""
    tree = DeviceTree(tmp_path)
    layout(tree)
    collector = InterfaceCollector(tree.system())
    before = collector.collect().reading
    for interface in before.interfaces:
        tree.traffic(interface.device, 1_000_000)
    totals = interface_rates(before, collector.collect().reading, 10.0).totals

    assert 100e6 == totals["network_receive_bytes_per_second"]


def test_the_loopback_interface_is_left_out_where_sysfs_is_hidden(tmp_path: Path) -> None:
    """The kernel itself gives it its name, and shows nothing else of it in a container without /sys."""
    tree = DeviceTree(tmp_path)
    tree.traffic("lo", 0)
    tree.traffic("eth0", 0)

    assert ["eth0"] == [one.device for one in InterfaceCollector(tree.system()).collect().reading.interfaces]


def test_a_function_that_joins_its_master_later_ceases_to_count(tmp_path: Path) -> None:
    """No interface appears or goes then: the link of those with a device is looked at at each tick."""
    tree = DeviceTree(tmp_path)
    tree.interface("eth0", device=f"{VMBUS}/vmbus_0_15")
    tree.interface("enP25341s1", device="pci62fd:00/62fd:00:02.0")
    collector = InterfaceCollector(tree.system())
    before = collector.collect().reading
    tree.enslave("enP25341s1", "eth0")
    tree.traffic("eth0", 1_000_000)
    tree.traffic("enP25341s1", 1_000_000)
    rates = interface_rates(before, collector.collect().reading, 10.0)

    assert [("eth0", True, 100e6), ("enP25341s1", False, None)] == [
        (one.device, one.physical, one.receive_bytes_per_second) for one in rates.samples
    ]
    assert 100e6 == rates.totals["network_receive_bytes_per_second"]


def test_a_card_that_changes_its_mode_is_looked_at_again(tmp_path: Path) -> None:
    """A virtual function counts until its card gets a switch, whose ports appear then."""
    tree = DeviceTree(tmp_path)
    virtual_functions(tree)
    collector = InterfaceCollector(tree.system())
    collector.collect()
    tree.write(f"/sys/devices/{PCI}.0/net/ens1f0/phys_switch_id", "b49691ffff4a2c0e\n")
    port(tree, "eth0", "pf0vf0")

    assert ["ens1f0"] == [one.device for one in collector.collect().reading.interfaces if one.physical]
