# SPDX-License-Identifier: Apache-2.0
"""The program inside an enclosure: serves as process 1 of its namespaces.

enclosure.py starts it in new namespaces. Its only argument is the plan (JSON), its descriptor 0 a stream
socket to the owner. It uses the standard library alone, because it runs without site-packages; mounting is
left to mount(8). Two processes remain: the *keeper*, outside the new process namespace, which waits, and
*init*, process 1 inside. Whatever ends init makes the kernel kill every process of the namespace, so nothing
can stay behind. Init ends when the owner closes the socket and when the keeper dies. It also ends with the
owner's process: a pidfd depends neither on threads nor on who else holds the socket.

Requests and answers are JSON lines: {"spawn": …} → {"pid": n} or {"error": …},
{"status": pid} → {"status": code or null}.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any, NoReturn

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "kvm", "net/tun")
OWNER_END_SECONDS = 10.0
DEVICE_LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}


def mount(*arguments: str) -> None:
    """Mount something. The command says on standard error what fails."""
    code = os.spawnlp(os.P_WAIT, "mount", "mount", "--no-mtab", *arguments)  # noqa: S606 - no shell is wanted
    if code != 0:
        raise OSError(f"mount {' '.join(arguments)} ended with {code}")


def mount_new(kind: str, target: str, options: str) -> None:
    """Mount a new file system of a kind."""
    mount("--types", kind, "--options", options, kind, target)


def mount_devices(root: str) -> None:
    """A small /dev: only nodes that exist outside, bind mounted, because mknod may be forbidden."""
    base = f"{root}/dev"
    mount_new("tmpfs", base, "nosuid,mode=755,size=64k")
    for name in DEVICES:
        outside = Path("/dev", name)
        if outside.exists():
            node = Path(base, name)
            node.parent.mkdir(exist_ok=True)
            node.touch()
            mount("--bind", str(outside), str(node))
    for folder in ("pts", "shm"):
        Path(base, folder).mkdir()
    mount_new("devpts", f"{base}/pts", "newinstance,ptmxmode=0666,mode=620")
    mount_new("tmpfs", f"{base}/shm", "nosuid,nodev,mode=1777")
    for link, target in DEVICE_LINKS.items():
        Path(base, link).symlink_to(target)


def mount_sysfs(root: str) -> None:
    """/sys of this network namespace, or the outer one where a fresh one is refused."""
    try:
        mount_new("sysfs", f"{root}/sys", "ro")
    except OSError:
        mount("--rbind", "/sys", f"{root}/sys")


def enter_root(plan: dict[str, Any]) -> None:
    """Mount the plan's file systems over its root folder and change into it."""
    root = plan["root"]
    mount("--bind", root, root)
    mount_devices(root)
    mount_sysfs(root)
    if plan["read_only"]:
        for folder, mode in (("run", "755"), ("tmp", "1777"), ("var/tmp", "1777")):
            mount_new("tmpfs", f"{root}/{folder}", f"nosuid,nodev,mode={mode}")
    for source, target in plan["binds"]:
        Path(f"{root}{target}").mkdir(parents=True, exist_ok=True)
        mount("--bind", source, f"{root}{target}")
    if plan["read_only"]:
        mount("--options", "remount,bind,ro", root)
    mount_new("proc", f"{root}/proc", "nosuid,nodev")
    os.chroot(root)
    os.chdir("/")


def bring_loopback_up() -> None:
    """Set IFF_UP on lo of a fresh network namespace (SIOCSIFFLAGS), where it starts down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))


def spawn(request: dict[str, Any]) -> int:
    """Fork and execute one command of a request; returns its process id inside the namespace."""
    report_read, report_write = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            become(request)
        except BaseException as error:  # noqa: BLE001 - must report whatever failed and never return
            os.write(report_write, str(error).encode())
        os._exit(127)
    os.close(report_write)
    with os.fdopen(report_read, "rb") as report:
        failure = report.read().decode()
    if failure:
        raise OSError(failure)
    return process


def become(request: dict[str, Any]) -> NoReturn:
    """Turn this forked child into the requested command."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    null = os.open("/dev/null", os.O_RDONLY)
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.umask(0o022)
    os.chdir(request["directory"])
    if request["user_id"]:
        os.setgroups([request["group_id"]])
        os.setgid(request["group_id"])
        os.setuid(request["user_id"])
    arguments = request["arguments"]
    # Descriptors above 2 are not inheritable in Python, the report pipe closes by the exec itself.
    os.execvpe(arguments[0], arguments, request["environment"])  # noqa: S606 - no shell is wanted


class Init:
    """Process 1: answers requests, reaps children, ends when the owner does."""

    def __init__(self, channel: socket.socket, owner: int, keeper: int) -> None:
        self._channel = channel
        self._owner = owner
        self._keeper = keeper
        self._statuses: dict[int, int] = {}
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        os.set_blocking(self._wake_read, False)
        signal.set_wakeup_fd(wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def serve(self) -> None:
        """Answer until the owner, its socket or the keeper is gone."""
        lines = b""
        poll = select.poll()
        for descriptor in (self._channel.fileno(), self._owner, self._keeper, self._wake_read):
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._owner in ready or self._keeper in ready:
                return
            if self._wake_read in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
            self._reap()
            if self._channel.fileno() in ready:
                received = self._channel.recv(65536)
                if not received:
                    return
                lines += received
                while b"\n" in lines:
                    line, lines = lines.split(b"\n", 1)
                    self._channel.sendall(json.dumps(self._answer(json.loads(line))).encode() + b"\n")

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    return
                self._statuses[process] = os.waitstatus_to_exitcode(status)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if "spawn" in request:
            try:
                return {"pid": spawn(request["spawn"])}
            except OSError as error:
                return {"error": str(error)}
        self._reap()
        return {"status": self._statuses.get(request["status"])}


def run_init(plan: dict[str, Any], channel: socket.socket, owner: int, keeper: int) -> None:
    """Body of process 1."""
    if plan["private_network"]:
        bring_loopback_up()
    if plan["root"] is None:
        mount_new("proc", "/proc", "nosuid,nodev")
    else:
        enter_root(plan)
    init = Init(channel, owner, keeper)
    channel.sendall(b'{"ready": true}\n')
    init.serve()


def main() -> int:
    """Body of the keeper; its exit status is init's."""
    plan = json.loads(sys.argv[1])
    channel = socket.socket(fileno=os.dup(0))
    owner = os.pidfd_open(plan["owner_pid"])
    if os.getppid() != plan["owner_pid"]:
        return 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Held open by the keeper alone: init sees its end when the keeper dies.
    keeper_read, keeper_write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(keeper_write)
        run_init(plan, channel, owner, keeper_read)
        os._exit(0)
    os.close(keeper_read)
    channel.sendall(json.dumps({"init_pid": process}).encode() + b"\n")
    channel.close()
    os.close(0)
    _, status = os.waitpid(process, 0)
    # Init ends by itself when the owner ends, whose socket closes a moment before its pidfd tells so.
    patience_seconds = OWNER_END_SECONDS if status == 0 else 0
    if plan["remove_after_owner"] and select.select([owner], [], [], patience_seconds)[0]:
        shutil.rmtree(plan["remove_after_owner"], ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
