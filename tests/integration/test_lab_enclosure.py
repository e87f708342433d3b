# SPDX-License-Identifier: Apache-2.0
"""An enclosure runs commands in a root folder, and nothing of it outlives its owner."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab.enclosure import Enclosure, Member, Plan
from deploy.lab.errors import CommandError, NotRunningError
from deploy.lab.private_mounts import PRIVATE_MOUNTS
from deploy.lab.process import Process, find_process, process_namespace, processes_in_namespace
from deploy.lab.readiness import wait_until
from deploy.lab.rootfs import root_folder

CHECKOUT = Path(__file__).resolve().parents[2]
INSIDE = Path("/run/shared")
OWNER = """
import sys
from pathlib import Path
from deploy.lab.enclosure import Enclosure, Plan
from deploy.lab.rootfs import root_folder

folder = Path(sys.argv[1])
plan = Plan(root=root_folder().path, binds=((folder, Path("/run/shared")),), remove_after_owner=folder)
enclosure = Enclosure(plan, log=folder / "log")
member = enclosure.spawn(["sh", "-c", "sleep 300 & exec sleep 300"], log=Path("/run/shared/log"))
print(enclosure.init.pid, member.process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def enclosure(tmp_path: Path) -> Iterator[Enclosure]:
    """Run an enclosure that shares the test's folder."""
    with Enclosure(
        Plan(root=root_folder().path, binds=((tmp_path, INSIDE),)), log=tmp_path / "log"
    ) as running:
        yield running


def output(enclosure: Enclosure, folder: Path, script: str) -> str:
    """Return what a shell script inside prints."""
    (folder / "output").unlink(missing_ok=True)
    enclosure.run(["sh", "-c", script], log=INSIDE / "output")
    return (folder / "output").read_text()


def sleeper(enclosure: Enclosure) -> Member:
    """Start a command that waits to be ended."""
    return enclosure.spawn(["sleep", "300"], log=INSIDE / "log")


def mounts_below(folder: Path) -> list[str]:
    """Return the mounts of this process's namespace whose place or source is in a folder."""
    return [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(folder) in line]


def test_commands_see_the_root_folder_and_only_their_own_processes(
    enclosure: Enclosure, tmp_path: Path
) -> None:
    """Debian 13 is the root, the process numbers begin at 1, and no outer process is visible."""
    assert "trixie" in output(enclosure, tmp_path, "cat /etc/os-release")
    assert "1\n" == output(enclosure, tmp_path, "ls /proc | grep -cx 1")
    assert not output(enclosure, tmp_path, f"ls -d /proc/{os.getpid()} 2> /dev/null || true")


def test_the_root_folder_is_read_only_and_shared_folders_are_not(
    enclosure: Enclosure, tmp_path: Path
) -> None:
    """Writing outside the shared and temporary folders fails."""
    with pytest.raises(CommandError, match="failed with"):
        enclosure.run(["touch", "/etc/written"], log=INSIDE / "log")
    enclosure.run(["touch", "/run/written", str(INSIDE / "written")], log=INSIDE / "log")

    assert (tmp_path / "written").exists()
    assert not (root_folder().path / "etc/written").exists()
    assert not (root_folder().path / "run/written").exists()


def test_a_command_tells_how_it_ended(enclosure: Enclosure) -> None:
    """Exit codes, signals, commands that do not exist and commands that take too long are told apart."""
    assert 3 == enclosure.wait(
        enclosure.spawn(["sh", "-c", "exit 3"], log=INSIDE / "log"), timeout_seconds=10
    )
    killed = sleeper(enclosure)
    assert enclosure.exit_code(killed) is None
    killed.process.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == enclosure.wait(killed, timeout_seconds=10)
    with pytest.raises(CommandError, match="cannot start missing-command"):
        enclosure.spawn(["missing-command"], log=INSIDE / "log")
    with pytest.raises(CommandError, match="took longer"):
        enclosure.run(["sleep", "300"], log=INSIDE / "log", timeout_seconds=0.1)


def test_freezing_stops_every_process_and_thawing_continues_them(enclosure: Enclosure) -> None:
    """All processes inside are stopped at the return of freeze; other processes of the machine are not."""
    enclosure.spawn(["sh", "-c", "while :; do sleep 0.01; done"], log=INSIDE / "log")
    neighbour = sleeper(enclosure)
    enclosure.freeze()

    # A child that ended while its parent was stopped is a zombie until the parent continues.
    assert {True} == {process.is_stopped() for process in enclosure.processes() if process.is_alive()}
    enclosure.thaw()
    assert wait_until(lambda: not neighbour.process.is_stopped(), timeout_seconds=10)
    assert not Process(os.getpid(), 0).is_stopped()


def test_a_child_that_was_stopped_before_its_exec_holds_nobody(enclosure: Enclosure) -> None:
    """A shell that starts commands is in vfork(2) now and then, which no signal ends."""
    for _ in range(6):
        enclosure.spawn(["sh", "-c", "while :; do sleep 0.001; done"], log=INSIDE / "log")
    for _ in range(150):
        enclosure.freeze()
        enclosure.thaw()


def test_closing_ends_everything_and_leaves_no_mount(tmp_path: Path) -> None:
    """Daemons that left their session are ended too, and this namespace never had the mounts."""
    with Enclosure(
        Plan(root=root_folder().path, binds=((tmp_path, INSIDE),)), log=tmp_path / "log"
    ) as enclosure:
        enclosure.run(["sh", "-c", "setsid -f sleep 300"], log=INSIDE / "log")
        processes = [enclosure.init, *enclosure.processes()]
        assert [] == mounts_below(tmp_path)

    assert 2 <= len(processes)
    assert not any(process.is_alive() for process in processes)
    with pytest.raises(NotRunningError):
        sleeper(enclosure)
    enclosure.kill()


def test_the_end_of_the_thread_that_made_it_changes_nothing(tmp_path: Path) -> None:
    """The owner is the process: an enclosure made in a thread outlives the thread."""
    made: list[Enclosure] = []
    plan = Plan(root=root_folder().path, binds=((tmp_path, INSIDE),))
    maker = threading.Thread(target=lambda: made.append(Enclosure(plan, log=tmp_path / "log")))
    maker.start()
    maker.join()
    with made[0] as enclosure:
        enclosure.run(["true"], log=INSIDE / "log")
        assert enclosure.is_alive


def test_when_the_owner_is_killed_nothing_stays_behind(tmp_path: Path) -> None:
    """SIGKILL of the owner ends every process inside, removes its folder and leaves no mount."""
    folder = tmp_path / "folder"
    folder.mkdir()
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        assert owner.stdout is not None
        init, member = (find_process(int(word)) for word in owner.stdout.readline().split())
        assert init is not None
        assert member is not None
        namespace = process_namespace(init.pid)
        assert 2 <= len(processes_in_namespace(namespace))
        owner.kill()

    assert init.wait(10)
    assert member.wait(10)
    assert wait_until(lambda: not processes_in_namespace(namespace), timeout_seconds=10)
    assert wait_until(lambda: not folder.exists(), timeout_seconds=10)
    assert [] == mounts_below(folder)


def test_killing_the_keeper_ends_the_enclosure(enclosure: Enclosure) -> None:
    """Process 1 goes with its parent, also when only that one is killed."""
    member = sleeper(enclosure)
    enclosure._keeper.kill()

    assert enclosure.init.wait(10)
    assert member.process.wait(10)


def test_it_works_in_a_plain_chroot_and_leaks_no_mount(tmp_path: Path) -> None:
    """A caller whose root is no mount point, on shared mounts, gets the same and changes no outer mount."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os\n"
        "from pathlib import Path\n"
        "from deploy.lab.enclosure import Enclosure, Plan\n"
        "from deploy.lab.rootfs import root_folder\n"
        f"log = Path({str(tmp_path / 'log')!r})\n"
        "binds = ((log.parent, log.parent),)\n"
        "for plan in (Plan(root=None), Plan(root=root_folder().path, binds=binds)):\n"
        "    with Enclosure(plan, log=log) as inner:\n"
        "        inner.run(['sh', '-c', 'mount; echo inside'], log=log)\n"
    )
    script = f"""
set -eu
root={tmp_path}/root
mkdir -p "$root"
for folder in /*; do
    [ -d "$folder" ] || continue
    mkdir -p "$root$folder" && mount --rbind "$folder" "$root$folder" && mount --make-rshared "$root$folder"
done
cp /proc/self/mountinfo {tmp_path}/before
chroot "$root" /usr/bin/env PYTHONPATH={CHECKOUT} {sys.executable} {program}
cp /proc/self/mountinfo {tmp_path}/after
"""
    command = [*PRIVATE_MOUNTS, "sh", "-c", script]
    subprocess.run(command, check=True, timeout=120, cwd=CHECKOUT)

    assert 2 == (tmp_path / "log").read_text().splitlines().count("inside")
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
