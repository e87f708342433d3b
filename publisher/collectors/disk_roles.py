# SPDX-License-Identifier: Apache-2.0
"""Which disks count, by how they are built: pure, structure in, role out (docs/decisions/0037).

A request counts once, at the lowest disk of this host that sees it. A *leaf* is a whole disk that passes its
requests on to no disk that counts. A *layer* passes them on: it has a row and is in no total. What is left
out has no row: memory, floppies, disks without a medium, and files that are shown as disks.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

DiskRole = Literal["leaf", "layer", "left_out"]

# Names of drivers as in /proc/devices, which drivers themselves chose (register_blkdev).
LOOP: Final = "loop"
NBD: Final = "nbd"
# What they store is gone with the host's memory: swapping to zram is no traffic of a disk.
_MEMORY: Final = frozenset({"ramdisk", "zram", "nullb"})
_FLOPPY: Final = "fd"
# Layers that name no lower disk in slaves/: volumes of ZFS and of Veritas, paths gathered by PowerPath and
# Veritas, packet writing over a CD drive.
_UNLINKED_LAYERS: Final = frozenset({"zvol", "VxVM", "VxDMP", "emcpower", "pktcdvd"})
# A namespace that this very host serves, from a disk or a file of its own (drivers/nvme/target/loop.c).
_NVME_TO_ITSELF: Final = "loop"
# What a file system here gets through the network or from the machine around: no disk of this host sees it.
_REMOTE_FILE_SYSTEMS: Final = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "fuse.ceph",
        "fuse.glusterfs",
        "fuse.moosefs",
        "fuse.sshfs",
        "lustre",
        "nfs",
        "nfs4",
        "orangefs",
        "smb3",
        "virtiofs",
    }
)


class DiskStructure(Struct, frozen=True, kw_only=True):
    """What sysfs says about one whole disk.

    ``is_layer``: device-mapper, md or bcache, which keep nothing themselves. ``lower``: the disks in slaves/.
    ``namespace``: subsystem and identifier of an NVMe namespace; equal for a multipath head and its paths.
    ``is_hidden``: such a path, which nobody opens. ``file_system``: type of that below the file of a loop.
    ``is_served``: a program answers its requests, here or elsewhere: nbd and ublk.
    ``identity``: what the kernel calls this volume; another one is another volume, whatever its counters.
    """

    name: str | None = None
    identity: tuple[str, ...] = ()
    driver: str = ""
    has_device: bool = False
    has_medium: bool = True
    is_removable: bool = False
    is_layer: bool = False
    lower: tuple[str, ...] = ()
    is_hidden: bool = False
    namespace: str = ""
    transport: str = ""
    file_system: str = ""
    is_served: bool = False


def disk_roles(disks: Mapping[str, DiskStructure]) -> dict[str, DiskRole]:
    """Return the role of each whole disk of a host."""
    with_paths = {disk.namespace for disk in disks.values() if disk.is_hidden}
    return {device: _role(disk, with_paths) for device, disk in disks.items()}


def may_change(disk: DiskStructure) -> bool:
    """Tell whether a disk may become another one, or be built anew, while its folder in sysfs stays.

    A loop gets another file, a DRBD volume loses its own disk, a drive its medium, an array its members. A
    disk with a device behind it is what it is; device-mapper makes another folder for another volume.
    """
    if disk.driver in _MEMORY or disk.driver in _UNLINKED_LAYERS or disk.driver == _FLOPPY:
        return False
    return disk.is_removable or not (disk.has_device or disk.name)


def _role(disk: DiskStructure, with_paths: set[str]) -> DiskRole:
    if disk.driver in _MEMORY or disk.driver == _FLOPPY:
        return "left_out"
    if disk.driver == LOOP:
        return "leaf" if disk.file_system in _REMOTE_FILE_SYSTEMS else "left_out"
    if disk.is_layer or disk.lower or disk.driver in _UNLINKED_LAYERS or disk.transport == _NVME_TO_ITSELF:
        return "layer"
    if disk.namespace in with_paths and not disk.is_hidden:
        return "layer"
    # Drivers make disks in advance: sixteen of nbd, of which none may be connected.
    return "leaf" if disk.has_device or disk.has_medium else "left_out"
