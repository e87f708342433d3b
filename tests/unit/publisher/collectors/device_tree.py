# SPDX-License-Identifier: Apache-2.0
"""Makes the parts of /proc and /sys in which a host shows its disks and interfaces.

Modelled on Documentation/ABI/stable/sysfs-block, testing/sysfs-class-net and their neighbours: an entry of
/sys/block or /sys/class/net is a link to the folder of the device, and relations are links too.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from publisher.procfs import SystemTree

# Major numbers of block devices and who they belong to, as in /proc/devices.
DRIVERS = {
    "ramdisk": 1,
    "fd": 2,
    "loop": 7,
    "sd": 8,
    "md": 9,
    "sr": 11,
    "nbd": 43,
    "emcpower": 120,
    "drbd": 147,
    "VxDMP": 201,
    "xvd": 202,
    "zvol": 230,
    "bcache": 248,
    "nullb": 249,
    "zram": 250,
    "rbd": 251,
    "virtblk": 252,
    "device-mapper": 253,
    "blkext": 259,
}
MOUNTS = (
    "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw",
    "30 22 0:40 / /mnt/nfs rw shared:2 - nfs4 nas:/export rw,vers=4.2",
    "31 22 0:41 / /run rw shared:3 - tmpfs tmpfs rw",
    r"32 22 0:42 / /mnt/with\040blank rw shared:4 - ceph mon:/ rw",
    "33 30 8:17 / /mnt/nfs/local rw - xfs /dev/sdb1 rw",
)


class DeviceTree:
    """The /proc and /sys of one host below ``root``. Disks and interfaces are shown in the order made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._requests: dict[str, int] = {}
        self._packets: dict[str, int] = {}
        self._made_count = 0
        majors = "".join(f"{major:3d} {driver}\n" for driver, major in DRIVERS.items())
        self.write("/proc/devices", f"Character devices:\n  1 mem\n  7 vcs\n\nBlock devices:\n{majors}")
        self.write("/proc/self/mountinfo", "".join(f"{line}\n" for line in MOUNTS))
        self._write_counters()
        for folder in ("/sys/block", "/sys/class/net"):
            self._path(folder).mkdir(parents=True)

    def system(self) -> SystemTree:
        """Return what collectors read this host through."""
        return SystemTree(self.root)

    def write(self, path: str, text: str) -> None:
        """Make or replace a file."""
        self._path(path).parent.mkdir(parents=True, exist_ok=True)
        self._path(path).write_bytes(os.fsencode(text))

    def disk(
        self,
        name: str,
        driver: str,
        *,
        place: str = "",
        device: str = "",
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Make a disk: ``place`` and ``device`` are folders of /sys/devices, a device is what it sits on.

        A file without text is not there.
        """
        self._made_count += 1
        place = place or f"{device or 'virtual'}/block/{name}"
        folder = f"/sys/devices/{place}"
        shown = {"dev": f"{DRIVERS[driver]}:0", "size": "2097152", "removable": "0", "hidden": "0"}
        for file, text in (shown | {"diskseq": str(self._made_count)} | dict(files or {})).items():
            if text:
                self.write(f"{folder}/{file}", f"{text}\n")
        self._path(f"{folder}/slaves").mkdir(exist_ok=True)
        self._link(f"/sys/block/{name}", folder)
        if device:
            self._path(f"/sys/devices/{device}").mkdir(parents=True, exist_ok=True)
            self._link(f"{folder}/device", f"/sys/devices/{device}")
        self.requests(name, 0)

    def put_over(self, name: str, *slaves: str) -> None:
        """Let a disk pass its requests on to others."""
        for slave in slaves:
            self._link(f"/sys/block/{name}/slaves/{slave}", f"/sys/class/block/{slave}")

    def interface(
        self,
        name: str,
        *,
        device: str = "",
        lower: tuple[str, ...] = (),
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Make an interface: ``device`` is the folder of /sys/devices that it sits on, if there is one."""
        self._made_count += 1
        folder = f"/sys/devices/{device or 'virtual'}/net/{name}"
        shown = {"ifindex": str(self._made_count), "iflink": str(self._made_count), "type": "1"}
        uevent = f"INTERFACE={name}\nIFINDEX={self._made_count}"
        for file, text in (shown | {"uevent": uevent} | dict(files or {})).items():
            self.write(f"{folder}/{file}", f"{text}\n")
        self._link(f"/sys/class/net/{name}", folder)
        if device:
            self._link(f"{folder}/device", f"/sys/devices/{device}")
        for other in lower:
            self._link(f"{folder}/lower_{other}", f"/sys/class/net/{other}")
        self.traffic(name, 0)

    def enslave(self, name: str, master: str) -> None:
        """Give an interface to another one."""
        self._link(f"/sys/class/net/{name}/master", f"/sys/class/net/{master}")
        self._link(f"/sys/class/net/{master}/lower_{name}", f"/sys/class/net/{name}")

    def requests(self, name: str, count: int) -> None:
        """Let a disk have served so many reads of 4 KiB, each within a millisecond."""
        self._requests[name] = count
        self._write_counters()

    def traffic(self, name: str, count: int) -> None:
        """Let an interface have received so many packets of 1,000 bytes."""
        self._packets[name] = count
        self._write_counters()

    def remove_disk(self, name: str) -> None:
        """Take a disk away, from /proc too."""
        self._remove(f"/sys/block/{name}")
        del self._requests[name]
        self._write_counters()

    def remove_interface(self, name: str) -> None:
        """Take an interface away, from /proc too."""
        self._remove(f"/sys/class/net/{name}")
        del self._packets[name]
        self._write_counters()

    def rename_interface(self, name: str, other: str) -> None:
        """Give an interface another name: its entry moves, as rename(2) moves a file."""
        self._path(f"/sys/class/net/{name}").rename(self._path(f"/sys/class/net/{other}"))
        self._packets[other] = self._packets.pop(name)
        self._write_counters()

    def _write_counters(self) -> None:
        disks = (
            f" 8 0 {disk.replace('!', '/')} {reads} 0 {reads * 8} {reads} 0 0 0 0 0 {reads} {reads}\n"
            for disk, reads in self._requests.items()
        )
        interfaces = (
            f"{interface}: {packets * 1000} {packets} 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
            for interface, packets in self._packets.items()
        )
        self.write("/proc/diskstats", "".join(disks))
        self.write("/proc/net/dev", "".join(interfaces))

    def _path(self, path: str) -> Path:
        return self.root / path.removeprefix("/")

    def _link(self, path: str, target: str) -> None:
        place = self._path(path)
        place.unlink(missing_ok=True)
        place.symlink_to(os.path.relpath(self._path(target).resolve(), place.parent.resolve()))

    def _remove(self, path: str) -> None:
        shutil.rmtree(self._path(path).resolve())
        # Sysfs gives no number again, as the file system of a test does at once: the entry is kept elsewhere.
        self._made_count += 1
        self._path(path).rename(self.root / f"gone-{self._made_count}")
