# SPDX-License-Identifier: Apache-2.0
"""Layouts of disks as the kernel documents them, and which of them count."""

from collections.abc import Callable

from tests.unit.publisher.collectors.device_tree import DeviceTree

PCI = "pci0000:00/0000:00:17.0"
FABRICS = "virtual/nvme-fabrics/ctl"
SUBSYSTEMS = "virtual/nvme-subsystem"
NQN = "nqn.2014-08.org.example:array"


def scsi(tree: DeviceTree, *names: str, host: str = f"{PCI}/ata1/host0", **files: str) -> None:
    """Make disks of SCSI, SATA or SAS."""
    for position, name in enumerate(names):
        device = f"{host}/target0:0:{position}/0:0:{position}:0"
        tree.disk(name, "sd", place=f"{device}/block/{name}", device=device, files=files)


def nvme(tree: DeviceTree, name: str, controller: str, *, transport: str = "pcie", nqn: str = NQN) -> None:
    """Make a namespace behind a controller: a disk of its own, or the path of a multipath head.

    The name of a path contains that of the controller, and nobody can open it.
    """
    tree.write(f"/sys/devices/{controller}/subsysnqn", f"{nqn}\n")
    tree.write(f"/sys/devices/{controller}/transport", f"{transport}\n")
    files = {"wwid": f"eui.{name.rpartition('n')[2]}", "hidden": "1" if "c" in name else "0"}
    tree.disk(name, "blkext", place=f"{controller}/{name}", device=controller, files=files)


def head(tree: DeviceTree, name: str, *, subsystem: str = "nvme-subsys1", nqn: str = NQN) -> None:
    """Make a multipath head."""
    device = f"{SUBSYSTEMS}/{subsystem}"
    tree.write(f"/sys/devices/{device}/subsysnqn", f"{nqn}\n")
    files = {"wwid": f"eui.{name.rpartition('n')[2]}"}
    tree.disk(name, "blkext", place=f"{device}/{name}", device=device, files=files)


def mapped(tree: DeviceTree, name: str, *slaves: str, volume: str = "vg0-root") -> None:
    """Make a device-mapper volume."""
    files = {"dm/name": volume, "dm/uuid": f"LVM-{volume}"}
    tree.disk(name, "device-mapper", files=files)
    tree.put_over(name, *slaves)


def array(tree: DeviceTree, name: str, *slaves: str) -> None:
    """Make an md array."""
    tree.disk(name, "md", files={"md/level": "raid1", "md/uuid": f"md-{name}"})
    tree.put_over(name, *slaves)


def loop(tree: DeviceTree, name: str, file: str = "") -> None:
    """Make a loop device, with a file or without."""
    files = {"loop/backing_file": file} if file else {"size": "0"}
    tree.disk(name, "loop", files=files)


def partitions(tree: DeviceTree) -> None:
    """Partitions have lines in /proc/diskstats and no entry in /sys/block."""
    scsi(tree, "sda")
    tree.requests("sda1", 0)
    tree.requests("sda2", 0)


def lvm(tree: DeviceTree) -> None:
    """Volumes over a partition."""
    partitions(tree)
    mapped(tree, "dm-0", "sda2", volume="vg0-root")
    mapped(tree, "dm-1", "sda2", volume="vg0-images")


def encrypted_raid(tree: DeviceTree) -> None:
    """LVM over dm-crypt over md over two NVMe disks."""
    nvme(tree, "nvme0n1", f"{PCI}/nvme/nvme0", nqn=f"{NQN}:0")
    nvme(tree, "nvme1n1", f"{PCI}/nvme/nvme1", nqn=f"{NQN}:1")
    array(tree, "md127", "nvme0n1p2", "nvme1n1p2")
    mapped(tree, "dm-0", "md127", volume="luks")
    mapped(tree, "dm-1", "dm-0")


def dm_multipath(tree: DeviceTree) -> None:
    """A LUN by four paths: each request goes down one."""
    scsi(tree, "sda", "sdb", "sdc", "sdd", host=f"{PCI}/host7/rport-7:0-0")
    mapped(tree, "dm-0", "sda", "sdb", "sdc", "sdd", volume="mpatha")


def empty_layers(tree: DeviceTree) -> None:
    """An inactive array, and a volume of the error target, which is over nothing."""
    scsi(tree, "sda")
    array(tree, "md127")
    mapped(tree, "dm-0")


def nvme_over_tcp(tree: DeviceTree) -> None:
    """Namespaces over the network, without multipath, under devices/virtual."""
    scsi(tree, "sda")
    nvme(tree, "nvme3n1", f"{FABRICS}/nvme3", transport="tcp")
    nvme(tree, "nvme3n2", f"{FABRICS}/nvme3", transport="tcp")


