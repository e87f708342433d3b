# SPDX-License-Identifier: Apache-2.0
"""Which host this is, and which boot of it."""

import os
import re
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_COUNT, SourceError, SystemTree
from publisher.wire.samples import NAME_CHARACTERS

FOLDER: Final = "/proc/sys/kernel"
PRESENT_PATH: Final = "/sys/devices/system/cpu/present"

_RANGE: Final = re.compile(r"\A(\d{1,9})(?:-(\d{1,9}))?\Z", re.ASCII)


class IdentityReading(Struct, frozen=True, kw_only=True):
    """The kernel's own words; ``cpu_count`` counts the CPUs that are plugged in, online or not."""

    boot_id: str
    hostname: str
    kernel: str | None = None
    machine: str | None = None
    cpu_count: int | None = None


class _Boot(Struct, frozen=True):
    boot_id: str
    kernel: str | None
    machine: str
    cpu_count: int | None
    remark: str | None


class IdentityCollector:
    """Reads boot id and host name once per tick, and the rest once per boot."""

    name = "identity"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree
        self._boot: _Boot | None = None

    def collect(self) -> Collected[IdentityReading]:
        """Return the reading of this instant; raise SourceError without boot id or host name."""
        boot_id = self._tree.read(f"{FOLDER}/random/boot_id").strip()
        hostname = self._tree.read(f"{FOLDER}/hostname").strip()[:NAME_CHARACTERS]
        boot = self._boot
        if boot is None or boot.boot_id != boot_id:
            boot = self._boot = self._look(boot_id)
        reading = IdentityReading(
            boot_id=boot_id,
            hostname=hostname,
            kernel=boot.kernel,
            machine=boot.machine,
            cpu_count=boot.cpu_count,
        )
        return Collected(reading, boot.remark)

    def _look(self, boot_id: str) -> _Boot:
        remarks: list[str] = []
        kernel, count, machine = None, None, None
        try:
            kernel = self._tree.read_once(f"{FOLDER}/osrelease").strip()[:NAME_CHARACTERS] or None
        except SourceError as error:
            remarks.append(str(error))
        try:
            count = count_of_ranges(self._tree.read_once(PRESENT_PATH))
        except SourceError as error:
            remarks.append(str(error))
        try:
            machine = self._tree.read_once(f"{FOLDER}/arch").strip()[:NAME_CHARACTERS]
        except SourceError:
            # Linux before 6.1 has no such file; uname asks the same kernel.
            machine = ""
        return _Boot(boot_id, kernel, machine or os.uname().machine, count, "; ".join(remarks) or None)


def count_of_ranges(text: str) -> int | None:
    """Return how many numbers a kernel list such as ``0-3,8`` names; None if it is not such a list."""
    count = 0
    for part in text.strip().split(","):
        match = _RANGE.match(part)
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            return None
        count += last - first + 1
    return count if count <= LARGEST_COUNT else None
