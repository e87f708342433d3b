# SPDX-License-Identifier: Apache-2.0
"""The host's memory as the generator reads it. ``occupied_bytes`` knows nothing of MemAvailable.

``parked_bytes`` are free pages on the lists of the CPUs, which MemFree and MemAvailable leave out. Since
Linux 6.7 these lists may grow to gigabytes for a while, when much memory is freed.
"""

import os
from pathlib import Path
from typing import NamedTuple

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# What cannot be dropped, counted where it is used: processes, tmpfs and memfd, kernel.
_OCCUPIED = ("AnonPages", "Shmem", "SUnreclaim", "KernelStack", "PageTables")


class Memory(NamedTuple):
    """One reading of /proc/meminfo."""

    total_bytes: int
    available_bytes: int
    occupied_bytes: int
    parked_bytes: int


def read_memory(folder: Path = Path("/proc")) -> Memory:
    """Return the memory of this machine."""
    values = {
        name: int(rest.split()[0]) * 1024
        for name, _, rest in (line.partition(":") for line in (folder / "meminfo").read_text().splitlines())
    }
    occupied = sum(values.get(name, 0) for name in _OCCUPIED)
    return Memory(values["MemTotal"], values["MemAvailable"], occupied, _parked_bytes(folder / "zoneinfo"))


def _parked_bytes(path: Path) -> int:
    """Return the free pages that wait on the lists of the CPUs."""
    words = [line.split() for line in path.read_text().splitlines()]
    return sum(int(each[1]) for each in words if each[:1] == ["count:"]) * _PAGE_BYTES
