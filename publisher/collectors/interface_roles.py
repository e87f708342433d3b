# SPDX-License-Identifier: Apache-2.0
"""Which interfaces count, by how they are built: pure, structure in, role out (docs/decisions/0037).

A packet that enters or leaves this host counts once. *Physical* interfaces count: a device carries their
packets, and no other interface that counts carries them too. *Virtual* ones repeat packets or move them
within the host: they have a row and are in no total. Names are of anybody's choice and are not looked at.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

InterfaceRole = Literal["physical", "virtual", "left_out"]

# include/uapi/linux/if_arp.h: the loopback interface, and copies of what a wireless card hears.
_LOOPBACK: Final = 772
_MONITORS: Final = frozenset({801, 802, 803, 805})
# Ports of a switch chip: the interface of the CPU's own port, the conduit, carries their packets.
_SWITCH_PORT: Final = "dsa"
# A port of a network card's switch that stands for a function of the card (net/devlink/port.c): pf0, pf0vf3,
# pf0sf8, c1pf0vf3. The ports with a cable are p0 and p0s1.
_REPRESENTOR: Final = re.compile(r"(c\d+)?(p\d+)?pf\d+")


class InterfaceStructure(Struct, frozen=True, kw_only=True):
    """What sysfs says about one interface.

    ``index``: ifindex; another one is another interface. ``kind``: DEVTYPE of uevent. ``port``: its port of a
    switch. ``master``: the interface that owns this one; ``lower``: those that this one is built on.
    ``is_switched_function``: a virtual or sub function of a card whose own switch passes its packets on.
    ``is_tap``: the cable of a VM, published with the VM.
    """

    index: str = ""
    link_type: int | None = None
    has_device: bool = False
    is_tap: bool = False
    kind: str = ""
    port: str = ""
    master: str = ""
    lower: tuple[str, ...] = ()
    is_switched_function: bool = False


def interface_roles(interfaces: Mapping[str, InterfaceStructure]) -> dict[str, InterfaceRole]:
    """Return the role of each interface of a host."""
    return {device: _role(device, interface, interfaces) for device, interface in interfaces.items()}


def _role(
    device: str, interface: InterfaceStructure, interfaces: Mapping[str, InterfaceStructure]
) -> InterfaceRole:
    # The kernel itself names the loopback interface: that is all there is to see where sysfs is hidden.
    is_loopback = device == "lo" if interface.link_type is None else interface.link_type == _LOOPBACK
    if is_loopback or interface.is_tap:
        return "left_out"
    if not interface.has_device or interface.link_type in _MONITORS:
        return "virtual"
    if interface.is_switched_function or _REPRESENTOR.match(interface.port):
        return "virtual"
    # A master with a device of its own adds what its slaves carry to its counters: netvsc and net_failover.
    # A bond has no device and counts by its slaves.
    master = interfaces.get(interface.master)
    if master is not None and master.has_device:
        return "virtual"
    handed_on = any(lower in interfaces and interfaces[lower].master != device for lower in interface.lower)
    return "virtual" if interface.kind == _SWITCH_PORT or handed_on else "physical"
