# SPDX-License-Identifier: Apache-2.0
"""Layouts of interfaces as the kernel documents them, and which of them count."""

from collections.abc import Callable

from tests.unit.publisher.collectors.device_tree import DeviceTree

PCI = "pci0000:00/0000:3b:00"
VMBUS = "LNXSYSTM:00/VMBUS:00"
TAP, TUN = "0x1002", "0x1001"


def cards(tree: DeviceTree, *names: str) -> None:
    """Make network cards."""
    for position, name in enumerate(names):
        tree.interface(name, device=f"{PCI}.{position}")


def port(tree: DeviceTree, name: str, port_name: str) -> None:
    """Make a port of a card's own switch: its cable, or what stands for a function of the card."""
    files = {"phys_port_name": port_name, "phys_switch_id": "b49691ffff4a2c0e"}
    tree.interface(name, device=f"{PCI}.0", files=files)


def virtual_function(tree: DeviceTree, name: str, number: int, *, physical: str) -> None:
    """Make a virtual function that the host itself uses."""
    device = f"pci0000:00/0000:3b:0{number}.0"
    tree.write(f"/sys/devices/{device}/vendor", "0x15b3\n")
    (tree.root / f"sys/devices/{device}/physfn").symlink_to(f"../../{physical}")
    tree.interface(name, device=device)


def two_cards(tree: DeviceTree) -> None:
    """Two cards and the loopback interface."""
    tree.interface("lo", files={"type": "772"})
    cards(tree, "eno1", "eno2")


def bond_vlan_bridge(tree: DeviceTree) -> None:
    """A bridge over a VLAN over a bond of two cards, and an alias, which has no folder."""
    two_cards(tree)
    tree.interface("bond0", files={"uevent": "DEVTYPE=bond"})
    tree.interface("bond0.12", lower=("bond0",), files={"uevent": "DEVTYPE=vlan"})
    tree.interface("br0", files={"uevent": "DEVTYPE=bridge"})
    for slave, master in (("eno1", "bond0"), ("eno2", "bond0"), ("bond0.12", "br0")):
        tree.enslave(slave, master)
    tree.traffic("eno1:1", 0)


def team(tree: DeviceTree) -> None:
    """A team of two cards."""
    cards(tree, "eno1", "eno2")
    tree.interface("team0")
    tree.enslave("eno1", "team0")
    tree.enslave("eno2", "team0")


def over_one_card(tree: DeviceTree) -> None:
    """macvlan, ipvlan, macsec, VXLAN and PPPoE send through the card."""
    cards(tree, "eno1")
    for name in ("macvlan0", "ipvlan0", "macsec0", "vxlan7", "ppp0"):
        tree.interface(name, lower=("eno1",))


def within_the_host(tree: DeviceTree) -> None:
    """Containers, tunnels and what drops or redirects."""
    cards(tree, "eno1")
    for name in ("veth1a2b", "wg0", "dummy0", "ifb0", "gre0", "sit0", "nlmon0", "docker0"):
        tree.interface(name)


def open_vswitch(tree: DeviceTree) -> None:
    """A card and a tap as ports of Open vSwitch, and its own interfaces."""
    cards(tree, "eno1")
    tree.interface("ovs-system")
    tree.interface("br-int")
    tree.interface("vxlan_sys_4789")
    tree.interface("tapc0ffee", files={"tun_flags": TAP})
    tree.enslave("eno1", "ovs-system")
    tree.enslave("tapc0ffee", "ovs-system")


def routing_domain(tree: DeviceTree) -> None:
    """A card in a VRF."""
    cards(tree, "eno1")
    tree.interface("vrf-blue")
    tree.enslave("eno1", "vrf-blue")


def taps_by_any_name(tree: DeviceTree) -> None:
    """Cables of VMs, whatever they are called: tap, macvtap and ipvtap."""
    cards(tree, "eno1")
    tree.interface("vnet0", files={"tun_flags": TAP})
    tree.interface("web01", files={"tun_flags": TAP})
    tree.interface("guest7", lower=("eno1",), files={"macvtap/tap3/dev": "249:1"})
    tree.interface("guest8", lower=("eno1",), files={"ipvtap/tap4/dev": "248:1"})


