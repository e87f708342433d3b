# SPDX-License-Identifier: Apache-2.0
"""CPU time of processes: of those that live and of the children they have waited for."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

# clock_getcpuclockid(3): the number of a process' CPU clock is made of its own (linux/posix-timers.h).
_CPU_CLOCK_SCHED = 2


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return user and system time of processes and their reaped children: proc_pid_stat(5), 14 to 17."""
    ticks = 0
    for pid in pids:
        try:
            # The command may hold spaces and parentheses; the fields after its last one do not.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def exact_cpu_seconds(pid: int) -> float:
    """Return user and system time of one process; /proc would count it in hundredths of a second."""
    return time.clock_gettime(~pid << 3 | _CPU_CLOCK_SCHED)


class Clocks:
    """The CPU clocks of what takes part, by name."""

    def __init__(self, pids_by_name: Mapping[str, Callable[[], Iterable[int]]]) -> None:
        self._pids_by_name = pids_by_name

    def read(self) -> dict[str, float]:
        """Return CPU seconds so far."""
        return {name: cpu_seconds(pids()) for name, pids in self._pids_by_name.items()}

    def since(self, before: Mapping[str, float]) -> dict[str, float]:
        """Return CPU seconds used since a reading."""
        return {name: seconds - before[name] for name, seconds in self.read().items()}