def nvme_multipath_over_fabrics(tree: DeviceTree) -> None:
    """A head with paths through two controllers."""
    scsi(tree, "sda")
    head(tree, "nvme1n1")
    nvme(tree, "nvme1c1n1", f"{FABRICS}/nvme1", transport="rdma")
    nvme(tree, "nvme1c2n1", f"{FABRICS}/nvme2", transport="rdma")


def nvme_multipath_over_pcie(tree: DeviceTree) -> None:
    """A dual-ported disk, whose head alone is under devices/virtual."""
    head(tree, "nvme0n1", subsystem="nvme-subsys0")
    nvme(tree, "nvme0c0n1", f"{PCI}/nvme/nvme0")
    nvme(tree, "nvme0c1n1", f"{PCI}/nvme/nvme1")


def nvme_two_namespaces(tree: DeviceTree) -> None:
    """One head of a subsystem has a path, the other has lost its own: what is sent to it waits there."""
    head(tree, "nvme1n1")
    head(tree, "nvme1n2")
    nvme(tree, "nvme1c1n1", f"{FABRICS}/nvme1", transport="fc")


def nvme_two_subsystems(tree: DeviceTree) -> None:
    """Identifiers are those of a subsystem: another one's path is no path of this head."""
    head(tree, "nvme1n1", nqn=f"{NQN}:1")
    nvme(tree, "nvme2c1n1", f"{FABRICS}/nvme1", transport="tcp", nqn=f"{NQN}:2")


def nvme_without_multipath(tree: DeviceTree) -> None:
    """nvme_core.multipath=N: both paths are disks of their own, gathered by device-mapper."""
    nvme(tree, "nvme0n1", f"{PCI}/nvme/nvme0")
    nvme(tree, "nvme1n1", f"{PCI}/nvme/nvme1")
    mapped(tree, "dm-0", "nvme0n1", "nvme1n1", volume="mpatha")


def nvme_to_itself(tree: DeviceTree) -> None:
    """A namespace that this host serves from its own disk."""
    scsi(tree, "sda")
    nvme(tree, "nvme4n1", f"{FABRICS}/nvme4", transport="loop")


def nbd(tree: DeviceTree) -> None:
    """One is connected, the others were made in advance."""
    tree.disk("nbd0", "nbd", files={"pid": "4711"})
    tree.disk("nbd1", "nbd", files={"size": "0"})
    tree.disk("nbd2", "nbd", files={"size": "0"})


def ublk(tree: DeviceTree) -> None:
    """A disk that a program serves through a device of its own."""
    (tree.root / "sys/devices/virtual/ublk-char/ublkc0").mkdir(parents=True)
    (tree.root / "sys/devices/virtual/ublk-char/ublkc0/subsystem").symlink_to("../../../../class/ublk-char")
    tree.disk("ublkb0", "blkext", device="virtual/ublk-char/ublkc0")


def memory(tree: DeviceTree) -> None:
    """What is stored there is gone with the host's memory."""
    scsi(tree, "sda")
    tree.disk("zram0", "zram", files={"mm_stat": "0 0 0"})
    tree.disk("ram0", "ramdisk")
    tree.disk("nullb0", "nullb")


def local_loops(tree: DeviceTree) -> None:
    """No file, a file on a disk, in memory, deleted, and on a disk mounted below a network mount."""
    scsi(tree, "sda", "sdb")
    loop(tree, "loop0")
    loop(tree, "loop1", "/var/lib/snapd/snaps/core.snap")
    loop(tree, "loop2", "/run/image")
    loop(tree, "loop3", "/var/lib/image (deleted)")
    loop(tree, "loop4", "/mnt/nfs/local/image")


def loop_on_nfs(tree: DeviceTree) -> None:
    """A file that no disk of this host holds, a volume over it, and a file of a like-named folder."""
    scsi(tree, "sda")
    loop(tree, "loop0", "/mnt/nfs/image")
    mapped(tree, "dm-0", "loop0", volume="vg1-scratch")
    loop(tree, "loop1", "/mnt/nfs2/image")


def loop_on_ceph(tree: DeviceTree) -> None:
    """A mount point with a blank in it, and no disk at all."""
    loop(tree, "loop0", "/mnt/with blank/image")


def bcache(tree: DeviceTree) -> None:
    """A cache over its backing disk, and one that is not started yet."""
    scsi(tree, "sda", "sdb")
    nvme(tree, "nvme0n1", f"{PCI}/nvme/nvme0")
    tree.disk("bcache0", "bcache", files={"bcache/state": "clean"})
    tree.put_over("bcache0", "nvme0n1", "sda")
    tree.disk("bcache1", "bcache", files={"bcache/state": "no cache"})


def drbd(tree: DeviceTree) -> None:
    """A volume over LVM, a client without a disk, and one that is not configured."""
    lvm(tree)
    tree.disk("drbd0", "drbd")
    tree.put_over("drbd0", "dm-1")
    tree.disk("drbd1", "drbd")
    tree.disk("drbd2", "drbd", files={"size": "0"})


