# SPDX-License-Identifier: Apache-2.0
"""How one disk is built, read from sysfs (Documentation/ABI/stable/sysfs-block and its neighbours).

Whatever cannot be read is left at its default: kernels differ in what they tell.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from publisher.collectors.disk_roles import LOOP, NBD, DiskStructure
from publisher.procfs import SourceError, SystemTree, lines
from publisher.wire.samples import NAME_CHARACTERS

FOLDER: Final = "/sys/block"
DRIVERS_PATH: Final = "/proc/devices"
MOUNTS_PATH: Final = "/proc/self/mountinfo"

# Folders that a driver which keeps nothing itself puts into that of its disk.
_LAYER_FOLDERS: Final = frozenset({"dm", "md", "bcache"})
# The path of a file or of a mount is any text: proc_pid_mountinfo(5) writes blanks and backslashes in octal.
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_MOUNT_POINT: Final = 4
# The class of the device through which a program serves a disk (drivers/block/ublk_drv.c).
_UBLK: Final = "/ublk-char"
_SEPARATOR: Final = "-"


def sysfs_name(device: str) -> str:
    """Return how sysfs writes the kernel's name of a disk: a slash in it would be a folder."""
    return device.replace("/", "!")


def read_structure(
    tree: SystemTree, device: str, number: int, drivers: Mapping[str, str]
) -> DiskStructure | None:
    """Return how a disk is built; None if it went away meanwhile.

    ``number`` is that of its entry in sysfs, ``drivers`` are those of ``block_drivers``.
    """
    place = f"{FOLDER}/{sysfs_name(device)}"
    entries = _names(tree, place)
    if not entries:
        return None

    def text(entry: str) -> str:
        return _text(tree, f"{place}/{entry}")

    has_device = "device" in entries
    driver = drivers.get(text("dev").partition(":")[0], "")
    name = text("dm/name")[:NAME_CHARACTERS] or None if "dm" in entries else None
    # Linux before 5.15 numbers no disks, but the entries of sysfs, each of which is made with its disk.
    identity = [text("diskseq") if "diskseq" in entries else str(number)]
    identity += [text(f"{folder}/uuid") for folder in ("dm", "md") if folder in entries]
    # Of an NVMe namespace and of a SCSI disk.
    wwid = text("wwid") or text("device/wwid") if has_device else ""
    subsystem = text("device/subsysnqn") if has_device and wwid else ""
    return DiskStructure(
        name=name,
        identity=(*identity, wwid),
        driver=driver,
        has_device=has_device,
        has_medium=text("size") != "0",
        is_removable=text("removable") == "1",
        is_layer=not _LAYER_FOLDERS.isdisjoint(entries),
        lower=tuple(sorted(_names(tree, f"{place}/slaves"))) if "slaves" in entries else (),
        is_hidden=text("hidden") == "1" and bool(subsystem),
        namespace=f"{subsystem} {wwid}" if subsystem else "",
        transport=text("device/transport") if subsystem else "",
        file_system=_file_system(tree, text("loop/backing_file")) if driver == LOOP else "",
        is_served=driver == NBD or (tree.link_target(f"{place}/device/subsystem") or "").endswith(_UBLK),
    )


def block_drivers(tree: SystemTree) -> dict[str, str]:
    """Return the driver of each major number, from the second list of /proc/devices (proc_devices(5))."""
    drivers: dict[str, str] = {}
    for line in _text(tree, DRIVERS_PATH).partition("Block devices:")[2].splitlines():
        major, _, driver = line.strip().partition(" ")
        drivers.setdefault(major, driver)
    return drivers


def _file_system(tree: SystemTree, path: str) -> str:
    """Return the type of the file system that a file lies on: the last mount on the longest path."""
    if not path:
        return ""
    found, longest = "", -1
    for line in lines(_text(tree, MOUNTS_PATH)):
        columns = line.split(" ")
        if len(columns) <= _MOUNT_POINT or _SEPARATOR not in columns[_MOUNT_POINT:]:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), columns[_MOUNT_POINT]).rstrip("/")
        if len(point) >= longest and f"{path}/".startswith(f"{point}/"):
            kind = columns.index(_SEPARATOR, _MOUNT_POINT) + 1
            found, longest = "".join(columns[kind : kind + 1]), len(point)
    return found


def _names(tree: SystemTree, folder: str) -> Collection[str]:
    try:
        return tree.numbers(folder).keys()
    except SourceError:
        return ()


def _text(tree: SystemTree, path: str) -> str:
    try:
        return tree.read_once(path).strip()
    except SourceError:
        return ""
