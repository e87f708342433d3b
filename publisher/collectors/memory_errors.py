# SPDX-License-Identifier: Apache-2.0
"""Errors of memory modules that the hardware noticed, from /sys/devices/system/edac/mc.

The kernel's Documentation/admin-guide/RAS/main.rst. Numbers are kept in memory: nothing is asked of hardware.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceMalformedError, SourceUnavailableError, SystemTree, whole

FOLDER: Final = "/sys/devices/system/edac/mc"


class MemoryErrorReading(Struct, frozen=True, kw_only=True):
    """Errors by memory controller, since its driver was loaded or somebody reset them.

    Not added up: in a sum the reset of one hides behind the errors of another.
    """

    memory_corrected_error_total: dict[str, int]
    memory_uncorrected_error_total: dict[str, int]


class MemoryErrorCollector:
    """Reads two files per memory controller once per tick."""

    name = "memory_errors"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree

    def collect(self) -> Collected[MemoryErrorReading]:
        """Return the reading of this instant; no controller is no reading, and not zero errors."""
        controllers = [
            name for name in self._tree.names(FOLDER) if whole(name.removeprefix("mc")) is not None
        ]
        if not controllers:
            raise SourceUnavailableError(f"{FOLDER}: no memory controller is watched")
        return Collected(
            parse(
                {name: self._tree.read(f"{FOLDER}/{name}/ce_count") for name in controllers},
                {name: self._tree.read(f"{FOLDER}/{name}/ue_count") for name in controllers},
            )
        )


def parse(corrected: Mapping[str, str], uncorrected: Mapping[str, str]) -> MemoryErrorReading:
    """Return the reading in the texts of ce_count and ue_count of each controller."""
    return MemoryErrorReading(
        memory_corrected_error_total=_numbers("ce_count", corrected),
        memory_uncorrected_error_total=_numbers("ue_count", uncorrected),
    )


def _numbers(name: str, texts: Mapping[str, str]) -> dict[str, int]:
    numbers = {controller: whole(text) for controller, text in texts.items()}
    known = {controller: number for controller, number in numbers.items() if number is not None}
    if len(known) < len(numbers):
        raise SourceMalformedError(f"{FOLDER}: a {name} is not a number")
    return known
