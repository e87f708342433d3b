# SPDX-License-Identifier: Apache-2.0
"""Moves a VM between two libvirts of the lab: cold, as each has a network and folders of its own.

The disk is copied while the VM is off. The definition follows with the paths of its new home. The old home
forgets the VM: a host that was moved away from keeps nothing of it.
"""

import contextlib
import shutil

import libvirt

from deploy.lab.guest import Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon


class ColdMove:
    """The way from one libvirt to another and back. Raises libvirt.libvirtError, GuestError or OSError."""

    def __init__(self, first: LibvirtDaemon, second: LibvirtDaemon) -> None:
        self._first = first
        self._second = second

    def move(self, domain: str, *, back: bool = False) -> None:
        """Move a running VM to the second host, or back; the VM starts anew there."""
        source, target = (self._second, self._first) if back else (self._first, self._second)
        with (
            contextlib.closing(libvirt.open(source.uri)) as old,
            contextlib.closing(libvirt.open(target.uri)) as new,
        ):
            old_domain = old.lookupByName(domain)
            text = old_domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
            disk = f"guests/{old_domain.UUIDString()}.qcow2"
            old_domain.destroy()
            shutil.copyfile(source.directory / disk, target.directory / disk)
            new.defineXML(text.replace(str(source.directory), str(target.directory))).create()
            with Guests(source) as guests:
                guests.undefine(domain)