def ceph(tree: DeviceTree) -> None:
    """Below /sys/devices/rbd, and below devices/virtual as with older kernels."""
    tree.disk("rbd0", "rbd", place="rbd/0/block/rbd0", device="rbd/0")
    tree.disk("rbd1", "rbd")


def guest(tree: DeviceTree) -> None:
    """A hypervisor that is a VM itself: virtio and Xen."""
    tree.disk("vda", "virtblk", place=f"{PCI}/virtio1/block/vda", device=f"{PCI}/virtio1")
    tree.disk("xvda", "xvd", place="vbd-51712/block/xvda", device="vbd-51712")


def zfs(tree: DeviceTree) -> None:
    """Volumes of a pool over two disks; sysfs links neither to the other."""
    scsi(tree, "sda", "sdb")
    tree.disk("zd0", "zvol")
    tree.disk("zd16", "zvol")


def gathered_paths(tree: DeviceTree) -> None:
    """PowerPath and Veritas over paths, without links."""
    scsi(tree, "sda", "sdb", "sdc", "sdd")
    tree.disk("emcpowera", "emcpower")
    tree.disk("VxDMP1", "VxDMP")


def networked(tree: DeviceTree) -> None:
    """ATA over Ethernet, with a slash in its name, and iSCSI."""
    tree.disk("etherd!e1.0", "blkext")
    scsi(tree, "sdb", host="platform/host3/session1")


def cards(tree: DeviceTree) -> None:
    """A flash card behind a driver that names no parent, an MMC with a boot area, persistent memory."""
    tree.disk("fioa", "blkext")
    tree.disk("mmcblk0", "blkext", device="platform/mmc0/mmc0:0001")
    tree.disk("mmcblk0boot0", "blkext", device="platform/mmc0/mmc0:0001")
    tree.disk("pmem0", "blkext", device="LNXSYSTM:00/ndbus0/region0/namespace0.0")


def drives(tree: DeviceTree) -> None:
    """A CD drive, an empty card reader, a floppy drive."""
    tree.disk("sr0", "sr", device=f"{PCI}/ata2", files={"removable": "1"})
    tree.disk("sdc", "sd", device=f"{PCI}/usb1", files={"removable": "1", "size": "0"})
    tree.disk("fd0", "fd", device="platform/floppy.0", files={"removable": "1"})


def misleading_names(tree: DeviceTree) -> None:
    """Names that begin like those of memory, loops and floppies, of disks that are none."""
    tree.disk("ramsan0", "blkext", device=f"{PCI}/0000:01:00.0")
    tree.disk("loopback0", "blkext", device=f"{PCI}/0000:02:00.0")
    tree.disk("fda", "blkext", device=f"{PCI}/0000:03:00.0")


Layout = Callable[[DeviceTree], None]
LAYOUTS: list[tuple[Layout, str, str]] = [
    # The layout, its leaves, its layers; whatever else it has is left out.
    (partitions, "sda", ""),
    (lvm, "sda", "dm-0 dm-1"),
    (encrypted_raid, "nvme0n1 nvme1n1", "md127 dm-0 dm-1"),
    (dm_multipath, "sda sdb sdc sdd", "dm-0"),
    (empty_layers, "sda", "md127 dm-0"),
    (nvme_over_tcp, "sda nvme3n1 nvme3n2", ""),
    (nvme_multipath_over_fabrics, "sda nvme1c1n1 nvme1c2n1", "nvme1n1"),
    (nvme_multipath_over_pcie, "nvme0c0n1 nvme0c1n1", "nvme0n1"),
    (nvme_two_namespaces, "nvme1n2 nvme1c1n1", "nvme1n1"),
    (nvme_two_subsystems, "nvme1n1 nvme2c1n1", ""),
    (nvme_without_multipath, "nvme0n1 nvme1n1", "dm-0"),
    (nvme_to_itself, "sda", "nvme4n1"),
    (nbd, "nbd0", ""),
    (ublk, "ublkb0", ""),
    (memory, "sda", ""),
    (local_loops, "sda sdb", ""),
    (loop_on_nfs, "sda loop0", "dm-0"),
    (loop_on_ceph, "loop0", ""),
    (bcache, "sda sdb nvme0n1", "bcache0 bcache1"),
    (drbd, "sda drbd1", "dm-0 dm-1 drbd0"),
    (ceph, "rbd0 rbd1", ""),
    (guest, "vda xvda", ""),
    (zfs, "sda sdb", "zd0 zd16"),
    (gathered_paths, "sda sdb sdc sdd", "emcpowera VxDMP1"),
    (networked, "etherd/e1.0 sdb", ""),
    (cards, "fioa mmcblk0 mmcblk0boot0 pmem0", ""),
    (drives, "sr0 sdc", ""),
    (misleading_names, "ramsan0 loopback0 fda", ""),
]