def no_taps_in_spite_of_their_names(tree: DeviceTree) -> None:
    """A card that udev calls vnet0, a bridge, and the tunnel of a VPN."""
    tree.interface("vnet0", device=f"{PCI}.0")
    tree.interface("macvtap-lan", device=f"{PCI}.1")
    tree.interface("vnetbr", files={"uevent": "DEVTYPE=bridge"})
    tree.interface("vnet9", files={"tun_flags": TUN, "type": "65534"})


def virtual_functions(tree: DeviceTree) -> None:
    """SR-IOV without switchdev: each function counts what it sends itself."""
    tree.interface("ens1f0", device=f"{PCI}.0", files={"phys_port_name": "p0"})
    virtual_function(tree, "ens1f0v0", 2, physical=f"{PCI}.0")
    virtual_function(tree, "ens1f0v1", 3, physical=f"{PCI}.0")


def switchdev(tree: DeviceTree) -> None:
    """An uplink and what stands for virtual functions of VMs."""
    port(tree, "ens1f0np0", "p0")
    port(tree, "ens1f0npf0vf0", "pf0vf0")
    port(tree, "eth7", "pf0vf1")


def switchdev_with_own_functions(tree: DeviceTree) -> None:
    """A virtual and a sub function that the host itself uses: the uplink counts their packets too."""
    port(tree, "ens1f0np0", "p0")
    port(tree, "ens1f0npf0vf0", "pf0vf0")
    port(tree, "en3f0pf0sf8", "pf0sf8")
    virtual_function(tree, "ens1f0v0", 2, physical=f"{PCI}.0")
    tree.write(f"/sys/devices/{PCI}.0/mlx5_core.sf.4/sfnum", "8\n")
    tree.interface("enp59s0f0s8", device=f"{PCI}.0/mlx5_core.sf.4")


def smart_card(tree: DeviceTree) -> None:
    """A card with a computer on it: what stands for the host's own functions there."""
    port(tree, "p0", "p0")
    port(tree, "pf0hpf", "pf0hpf")
    port(tree, "c1pf0vf3", "c1pf0vf3")


def other_representors(tree: DeviceTree) -> None:
    """Names that other drivers give: ice, nfp and sfc."""
    port(tree, "ens1f0", "p0")
    port(tree, "eth1", "pf0vfr0")
    port(tree, "eth2", "pf1s0")
    port(tree, "eth3", "p0pf0vf2")


def split_ports(tree: DeviceTree) -> None:
    """A port split among two cables."""
    port(tree, "enp1s0f0np0s0", "p0s0")
    port(tree, "enp1s0f0np0s1", "p0s1")


def azure(tree: DeviceTree) -> None:
    """A netvsc interface adds the packets of its virtual function to its own."""
    tree.interface("eth0", device=f"{VMBUS}/vmbus_0_15")
    tree.interface("enP25341s1", device="pci62fd:00/62fd:00:02.0")
    tree.enslave("enP25341s1", "eth0")


def azure_bond_of_old(tree: DeviceTree) -> None:
    """Before netvsc had slaves a bond gathered the two, each of which counts its own."""
    tree.interface("eth0", device=f"{VMBUS}/vmbus_0_15")
    tree.interface("enP25341s1", device="pci62fd:00/62fd:00:02.0")
    tree.interface("bond0", files={"uevent": "DEVTYPE=bond"})
    tree.enslave("eth0", "bond0")
    tree.enslave("enP25341s1", "bond0")


def failover(tree: DeviceTree) -> None:
    """net_failover adds up its standby and its primary interface."""
    for name, device in (("ens3", "virtio0"), ("ens3nsby", "virtio0"), ("ens4", "0000:00:04.0")):
        tree.interface(name, device=f"pci0000:00/{device}")
    tree.enslave("ens3nsby", "ens3")
    tree.enslave("ens4", "ens3")


