# SPDX-License-Identifier: Apache-2.0
"""CPU time, online CPUs and the run queue from /proc/stat.

Counters are ticks of 1/100 s (USER_HZ). ``guest`` is contained in ``user`` and ``guest_nice`` in ``nice``
(proc_stat(5)). An old kernel has fewer columns. The line ``cpu`` also counts CPUs that are offline, with
another idle time than while they are online. So the lines of the CPUs are the ones to compare.
"""

from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_COUNT, SourceMalformedError, SystemTree, counters, whole

PATH: Final = "/proc/stat"

COLUMNS: Final = (
    "user",
    "nice",
    "system",
    "idle",
    "iowait",
    "irq",
    "softirq",
    "steal",
    "guest",
    "guest_nice",
)
_FEWEST_COLUMNS: Final = 4
_GAUGES: Final = ("online_count", "running_count", "blocked_count")


class CpuReading(Struct, frozen=True, kw_only=True):
    """The line ``cpu``, those of each CPU by its number, and the scheduler's two gauges.

    Counters stand in the order of COLUMNS; one that is no number is None.
    """

    total: tuple[int | None, ...]
    cpus: dict[int, tuple[int | None, ...]] = {}
    online_count: int | None = None
    running_count: int | None = None
    blocked_count: int | None = None


class CpuCollector:
    """Reads /proc/stat once per tick."""

    name = "cpu"

    def __init__(self, tree: SystemTree) -> None:
        self._tree = tree

    def collect(self) -> Collected[CpuReading]:
        """Return the reading of this instant."""
        reading = parse(self._tree.read(PATH))
        missing = list(COLUMNS[len(reading.total) :])
        missing += [name for name in _GAUGES if getattr(reading, name) is None]
        return Collected(reading, f"{PATH}: no {', '.join(missing)}" if missing else None)


def parse(text: str) -> CpuReading:
    """Return the reading in the text of /proc/stat; raise SourceMalformedError without a ``cpu`` line."""
    total: tuple[int | None, ...] = ()
    cpus: dict[int, tuple[int | None, ...]] = {}
    position = 0
    # The lines after the last CPU hold one number per interrupt of the machine: they are not split.
    while text.startswith("cpu", position):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        name, _, rest = text[position:end].partition(" ")
        if name == "cpu":
            total = counters(rest.split()[: len(COLUMNS)])
        elif (number := whole(name[3:])) is not None:
            # Offline CPUs have no line, so that the numbers have holes.
            cpus[number] = counters(rest.split()[: len(COLUMNS)])
        position = end + 1
    if len(total) < _FEWEST_COLUMNS or None in total[:_FEWEST_COLUMNS]:
        raise SourceMalformedError(f"{PATH}: no line 'cpu' with user, nice, system and idle")
    missing = (None,) * len(total)
    return CpuReading(
        total=total,
        cpus={number: (line + missing)[: len(total)] for number, line in cpus.items()},
        online_count=len(cpus) or None,
        running_count=_gauge(text, "procs_running", position),
        blocked_count=_gauge(text, "procs_blocked", position),
    )


def _gauge(text: str, name: str, start: int) -> int | None:
    found = text.find(f"\n{name} ", max(0, start - 1))
    if found < 0:
        return None
    begin = found + len(name) + 2
    end = text.find("\n", begin)
    return whole(text[begin:] if end < 0 else text[begin:end], LARGEST_COUNT)
