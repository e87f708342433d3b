# SPDX-License-Identifier: Apache-2.0
"""The program inside an enclosure: makes the namespaces, then serves as process 1 in them.

Started by enclosure.py as `python enclosure_init.py` with the plan (JSON) as its only argument and a stream
socket to the owner as descriptor 0. It uses the standard library alone, because it runs without
site-packages. Two processes remain: the *keeper*, outside the new process namespace, which waits, and *init*,
process 1 inside. Whatever ends init makes the kernel kill every process of the namespace, so nothing can stay
behind. Init ends when the owner's process ends (pidfd: independent of threads and of who else holds the
socket), when the owner closes the socket and when the keeper dies.

Requests and answers are JSON lines: {"spawn": …} → {"pid": n} or {"error": …},
{"status": pid} → {"status": code or null}.
"""

from __future__ import annotations

import contextlib
import ctypes
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

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "kvm", "net/tun")

LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result: int, action: str) -> None:
    """Raise OSError naming the action when a C call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{action}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system."""
    checked(
        LIBC.mount(
            source.encode(),
            target.encode(),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        ),
        f"mount {source} on {target}",
    )


def make_mounts_private() -> None:
    """Detach the new mount namespace from every other, also when the caller stands in a plain chroot.

    In a chroot "/" is no mount point and cannot be made private (EINVAL). Joining one's own mount namespace
    moves root and working directory to that namespace's real root (setns(2)); after the change we return to
    the caller's root, so that paths mean what they meant before.
    """
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    own = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    checked(LIBC.setns(own, CLONE_NEWNS), "join the new mount namespace")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    os.fchdir(root)
    os.chroot(".")
    os.close(own)
    os.close(root)


def mount_devices(root: str) -> None:
    """A small /dev: only nodes that exist outside, bind mounted, because mknod may be forbidden."""
    base = f"{root}/dev"
    outside = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES if Path("/dev", name).exists()}
    mount("tmpfs", base, "tmpfs", MS_NOSUID, "mode=755,size=64k")
    for name, descriptor in outside.items():
        node = Path(base, name)
        node.parent.mkdir(exist_ok=True)
        node.touch()
        # The link in /proc still leads to the outer node when root is "/" and the tmpfs already covers its
        # path.
        mount(f"/proc/self/fd/{descriptor}", str(node), flags=MS_BIND)
        os.close(descriptor)
    for folder in ("pts", "shm"):
        Path(base, folder).mkdir()
    mount("devpts", f"{base}/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=620")
    mount("tmpfs", f"{base}/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    for link, target in (
        ("ptmx", "pts/ptmx"),
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        Path(base, link).symlink_to(target)


def mount_sysfs(root: str) -> None:
    """/sys of this network namespace, or the outer one where a fresh one is refused."""
    try:
        mount("sysfs", f"{root}/sys", "sysfs", MS_RDONLY)
    except OSError:
        mount("/sys", f"{root}/sys", flags=MS_BIND | MS_REC)


def enter_root(plan: dict[str, Any]) -> None:
    """Mount the plan's file systems over its root folder and change into it."""
    root = plan["root"]
    mount(root, root, flags=MS_BIND)
    # A bind mount copies the mount that covered the path when the path was opened: open it again, on top.
    os.chdir(root)
    mount_devices(root)
    mount_sysfs(root)
    if plan["read_only"]:
        for folder in ("run", "tmp", "var/tmp"):
            mount(
                "tmpfs",
                f"{root}/{folder}",
                "tmpfs",
                MS_NOSUID | MS_NODEV,
                "mode=1777" if "tmp" in folder else "mode=755",
            )
    for source, target in plan["binds"]:
        Path(f"{root}{target}").mkdir(parents=True, exist_ok=True)
        mount(source, f"{root}{target}", flags=MS_BIND)
    if plan["read_only"]:
        mount("none", root, flags=MS_REMOUNT | MS_BIND | MS_RDONLY)
    # /proc comes last: until here /proc/self/fd of the outer one is used.
    mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV)
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
    checked(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    try:
        if plan["private_network"]:
            bring_loopback_up()
        if plan["root"] is None:
            mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
        else:
            enter_root(plan)
    except OSError as error:
        channel.sendall(json.dumps({"error": str(error)}).encode() + b"\n")
        return
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
    namespaces = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | (CLONE_NEWNET if plan["private_network"] else 0)
    try:
        checked(LIBC.unshare(ctypes.c_int(namespaces)), "unshare")
        make_mounts_private()
    except OSError as error:
        channel.sendall(json.dumps({"error": str(error)}).encode() + b"\n")
        return 1
    # Held open by the keeper alone: init sees its end when the keeper dies, even before PR_SET_PDEATHSIG is
    # set.
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
    os.waitpid(process, 0)
    if plan["remove_after_owner"] and select.select([owner], [], [], 0)[0]:
        shutil.rmtree(plan["remove_after_owner"], ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
