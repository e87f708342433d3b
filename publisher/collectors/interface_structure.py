# SPDX-License-Identifier: Apache-2.0
"""How one network interface is built, read from sysfs (Documentation/ABI/testing/sysfs-class-net).

Whatever cannot be read is left at its default. ``phys_port_name`` and ``phys_switch_id`` take the kernel's
network lock, so that they are read of interfaces with a device only.
"""

from typing import Final

from publisher.collectors.interface_roles import InterfaceStructure
from publisher.procfs import SourceError, SystemTree, lines, whole

FOLDER: Final = "/sys/class/net"

_IFF_TAP: Final = 0x0002  # include/uapi/linux/if_tun.h
# Folders of the character device through which QEMU reads a macvtap or ipvtap interface.
_TAP_FOLDERS: Final = ("macvtap", "ipvtap")
_LOWER: Final = "lower_"


def read_structure(tree: SystemTree, device: str) -> InterfaceStructure:
    """Return how an interface is built. An alias such as eth0:1 has no folder and counts nothing twice."""
    place = f"{FOLDER}/{device}"
    index = _text(tree, f"{place}/ifindex")
    link_type = whole(_text(tree, f"{place}/type"))
    if not tree.exists(f"{place}/device"):
        return InterfaceStructure(index=index, link_type=link_type, is_tap=_is_tap(tree, place))
    return InterfaceStructure(
        index=index,
        link_type=link_type,
        has_device=True,
        kind=_kind(_text(tree, f"{place}/uevent")),
        port=_text(tree, f"{place}/phys_port_name"),
        master=read_master(tree, device),
        lower=tuple(name.removeprefix(_LOWER) for name in _names(tree, place) if name.startswith(_LOWER)),
        is_switched_function=_is_switched_function(tree, f"{place}/device"),
    )


def read_master(tree: SystemTree, device: str) -> str:
    """Return the name of the interface that owns this one; empty if none does. Takes no lock."""
    target = tree.link_target(f"{FOLDER}/{device}/master")
    return target.rpartition("/")[2] if target else ""


def _is_tap(tree: SystemTree, place: str) -> bool:
    try:
        return bool(int(tree.read_once(f"{place}/tun_flags"), 0) & _IFF_TAP)
    except (SourceError, ValueError):
        return any(tree.exists(f"{place}/{folder}") for folder in _TAP_FOLDERS)


def _kind(uevent: str) -> str:
    return next((line.partition("=")[2] for line in lines(uevent) if line.startswith("DEVTYPE=")), "")


def _is_switched_function(tree: SystemTree, place: str) -> bool:
    """Tell whether a function of a card sends through the card's own switch, whose uplink counts it too.

    Sub functions always do. Virtual functions do once the card is in switchdev mode; only then the interface
    of the physical function says which switch it belongs to.
    """
    if tree.exists(f"{place}/sfnum"):
        return True
    uplinks = f"{place}/physfn/net"
    return any(_text(tree, f"{uplinks}/{name}/phys_switch_id") for name in _names(tree, uplinks))


def _names(tree: SystemTree, folder: str) -> list[str]:
    try:
        return tree.names(folder)
    except SourceError:
        return []


def _text(tree: SystemTree, path: str) -> str:
    try:
        return tree.read_once(path).strip()
    except SourceError:
        return ""
