# SPDX-License-Identifier: Apache-2.0
"""A VM's QEMU among the processes of this machine, here a stand-in with its arguments."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.lab.readiness import wait_until
from loadgen.errors import ScenarioError
from loadgen.scenario.load.qemu_process import cpu_seconds, find_qemu, send_signal

# All processes of the machine are looked at: another run of the tests has stand-ins of its own.
DOMAIN = f"stand-in,{os.getpid()}"
PROGRAM = "import sys, time; print(sum(range(3_000_000)), flush=True); time.sleep(300)"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts a process which looks like a QEMU; a socket is handed to it."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(server: socket.socket | None = None) -> subprocess.Popen[bytes]:
        name = f"guest={DOMAIN.replace(',', ',,')},debug-threads=on"
        process = subprocess.Popen(
            ["qemu-system-stand-in", "-c", PROGRAM, "-name", name],
            executable=sys.executable,
            stdout=subprocess.PIPE,
            pass_fds=[server.fileno()] if server else [],
        )
        running.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_a_vm_is_found_by_its_name_and_its_processor_time_read(start: Start) -> None:
    """The kernel's clock of a process runs when it works."""
    process = start()

    assert process.pid == find_qemu(DOMAIN, None)
    assert cpu_seconds(process.pid) > 0


def test_two_of_a_name_are_told_apart_by_their_channel(start: Start, tmp_path: Path) -> None:
    """A signal reaches the VM that listens there, and no other."""
    path = tmp_path / "channel"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        ours, other = start(server), start()
        with pytest.raises(ScenarioError, match="2 QEMU"):
            find_qemu(DOMAIN, None)
        assert ours.pid == find_qemu(DOMAIN, path)
        send_signal(DOMAIN, path, signal.SIGKILL)

    assert -signal.SIGKILL == ours.wait(10)
    assert other.poll() is None
    with pytest.raises(ScenarioError, match="no QEMU"):
        find_qemu(DOMAIN, path)


def test_a_vm_that_does_not_run_is_an_error(start: Start) -> None:
    """Its processor time too, once it has gone."""
    process = start()
    process.kill()

    assert wait_until(lambda: process.poll() is not None, timeout_seconds=10)
    with pytest.raises(ScenarioError, match="no QEMU"):
        find_qemu(DOMAIN, None)
    with pytest.raises(ScenarioError, match="has gone"):
        cpu_seconds(process.pid)
