# SPDX-License-Identifier: Apache-2.0
"""The QEMU of a VM as a process of this machine, found by its command line: no libvirt is asked.

Its processor time comes from the kernel's clock of the process (clock_gettime(2)), in nanoseconds, and not
from the ticks that libvirt reads.
"""

import os
import signal
import time
from pathlib import Path

from loadgen.errors import ScenarioError

# MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of the kernel's posix-timers_types.h, as glibc's
# clock_getcpuclockid(3) makes it; Python offers it for threads only.
_CPUCLOCK_SCHED = 2


def find_qemu(domain: str) -> int:
    """Return the process id of a VM's QEMU; raise ScenarioError when none or several run."""
    found = [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is(entry, domain)
    ]
    if len(found) != 1:
        raise ScenarioError(f"{len(found) or 'no'} QEMU processes run a VM named {domain!r} on this machine")
    return found[0]


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its threads; raise ScenarioError when it has gone."""
    try:
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    except OSError as error:
        raise ScenarioError(f"process {pid} has gone") from error


def send_signal(domain: str, number: signal.Signals) -> None:
    """Send a signal to a VM's QEMU, which cannot be another process by then: it is looked at once more."""
    pid = find_qemu(domain)
    descriptor = os.pidfd_open(pid)
    try:
        if not _is(Path(f"/proc/{pid}"), domain):
            raise ScenarioError(f"the QEMU of {domain!r} has gone")
        signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


def _is(entry: Path, domain: str) -> bool:
    try:
        arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    # libvirt starts it with -name guest=NAME,debug-threads=on; a comma in the name is doubled.
    wanted = f"guest={domain.replace(',', ',,')}"
    return (
        "qemu" in arguments[0]
        and "-name" in arguments
        and arguments[arguments.index("-name") + 1].partition(",debug-threads=")[0] == wanted
    )
