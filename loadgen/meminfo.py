# SPDX-License-Identifier: Apache-2.0
"""The host's memory as the generator reads it. ``occupied_bytes`` knows nothing of MemAvailable."""

from pathlib import Path
from typing import NamedTuple

# What cannot be dropped, counted where it is used: processes, tmpfs and memfd, kernel.
_OCCUPIED = ("AnonPages", "Shmem", "SUnreclaim", "KernelStack", "PageTables")


class Memory(NamedTuple):
    """One reading of /proc/meminfo."""

    total_bytes: int
    available_bytes: int
    occupied_bytes: int


def read_memory(path: Path = Path("/proc/meminfo")) -> Memory:
    """Return the memory of this machine."""
    values = {
        name: int(rest.split()[0]) * 1024
        for name, _, rest in (line.partition(":") for line in path.read_text().splitlines())
    }
    occupied = sum(values.get(name, 0) for name in _OCCUPIED)
    return Memory(values["MemTotal"], values["MemAvailable"], occupied)
