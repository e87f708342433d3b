# SPDX-License-Identifier: Apache-2.0
"""The root folder is complete or absent, built once, and its errors say what to do."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.lab.definition import DEFINITION, cache_directory
from deploy.lab.enclosure import Enclosure, Plan
from deploy.lab.errors import BuildError, NoSpaceError, NotRootError
from deploy.lab.guest_image import guest_image
from deploy.lab.readiness import wait_until
from deploy.lab.rootfs import clean, root_folder

CHECKOUT = Path(__file__).resolve().parents[2]


class Usage(NamedTuple):
    """What shutil.disk_usage returns."""

    total: int
    used: int
    free: int


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test an empty cache of its own, removed at once: pytest would keep the gigabyte."""
    monkeypatch.setenv("KVMGRID_CACHE", str(tmp_path))
    yield cache_directory()
    shutil.rmtree(tmp_path / "lab", ignore_errors=True)


def silent(_: str) -> None:
    """Show no progress."""


def test_the_cached_folder_is_used_again() -> None:
    """Folder and guest image are built once; asking again gives the same."""
    root = root_folder()

    assert DEFINITION.key == root.path.name
    assert root == root_folder()
    assert guest_image(root) == guest_image(root)
    assert root.user("postgres") != root.user("rabbitmq")


def test_a_failed_build_names_step_and_log_and_leaves_nothing_usable(cache: Path) -> None:
    """A suite that no archive has fails in the first step."""
    shown: list[str] = []
    broken = DEFINITION._replace(suite="no-such-suite")
    with pytest.raises(BuildError, match=r"step 1 \(basic Debian no-such-suite\)") as failure:
        root_folder(broken, progress=shown.append)

    assert str(cache / f"{broken.key}.log") in str(failure.value)
    assert [] == [path for path in cache.iterdir() if path.is_dir()]
    assert "failed" in "".join(shown)


def test_a_second_builder_waits_for_the_first(cache: Path) -> None:
    """While another process holds the lock the builder says so; then it takes what the other one built."""
    cache.mkdir(parents=True)
    shown: list[str] = []
    found: list[Path] = []
    with (cache / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiter = threading.Thread(target=lambda: found.append(root_folder(progress=shown.append).path))
        waiter.start()
        assert wait_until(lambda: bool(shown), timeout_seconds=10)
        (cache / DEFINITION.key).mkdir()
    waiter.join(10)

    assert "waiting" in shown[0]
    assert [cache / DEFINITION.key] == found


def test_only_root_builds(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user is told so before anything is written."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotRootError, match="needs root"):
        root_folder()

    assert not cache.exists()


@pytest.mark.usefixtures("cache")
def test_missing_space_is_told_with_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Needed and free space stand in the message, and where to put the cache instead."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**10, 10**10 - 10**8, 10**8))

    with pytest.raises(NoSpaceError, match=r"needs 2\.1 GB.*0\.1 GB free.*KVMGRID_CACHE"):
        root_folder(progress=silent)


def test_clean_removes_what_nobody_uses(cache: Path, tmp_path: Path) -> None:
    """A folder in use stays, the others and their logs go."""
    used, unused = cache / "used", cache / "unused"
    shutil.copytree(root_folder_skeleton(tmp_path), used)
    unused.mkdir()
    (cache / "unused.log").touch()
    shown: list[str] = []
    with Enclosure(Plan(root=used, read_only=False), log=tmp_path / "log"):
        clean(progress=shown.append)

    assert used.is_dir()
    assert not unused.exists()
    assert not (cache / "unused.log").exists()
    assert f"{used} is in use" in "".join(shown)
    clean(progress=silent)
    assert not used.exists()


def root_folder_skeleton(folder: Path) -> Path:
    """Return a folder that is just enough of a root to be entered."""
    skeleton = folder / "skeleton"
    for name in ("dev", "proc", "sys", "run", "tmp"):
        (skeleton / name).mkdir(parents=True)
    return skeleton


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_ended_leaves_nothing_half_built(cache: Path, number: signal.Signals) -> None:
    """Ctrl-C or SIGTERM in the middle of a step removes what was begun, and says it by the exit status."""
    # As a shell's script starts what runs in the background: SIGINT is ignored.
    command = ["env", "--ignore-signal=INT", sys.executable, "-m", "deploy.lab", "build"]
    with subprocess.Popen(command, cwd=CHECKOUT) as build:
        begun = wait_until(
            lambda: bool(list(cache.glob("*.building"))) or build.poll() is not None, timeout_seconds=60
        )
        assert begun
        assert build.poll() is None
        build.send_signal(number)
        assert 128 + number == build.wait(60)

    assert [] == [path for path in cache.iterdir() if path.is_dir()]


@pytest.mark.long
@pytest.mark.timeout(1800)  # a minute on an idle machine with a near archive
def test_a_whole_build_from_nothing(cache: Path) -> None:
    """An empty cache becomes a root folder with all services, and nothing else stays in the cache."""
    shown: list[str] = []
    root = root_folder(progress=shown.append)

    assert (root.path / "usr/lib/rabbitmq/bin/rabbitmq-server").exists()
    assert (root.path / "usr/lib/postgresql/17/bin/postgres").exists()
    assert (root.path / "usr/sbin/libvirtd").exists()
    assert (guest_image(root).path / "initramfs.gz").exists()
    assert [] == [path for path in cache.iterdir() if path.name.endswith(".building")]
    assert "step 5 of 5" in "".join(shown)