def switch_chip(tree: DeviceTree) -> None:
    """DSA: a conduit carries what its ports show; two of these are bridged."""
    tree.interface("eth0", device="platform/soc/ethernet", files={"dsa/tagging": "dsa"})
    for number in range(4):
        tree.interface(
            f"lan{number}",
            device="platform/soc/mdio/switch0",
            lower=("eth0",),
            files={"uevent": "DEVTYPE=dsa", "phys_port_name": f"p{number}", "phys_switch_id": "00000000"},
        )
    tree.interface("br-lan", files={"uevent": "DEVTYPE=bridge"})
    tree.enslave("lan0", "br-lan")
    tree.enslave("lan1", "br-lan")


def switch_chip_of_old(tree: DeviceTree) -> None:
    """Older kernels did not link a port to its conduit."""
    tree.interface("eth0", device="platform/soc/ethernet")
    tree.interface("wan", device="platform/soc/mdio/switch0", files={"uevent": "DEVTYPE=dsa"})


def stacked_with_a_device(tree: DeviceTree) -> None:
    """A driver that gives its sessions the device of the interface through which they send."""
    tree.interface("wwan0", device="pci0000:00/usb1/1-2", files={"uevent": "DEVTYPE=wwan"})
    tree.interface("session0", device="pci0000:00/usb1/1-2", lower=("wwan0",))


def infiniband(tree: DeviceTree) -> None:
    """A child of IPoIB has queues of its own: its parent does not see its packets."""
    tree.interface("ib0", device=f"{PCI}.0", files={"type": "32"})
    tree.interface("ib0.8001", device=f"{PCI}.0", files={"type": "32", "iflink": "1"})


def wireless(tree: DeviceTree) -> None:
    """A monitor hears what the interface receives."""
    tree.interface("wlan0", device=f"{PCI}.0", files={"uevent": "DEVTYPE=wlan"})
    tree.interface("mon0", device=f"{PCI}.0", files={"uevent": "DEVTYPE=wlan", "type": "803"})


def guest(tree: DeviceTree) -> None:
    """A hypervisor that is a VM itself."""
    tree.interface("eth0", device="pci0000:00/0000:00:03.0/virtio2")
    tree.interface("eth1", device="vif-0")


Layout = Callable[[DeviceTree], None]
LAYOUTS: list[tuple[Layout, str, str]] = [
    # The layout, its physical interfaces, its virtual ones; whatever else it has is left out.
    (two_cards, "eno1 eno2", ""),
    (bond_vlan_bridge, "eno1 eno2", "bond0 bond0.12 br0 eno1:1"),
    (team, "eno1 eno2", "team0"),
    (over_one_card, "eno1", "macvlan0 ipvlan0 macsec0 vxlan7 ppp0"),
    (within_the_host, "eno1", "veth1a2b wg0 dummy0 ifb0 gre0 sit0 nlmon0 docker0"),
    (open_vswitch, "eno1", "ovs-system br-int vxlan_sys_4789"),
    (routing_domain, "eno1", "vrf-blue"),
    (taps_by_any_name, "eno1", ""),
    (no_taps_in_spite_of_their_names, "vnet0 macvtap-lan", "vnetbr vnet9"),
    (virtual_functions, "ens1f0 ens1f0v0 ens1f0v1", ""),
    (switchdev, "ens1f0np0", "ens1f0npf0vf0 eth7"),
    (
        switchdev_with_own_functions,
        "ens1f0np0",
        "ens1f0npf0vf0 en3f0pf0sf8 ens1f0v0 enp59s0f0s8",
    ),
    (smart_card, "p0", "pf0hpf c1pf0vf3"),
    (other_representors, "ens1f0", "eth1 eth2 eth3"),
    (split_ports, "enp1s0f0np0s0 enp1s0f0np0s1", ""),
    (azure, "eth0", "enP25341s1"),
    (azure_bond_of_old, "eth0 enP25341s1", "bond0"),
    (failover, "ens3", "ens3nsby ens4"),
    (switch_chip, "eth0", "lan0 lan1 lan2 lan3 br-lan"),
    (switch_chip_of_old, "eth0", "wan"),
    (stacked_with_a_device, "wwan0", "session0"),
    (infiniband, "ib0 ib0.8001", ""),
    (wireless, "wlan0", "mon0"),
    (guest, "eth0 eth1", ""),
]
