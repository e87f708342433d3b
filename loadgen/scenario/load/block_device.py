# SPDX-License-Identifier: Apache-2.0
"""The block device that really holds a file, and whether "busy" means anything for it.

A file system lies on a partition, a volume or a disk. Partitions and volumes of one disk are followed down to
it, since that is what /proc/diskstats measures. Several disks below one volume have no one busy time.
"""

import os
from pathlib import Path
from typing import NamedTuple

from loadgen.errors import ScenarioError


class BlockDevice(NamedTuple):
    """A disk by its kernel name, and its folder in sysfs."""

    name: str
    folder: Path

    def busy_seconds(self) -> float:
        """Return how long the disk had requests in flight, by the kernel (iostats.rst, field 10)."""
        return int((self.folder / "stat").read_text().split()[9]) / 1000

    def remarks(self) -> list[str]:
        """Return why the busy time of this disk says little, if so."""
        found = []
        if self._number("queue/iostats") == 0:
            found.append(f"{self.name} counts nothing (queue/iostats is 0): its figures mean nothing")
        queues = self._queue_count()
        if self.name.startswith("nvme") or queues > 1:
            found.append(
                f"{self.name} serves {queues} queues in parallel: busy says that something was in flight; "
                "100 % is not full. Latency and queue tell whether it is slow"
            )
        elif self._number("queue/rotational") == 0:
            found.append(f"{self.name} does not rotate and may serve more at once: 100 % need not be full")
        if "/devices/virtual/" in str(self.folder.resolve()):
            found.append(f"{self.name} has no hardware of its own: what lies below it may count otherwise")
        return found

    def _queue_count(self) -> int:
        return len(list((self.folder / "mq").iterdir())) if (self.folder / "mq").is_dir() else 1

    def _number(self, name: str) -> int | None:
        try:
            return int((self.folder / name).read_text())
        except (OSError, ValueError):
            return None


def device_of(path: Path, *, system: Path = Path("/sys")) -> BlockDevice:
    """Return the disk below a file; raise ScenarioError when there is none, or more than one."""
    number = path.stat().st_dev
    major, minor = os.major(number), os.minor(number)
    if major == 0:
        raise ScenarioError(f"{path} lies on no block device of its own (tmpfs, overlay, btrfs or network)")
    return disk_of(system / f"dev/block/{major}:{minor}", system)


def disk_of(entry: Path, system: Path) -> BlockDevice:
    """Return the disk below a partition or volume in sysfs; raise ScenarioError as ``device_of``."""
    folder = entry.resolve()
    if (folder / "partition").exists():
        folder = folder.parent
    below = sorted((folder / "slaves").iterdir()) if (folder / "slaves").is_dir() else []
    if len(below) > 1:
        names = ", ".join(each.name for each in below)
        raise ScenarioError(f"{folder.name} lies on several devices ({names}), which have no one busy time")
    # The kernel writes a slash within a device name as an exclamation mark in sysfs.
    return disk_of(below[0], system) if below else BlockDevice(folder.name.replace("!", "/"), folder)
