# SPDX-License-Identifier: Apache-2.0
"""The QEMU of a VM as a process of this machine, found by its command line: no libvirt is asked.

Its processor time comes from the kernel's clock of the process (clock_gettime(2)), in nanoseconds. libvirt
reads ticks.
"""

import os
import signal
import time
from pathlib import Path

from loadgen.errors import ScenarioError

# MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of the kernel's posix-timers_types.h, as glibc's
# clock_getcpuclockid(3) makes it; Python offers it for threads only.
_CPUCLOCK_SCHED = 2


def find_qemu(domain: str, channel: Path | None) -> int:
    """Return the process id of a VM's QEMU; raise ScenarioError when none or several run.

    Another libvirt on this machine may have a VM of the same name. With ``channel``, the QEMU is the one that
    listens there, and no other.
    """
    found = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is(entry, domain) and (channel is None or _listens(entry, channel))
    ]
    if len(found) != 1:
        raise ScenarioError(f"{len(found) or 'no'} QEMU processes run a VM named {domain!r} here")
    return found[0]


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its threads; raise ScenarioError when it has gone."""
    try:
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    except OSError as error:
        raise ScenarioError(f"process {pid} has gone") from error


def send_signal(domain: str, channel: Path | None, number: signal.Signals) -> None:
    """Send a signal to a VM's QEMU, looked at once more when it can be no other process any more."""
    descriptor = os.pidfd_open(pid := find_qemu(domain, channel))
    try:
        if find_qemu(domain, channel) != pid:
            raise ScenarioError(f"the QEMU of {domain!r} has gone")
        signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


def _listens(entry: Path, channel: Path) -> bool:
    """Whether a process holds a socket that is bound to a path, as its own network namespace lists it."""
    try:
        # The last columns are inode and path (proc_net(5)); a socket without a name has no path.
        lines = [line.split() for line in (entry / "net/unix").read_text().splitlines()]
        bound = {f"socket:[{words[-2]}]" for words in lines if words[-1] == str(channel)}
        return any(str(each.readlink()) in bound for each in (entry / "fd").iterdir())
    except OSError:
        return False


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
