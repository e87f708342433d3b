# SPDX-License-Identifier: Apache-2.0
"""Pressure stall times from /proc/pressure: how long tasks waited for CPU, memory, I/O or interrupts.

Counters are microseconds (Documentation/accounting/psi.rst). ``some``: at least one task waited;
``full``: all that were not idle did. The files' own averages are not used: they lag behind. ``full``
of the CPU is always 0 for a whole host and is left out.
"""

import re
from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceError, SourceUnavailableError, SystemTree, whole

FOLDER: Final = "/proc/pressure"

_WANTED: Final = {"cpu": ("some",), "memory": ("some", "full"), "io": ("some", "full"), "irq": ("full",)}
_TOTAL: Final = re.compile(r"^(some|full)\b.*?\btotal=(\d{1,20})\b", re.MULTILINE | re.ASCII)


class PressureReading(Struct, frozen=True, kw_only=True):
    """Microseconds of waiting since boot. ``irq`` needs Linux 6.1 with CONFIG_IRQ_TIME_ACCOUNTING."""

    cpu_some_total: int | None = None
    memory_some_total: int | None = None
    memory_full_total: int | None = None
    io_some_total: int | None = None
    io_full_total: int | None = None
    irq_full_total: int | None = None


class PressureCollector:
    """Reads the four files once per tick."""

    name = "pressure"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree

    def collect(self) -> Collected[PressureReading]:
        """Return the reading of this instant."""
        totals: dict[str, dict[str, int]] = {}
        remarks: list[str] = []
        for subject, kinds in _WANTED.items():
            try:
                found = totals[subject] = parse(self._tree.read(f"{FOLDER}/{subject}"))
            except SourceError as error:
                totals[subject] = {}
                remarks.append(str(error))
            else:
                remarks += [f"{FOLDER}/{subject}: no total of {kind}" for kind in kinds if kind not in found]
        if not any(totals.values()):
            raise SourceUnavailableError(remarks[0] if remarks else f"{FOLDER}: no totals")
        return Collected(
            PressureReading(
                cpu_some_total=totals["cpu"].get("some"),
                memory_some_total=totals["memory"].get("some"),
                memory_full_total=totals["memory"].get("full"),
                io_some_total=totals["io"].get("some"),
                io_full_total=totals["io"].get("full"),
                irq_full_total=totals["irq"].get("full"),
            ),
            "; ".join(remarks) or None,
        )


def parse(text: str) -> dict[str, int]:
    """Return the totals of one pressure file by line name; an unknown text has none."""
    totals: dict[str, int] = {}
    for kind, digits in _TOTAL.findall(text):
        value = whole(digits)
        if value is not None:
            totals[kind] = value
    return totals
