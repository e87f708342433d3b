# SPDX-License-Identifier: Apache-2.0
"""Whether this host has libvirt at all: the difference between "no VMs" and "VMs that cannot be seen".

An empty list of domains tells the consumer that all are gone. It is therefore sent only where nothing
suggests a hypervisor: no URI in the settings, no socket, no daemon.
"""

from pathlib import Path

SYSTEM_URI = "qemu:///system"

_SOCKETS = (
    "run/libvirt/libvirt-sock-ro",
    "run/libvirt/virtqemud-sock-ro",
    "run/libvirt/libvirt-sock",
    "run/libvirt/virtqemud-sock",
)
_DAEMONS = ("usr/sbin/libvirtd", "usr/sbin/virtqemud", "usr/local/sbin/libvirtd", "usr/local/sbin/virtqemud")


def absence(uri: str | None, root: Path = Path("/")) -> str | None:
    """Return why this host counts as one without libvirt; None if it has, or should have, libvirt."""
    if uri is not None:
        return None
    if any((root / path).exists() for path in (*_SOCKETS, *_DAEMONS)):
        return None
    return "this host has no libvirt: no daemon is installed and no socket is in /run/libvirt"
