# SPDX-License-Identifier: Apache-2.0
"""A lab that stays up behind the terminal, owned by a holder process that `up` starts and `down` ends.

The holder's identity (number and start time) and the services' addresses are in a state file. Only root
reads it, because the administrators' passwords are in the URLs. A lock held by the holder keeps a second one
of the same name away. If the holder is killed, its services end with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from deploy.lab.errors import AlreadyRunningError, LabError, StartError, StopError
from deploy.lab.lab import Lab, described, lab
from deploy.lab.process import Process, find_process
from deploy.lab.readiness import log_tail, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

STATES_FOLDER = Path("/run/kvmgrid-lab")
DEFAULT_NAME = "default"
UP_TIMEOUT_SECONDS = 180.0
DOWN_TIMEOUT_SECONDS = 60.0
CHECKOUT = Path(__file__).resolve().parents[2]


class LabState(msgspec.Struct, frozen=True, kw_only=True):
    """What `up` leaves for `status` and `down`."""

    pid: int
    start_ticks: int
    amqp_url: str
    amqp_management_url: str
    database_url: str
    libvirt_uri: str
    libvirt_uri_read_only: str
    lines: tuple[str, ...]

    @property
    def holder(self) -> Process:
        """The process that owns the services."""
        return Process(pid=self.pid, start_ticks=self.start_ticks)


def state_folder(name: str) -> Path:
    """Where a standing lab keeps its state and the holder's log."""
    return STATES_FOLDER / name


def read_state(name: str = DEFAULT_NAME) -> LabState | None:
    """State of a standing lab, None when none of that name is up."""
    try:
        state = msgspec.json.decode((state_folder(name) / "state.json").read_bytes(), type=LabState)
    except OSError:
        return None
    return state if state.holder.is_alive() else None


@contextlib.contextmanager
def holder_lock(name: str) -> Iterator[None]:
    """One lab of a name at a time. Raises AlreadyRunningError."""
    with (state_folder(name) / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(f"the lab {name!r} is up already") from error
        yield


def hold(name: str = DEFAULT_NAME) -> None:
    """Own a lab until SIGTERM or SIGINT: the body of the holder process."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    folder = state_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / "state.json"
    with holder_lock(name):
        path.unlink(missing_ok=True)
        try:
            with lab() as running:
                partial = folder / "state.json.partial"
                partial.touch(0o600)
                partial.write_bytes(msgspec.json.encode(describe_state(running)))
                partial.rename(path)
                ended.wait()
        finally:
            path.unlink(missing_ok=True)


def describe_state(running: Lab) -> LabState:
    """The state of a lab that this process owns."""
    own = find_process(os.getpid())
    if own is None:
        raise LabError("/proc does not show this process")
    return LabState(
        pid=own.pid,
        start_ticks=own.start_ticks,
        amqp_url=running.broker.administrator_url,
        amqp_management_url=running.broker.admin.url,
        database_url=running.database.admin.administrator_url,
        libvirt_uri=running.libvirt.uri,
        libvirt_uri_read_only=running.libvirt.uri_read_only,
        lines=tuple(described(running)),
    )


def up(name: str = DEFAULT_NAME) -> LabState:
    """Start a lab behind the terminal and wait until it answers. Raises AlreadyRunningError or StartError."""
    folder = state_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    # Only a look: the holder takes the lock itself and reports if another was faster.
    with holder_lock(name):
        pass
    log = folder / "holder.log"
    with log.open("wb") as output:
        holder = subprocess.Popen(
            [sys.executable, "-m", "deploy.lab", "hold", "--name", name],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def state_or_end() -> LabState | int | None:
        return holder.poll() or read_state(name)

    try:
        outcome = wait_until(state_or_end, timeout_seconds=UP_TIMEOUT_SECONDS)
    except BaseException:
        holder.terminate()
        holder.wait(DOWN_TIMEOUT_SECONDS)
        raise
    if isinstance(outcome, LabState) and outcome.pid == holder.pid:
        # It stays; this object must not complain about it at its end.
        holder.returncode = 0
        return outcome
    holder.terminate()
    holder.wait(DOWN_TIMEOUT_SECONDS)
    raise StartError(f"the lab did not come up; end of {log}:\n{log_tail(log)}")


def down(name: str = DEFAULT_NAME) -> bool:
    """End a standing lab; False when none of that name is up. Raises StopError when it had to be killed."""
    state = read_state(name)
    if state is None:
        return False
    state.holder.send_signal(signal.SIGTERM)
    if state.holder.wait(DOWN_TIMEOUT_SECONDS):
        return True
    state.holder.send_signal(signal.SIGKILL)
    state.holder.wait(DOWN_TIMEOUT_SECONDS)
    raise StopError(f"the lab did not end within {DOWN_TIMEOUT_SECONDS:g} s and was killed")
