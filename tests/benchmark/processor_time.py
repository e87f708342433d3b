# SPDX-License-Identifier: Apache-2.0
"""CPU time of processes, from /proc: of those that live and of the children they have waited for."""

import os
from collections.abc import Iterable
from pathlib import Path


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
