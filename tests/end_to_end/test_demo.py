# SPDX-License-Identifier: Apache-2.0
"""`make demo` as a stranger meets it: one command, one URL, one Ctrl-C, and a clear word when it cannot."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.lab.ports import free_ports
from deploy.lab.private_mounts import PRIVATE_MOUNTS
from deploy.lab.readiness import wait_until

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 180.0
STOP_TIMEOUT_SECONDS = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder whose path is short enough for sockets and that other users may pass through."""
    path = Path(tempfile.mkdtemp(prefix="kvmgrid-demo-", dir="/var/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def command(folder: Path, port: int) -> list[str]:
    """Return the command behind `make demo`."""
    return [sys.executable, "-m", "deploy.demo", "--port", str(port), "--folder", str(folder)]


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of all processes that name the folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


def fleet_is_under_way(folder: Path) -> bool:
    """Tell whether the simulated fleet has said how much of its past is sent, or that it is live."""
    logs = [path.read_text() for path in folder.glob("*/kvmgrid/loadgen.log")]
    return any("sample_count_per_second" in text for text in logs)


def refused(arguments: list[str]) -> str:
    """Run a demo that cannot start and return what it said."""
    result = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, check=False, timeout=START_TIMEOUT_SECONDS
    )
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    return result.stderr


def start(folder: Path, port: int, output: Path, until: str) -> subprocess.Popen[bytes]:
    """Start a demo and wait until it has written some words; whatever goes wrong then, it is ended."""
    with output.open("wb") as log:
        demo = subprocess.Popen(command(folder, port), cwd=ROOT, stdout=log, stderr=log)
    try:
        reached = wait_until(
            lambda: until in output.read_text() or demo.poll() is not None,
            timeout_seconds=START_TIMEOUT_SECONDS,
        )
        assert reached, output.read_text()
        assert demo.poll() is None, output.read_text()
    except BaseException:
        demo.kill()
        demo.wait()
        raise
    return demo


def interrupt_start(folder: Path, output: Path, number: signal.Signals) -> None:
    """Send a signal while the database is being made, and check what is said and left behind."""
    demo = start(folder, free_ports(1)[0], output, "[2/7]")
    demo.send_signal(number)
    status = demo.wait(STOP_TIMEOUT_SECONDS)

    assert status == 1, output.read_text()
    assert "nothing was left behind" in output.read_text()
    assert "Traceback" not in output.read_text()
    assert wait_until(lambda: not processes_of(folder), timeout_seconds=STOP_TIMEOUT_SECONDS)


@pytest.mark.long
def test_sigterm_ends_a_demo_that_is_starting(folder: Path, tmp_path: Path) -> None:
    """One message, status 1, and no process is left."""
    interrupt_start(folder, tmp_path / "output", signal.SIGTERM)


def test_the_demo_starts_serves_and_ends_without_a_trace(folder: Path, tmp_path: Path) -> None:
    """It prints its URL, shows a fleet, refuses a second demo, and leaves no process behind after SIGTERM.

    An earlier start that Ctrl-C interrupted leaves no process, and is in nobody's way.
    """
    output = tmp_path / "output"
    interrupt_start(folder, output, signal.SIGINT)
    (port,) = free_ports(1)
    demo = start(folder, port, output, "Ctrl-C ends all of it")
    try:
        url = f"http://127.0.0.1:{port}/"
        assert url in output.read_text()
        assert httpx.get(f"{url}readyz", timeout=30).status_code == httpx.codes.OK
        for line in re.findall(r"^  (/.* --config .*)$", output.read_text(), re.MULTILINE):
            # As they are printed, for another terminal.
            subprocess.run(shlex.split(line), check=True, capture_output=True, timeout=60)
        assert "runs already" in refused(command(folder, free_ports(1)[0]))
        assert wait_until(lambda: fleet_is_under_way(folder), timeout_seconds=STOP_TIMEOUT_SECONDS)
        assert [] != [
            path for path in folder.glob("*/kvmgrid/alerts.log") if "alerts_active" in path.read_text()
        ]
        assert demo.poll() is None
    finally:
        demo.send_signal(signal.SIGTERM)
        status = demo.wait(STOP_TIMEOUT_SECONDS)
    assert status == 0, output.read_text()
    assert processes_of(folder) == []
    assert [] == list(folder.rglob("postmaster.pid"))


def test_a_demo_that_is_killed_leaves_no_process(folder: Path, tmp_path: Path) -> None:
    """Even SIGKILL, which it cannot handle, takes servers, guests and processes with it."""
    # All but the fleet runs by then, guests included.
    demo = start(folder, free_ports(1)[0], tmp_path / "output", "[6/7]")
    try:
        assert processes_of(folder)
    finally:
        demo.kill()
        demo.wait()

    assert wait_until(lambda: not processes_of(folder), timeout_seconds=STOP_TIMEOUT_SECONDS), processes_of(
        folder
    )


def test_a_busy_port_is_named(folder: Path) -> None:
    """The message names the port and how to choose another, before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        message = refused(command(folder, port))

    assert f"port {port}" in message
    assert "make demo PORT=" in message
    assert processes_of(folder) == []


@pytest.mark.parametrize("wrong", [["--port", "99999"], ["--folder", "/proc/demo"]])
def test_what_cannot_be_used_is_named(folder: Path, wrong: list[str]) -> None:
    """A port beyond all ports and a folder that nobody can make are told in one line."""
    message = refused([*command(folder, free_ports(1)[0]), *wrong])

    assert message.strip().startswith("demo: ")
    assert wrong[1] in message


def test_a_full_disk_is_named(folder: Path) -> None:
    """On a file system without room the demo says how much it needs."""
    script = f"mount -t tmpfs -o size=8m tmpfs {folder} && exec " + " ".join(
        command(folder, free_ports(1)[0])
    )

    assert "GB free" in refused([*PRIVATE_MOUNTS, "sh", "-c", script])


def test_another_user_than_root_is_told_so(folder: Path) -> None:
    """Without root the demo says that it needs root, instead of failing half-way."""
    program = (
        "import os, sys; from deploy.demo import __main__ as demo; os.seteuid(65534); "
        f"sys.argv[1:] = ['--folder', {str(folder)!r}]; "
        "demo.command_line()"
    )

    assert os.geteuid() == 0
    assert "needs root" in refused([sys.executable, "-c", program])
