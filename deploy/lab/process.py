# SPDX-License-Identifier: Apache-2.0
"""One process, safe against reuse of its number: identity is the number together with its start time."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """A process of this machine."""

    pid: int
    start_ticks: int

    def is_alive(self) -> bool:
        """Whether this very process exists and is no zombie."""
        state = read_state(self.pid)
        return state is not None and state.start_ticks == self.start_ticks and state.letter not in "ZX"

    def send_signal(self, number: signal.Signals) -> bool:
        """Send a signal; False when the process is gone. A pidfd closes the gap between check and signal."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            if not self.is_alive():
                return False
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until the process has ended; False when it has not in time."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.is_alive():
                return True
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(timeout_seconds * 1000))
        finally:
            os.close(descriptor)

    def is_stopped(self) -> bool:
        """Whether the process is stopped by a signal (state T)."""
        state = read_state(self.pid)
        return state is not None and state.letter == "T"


class ProcessState(NamedTuple):
    """The fields of /proc/<pid>/stat that the lab reads (proc_pid_stat(5))."""

    name: str
    letter: str
    parent_pid: int
    start_ticks: int
    cpu_ticks: int


def read_state(pid: int) -> ProcessState | None:
    """State of a process, None when there is none of that number."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name may hold spaces and brackets, so the fields are counted from the last bracket.
    head, tail = text.rsplit(")", 1)
    fields = tail.split()
    return ProcessState(
        name=head.split("(", 1)[1],
        letter=fields[0],
        parent_pid=int(fields[1]),
        start_ticks=int(fields[19]),
        cpu_ticks=int(fields[11]) + int(fields[12]),
    )


def find_process(pid: int) -> Process | None:
    """The process that has this number now."""
    state = read_state(pid)
    return None if state is None else Process(pid=pid, start_ticks=state.start_ticks)


def process_namespace(pid: int) -> str:
    """Name of the process namespace a process is in (namespaces(7)). Raises OSError when it is gone."""
    return str(Path(f"/proc/{pid}/ns/pid").readlink())


def processes_in_namespace(namespace: str) -> list[Process]:
    """All processes of a namespace (the text of /proc/<pid>/ns/pid) without those of nested ones."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                pid = int(entry.name)
                if process_namespace(pid) == namespace and (process := find_process(pid)):
                    found.append(process)
    return found


def inner_pid(pid: int) -> int | None:
    """The number of a process inside its innermost process namespace (NSpid of proc_pid_status(5))."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
    return None
