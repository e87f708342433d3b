# SPDX-License-Identifier: Apache-2.0
"""A private mount and process namespace over a root folder, in which commands and services run.

Nothing of it outlives its owner, in whatever way that ends. The kernel then ends every process inside, and
the mounts go with them (see enclosure_init.py). Paths given in `binds` exist inside under the names chosen.
The root folder itself is read-only unless `read_only` is False.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from deploy.lab.errors import CommandError, EnclosureError, NotRunningError
from deploy.lab.private_mounts import PRIVATE_MOUNTS
from deploy.lab.process import (
    Process,
    find_process,
    inner_pid,
    process_namespace,
    processes_in_namespace,
    read_state,
)
from deploy.lab.readiness import log_tail, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
}
START_TIMEOUT_SECONDS = 20.0
FREEZE_TIMEOUT_SECONDS = 10.0


class User(NamedTuple):
    """A user inside the root folder."""

    user_id: int
    group_id: int

    def own(self, path: Path) -> None:
        """Give a file to this user."""
        os.chown(path, self.user_id, self.group_id)


ROOT = User(user_id=0, group_id=0)


class Plan(NamedTuple):
    """How an enclosure is made."""

    root: Path | None
    binds: Sequence[tuple[Path, Path]] = ()
    read_only: bool = True
    private_network: bool = False
    remove_after_owner: Path | None = None


class Member(NamedTuple):
    """A command started in an enclosure: its process as seen from outside and its number inside."""

    process: Process
    inner_pid: int


def _continue_held_children(running: Sequence[Process], processes: Sequence[Process]) -> None:
    """Let children go on whose parents cannot stop: vfork(2) holds a parent until its child calls exec."""
    held = {process.pid for process in running if (state := read_state(process.pid)) and state.letter == "D"}
    for process in processes:
        state = read_state(process.pid)
        if state is not None and state.letter == "T" and state.parent_pid in held:
            process.send_signal(signal.SIGCONT)


class Enclosure:
    """A running enclosure; close it or use it as a context manager."""

    def __init__(self, plan: Plan, *, log: Path) -> None:
        self._lock = threading.Lock()
        self._unread = b""
        # `clean` leaves a folder alone while anyone holds this lock; the kernel frees it with its holder.
        folders = [] if plan.root is None else [plan.root, *(source for source, _ in plan.binds)]
        self._uses = [shared_lock(folder) for folder in folders]
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(START_TIMEOUT_SECONDS)
        text = json.dumps(
            {
                "owner_pid": os.getpid(),
                "root": None if plan.root is None else str(plan.root),
                "binds": [[str(source), str(target)] for source, target in plan.binds],
                "read_only": plan.read_only,
                "private_network": plan.private_network,
                "remove_after_owner": None
                if plan.remove_after_owner is None
                else str(plan.remove_after_owner),
            }
        )
        namespaces = [*PRIVATE_MOUNTS, "unshare", "--ipc", "--pid"]
        if plan.private_network:
            namespaces.append("--net")
        program = str(Path(__file__).with_name("enclosure_init.py"))
        with theirs, log.open("ab") as output:
            # -I -S: neither the caller's environment nor site-packages reach the program, which also starts
            # faster so.
            self._keeper = subprocess.Popen(
                [*namespaces, sys.executable, "-I", "-S", program, text],
                stdin=theirs.fileno(), stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            self.init, self._namespace = self._await_init(log)
        except BaseException:
            self._channel.close()
            self._keeper.kill()
            self._keeper.wait()
            self._release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _await_init(self, log: Path) -> tuple[Process, str]:
        answers: dict[str, Any] = {}
        try:
            # Keeper and init each write one line, in either order.
            while not {"init_pid", "ready"} <= answers.keys():
                answers |= self._read_answer()
        except NotRunningError as error:
            raise EnclosureError(
                f"cannot make a namespace (the lab needs root and CAP_SYS_ADMIN): {log_tail(log)}"
            ) from error
        process = find_process(answers["init_pid"])
        if process is None:
            raise EnclosureError("process 1 of the namespace ended at once")
        return process, process_namespace(process.pid)

    def _read_answer(self) -> dict[str, Any]:
        try:
            while b"\n" not in self._unread:
                received = self._channel.recv(65536)
                if not received:
                    raise NotRunningError("the enclosure has ended")
                self._unread += received
        except OSError as error:
            raise NotRunningError(f"the enclosure does not answer: {error}") from error
        line, self._unread = self._unread.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            try:
                self._channel.sendall(json.dumps(request).encode() + b"\n")
            except OSError as error:
                raise NotRunningError("the enclosure has ended") from error
            return self._read_answer()

    @property
    def is_alive(self) -> bool:
        """Whether the enclosure still exists."""
        return self.init.is_alive()

    def spawn(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        user: User = ROOT,
        environment: Mapping[str, str] | None = None,
    ) -> Member:
        """Start a command inside; its output is appended to `log`, a path inside. Raises CommandError."""
        answer = self._ask(
            {
                "spawn": {
                    "arguments": list(arguments),
                    "log": str(log),
                    "user_id": user.user_id,
                    "group_id": user.group_id,
                    "environment": ENVIRONMENT | dict(environment or {}),
                    "directory": "/",
                }
            }
        )
        if "error" in answer:
            raise CommandError(f"cannot start {arguments[0]}: {answer['error']}")
        inside: int = answer["pid"]
        for process in self.processes():
            if inner_pid(process.pid) == inside:
                return Member(process=process, inner_pid=inside)
        # It has ended and was reaped already: an identity that is alive for nobody.
        return Member(process=Process(pid=0, start_ticks=-1), inner_pid=inside)

    def exit_code(self, member: Member) -> int | None:
        """Exit code of a command (negative: signal), None while it runs."""
        code: int | None = self._ask({"status": member.inner_pid})["status"]
        return code

    def run(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        user: User = ROOT,
        environment: Mapping[str, str] | None = None,
        timeout_seconds: float = 60.0,
    ) -> None:
        """Run a command inside to its end. Raises CommandError when it fails or takes too long."""
        member = self.spawn(arguments, log=log, user=user, environment=environment)
        code = self.wait(member, timeout_seconds=timeout_seconds)
        if code is None:
            member.process.send_signal(signal.SIGKILL)
            raise CommandError(f"{arguments[0]} took longer than {timeout_seconds:g} s, see {log}")
        if code != 0:
            raise CommandError(f"{arguments[0]} failed with {code}, see {log}")

    def wait(self, member: Member, *, timeout_seconds: float) -> int | None:
        """Wait for a command's end; None when it has not ended in time."""
        if member.process.pid and not member.process.wait(timeout_seconds):
            return None
        # The pidfd is ready at the exit, init reaps a moment later.
        return wait_until(lambda: self.exit_code(member), timeout_seconds=2.0)

    def processes(self) -> list[Process]:
        """All processes inside except process 1."""
        return [process for process in processes_in_namespace(self._namespace) if process != self.init]

    def freeze(self) -> None:
        """Stop every process inside (SIGSTOP), process 1 excepted; returns when all are stopped."""

        def stop_the_rest() -> bool:
            processes = [process for process in self.processes() if process.is_alive()]
            running = [process for process in processes if not process.is_stopped()]
            for process in running:
                process.send_signal(signal.SIGSTOP)
            _continue_held_children(running, processes)
            return not running

        if not wait_until(stop_the_rest, timeout_seconds=FREEZE_TIMEOUT_SECONDS):
            raise EnclosureError("not every process could be stopped")

    def thaw(self) -> None:
        """Let every process inside continue (SIGCONT)."""
        for process in self.processes():
            process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End everything inside at once (SIGKILL); returns when nothing is left. May be called twice."""
        self.init.send_signal(signal.SIGKILL)
        # The keeper ends after process 1, and process 1 only after the kernel has reaped the whole namespace.
        self._keeper.wait()
        self._channel.close()
        self._release()

    def _release(self) -> None:
        while self._uses:
            os.close(self._uses.pop())


def shared_lock(folder: Path) -> int:
    """A shared flock(2) on a folder; closing the descriptor frees it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor
