# SPDX-License-Identifier: Apache-2.0
"""CPU time, online CPUs and the run queue from /proc/stat.

Counters are ticks of 1/100 s (USER_HZ), summed over all CPUs. ``guest`` is contained in ``user`` and
``guest_nice`` in ``nice`` (proc_stat(5)). Columns that an old kernel lacks are None.
"""

from typing import Final

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import LARGEST_COUNT, SourceMalformedError, SystemTree, whole

PATH: Final = "/proc/stat"


class CpuReading(Struct, frozen=True, kw_only=True):
    """The ``cpu`` line, the number of ``cpuN`` lines and the scheduler's two gauges."""

    user_total: int
    nice_total: int
    system_total: int
    idle_total: int
    iowait_total: int | None = None
    irq_total: int | None = None
    softirq_total: int | None = None
    steal_total: int | None = None
    guest_total: int | None = None
    guest_nice_total: int | None = None
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
        return Collected(parse(self._tree.read(PATH)))


def parse(text: str) -> CpuReading:
    """Return the reading in the text of /proc/stat; raise SourceMalformedError without a ``cpu`` line."""
    total: list[int | None] = []
    online: set[str] = set()
    position = 0
    # The lines after the last CPU hold one number per interrupt of the machine: they are not split.
    while text.startswith("cpu", position):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        name, _, rest = text[position:end].partition(" ")
        if name == "cpu":
            total = [whole(column) for column in rest.split()]
        elif whole(name[3:]) is not None:
            # Offline CPUs have no line, so that the numbers have holes: only their count is used.
            online.add(name)
        position = end + 1
    columns = total[:10] + [None] * (10 - len(total))
    user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice = columns
    if user is None or nice is None or system is None or idle is None:
        raise SourceMalformedError(f"{PATH}: no line 'cpu' with user, nice, system and idle")
    return CpuReading(
        user_total=user,
        nice_total=nice,
        system_total=system,
        idle_total=idle,
        iowait_total=iowait,
        irq_total=irq,
        softirq_total=softirq,
        steal_total=steal,
        guest_total=guest,
        guest_nice_total=guest_nice,
        online_count=len(online) or None,
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
