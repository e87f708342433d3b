# SPDX-License-Identifier: Apache-2.0
"""The setup script only looks when nothing is missing and says what is missing otherwise."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the script reads into a folder without virtual environment, with a space in its path."""
    copy = tmp_path / "a checkout"
    (copy / "deploy").mkdir(parents=True)
    shutil.copy(CHECKOUT / "deploy/setup", copy / "deploy/setup")
    shutil.copytree(CHECKOUT / "requirements", copy / "requirements")
    shutil.copy(CHECKOUT / "pyproject.toml", copy / "pyproject.toml")
    return copy


def replace(folder: Path, **scripts: str) -> dict[str, str]:
    """Return an environment in which these commands are replaced by shell scripts."""
    folder.mkdir()
    for name, text in scripts.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}


def run(checkout: Path, environment: dict[str, str], *verb: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a checkout."""
    return subprocess.run(
        [str(checkout / "deploy/setup"), *verb],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_missing_packages_need_root(checkout: Path, tmp_path: Path) -> None:
    """Another user gets the list of packages, and apt is not called."""
    called = tmp_path / "called"
    environment = replace(
        tmp_path / "bin", dpkg_query="echo not-installed", id="echo 1000", apt_get=f"touch {called}"
    )
    result = run(checkout, environment)

    assert 1 == result.returncode
    assert "only root can install them" in result.stderr
    assert "debootstrap" in result.stderr
    assert not called.exists()


def test_a_failing_installation_shows_its_end_and_the_log(checkout: Path, tmp_path: Path) -> None:
    """The error names the step, the likely causes and the log with the whole output."""
    environment = replace(
        tmp_path / "bin",
        dpkg_query="echo not-installed",
        id="echo 0",
        df="printf 'Avail\\n 999999\\n'",
        apt_get="echo no route to the archive; exit 100",
    )
    result = run(checkout, environment)

    assert 1 == result.returncode
    assert "system packages" in result.stdout
    assert "no route to the archive" in result.stderr
    assert "is there a network" in result.stderr
    assert "no route to the archive" in (checkout / ".cache/setup.log").read_text()
    assert not (checkout / ".venv").exists()


def test_missing_space_is_told_before_anything_is_installed(checkout: Path, tmp_path: Path) -> None:
    """Needed and free space stand in the message."""
    called = tmp_path / "called"
    environment = replace(
        tmp_path / "bin",
        dpkg_query="echo not-installed",
        id="echo 0",
        df="printf 'Avail\\n 12\\n'",
        apt_get=f"touch {called}",
    )
    result = run(checkout, environment)

    assert 1 == result.returncode
    assert "2500 MB" in result.stderr
    assert "12 MB" in result.stderr
    assert not called.exists()


def test_an_unsuitable_interpreter_is_refused(checkout: Path, tmp_path: Path) -> None:
    """A PYTHON that is no usable Python is named in the error when nothing else may be installed."""
    environment = replace(
        tmp_path / "bin", dpkg_query="printf installed", id="echo 1000", chromium_headless_shell="true"
    )
    result = run(checkout, environment | {"PYTHON": "/bin/false"})

    assert 1 == result.returncode
    assert "python3-venv" in result.stderr


@pytest.mark.parametrize("verb", ["demo", "test"])
def test_only_tests_bring_a_browser_and_their_fonts(checkout: Path, tmp_path: Path, verb: str) -> None:
    """A demo asks apt for neither of them, nor for node and npm."""
    asked = tmp_path / "asked"
    environment = replace(
        tmp_path / "bin",
        dpkg_query="echo not-installed",
        id="echo 0",
        df="printf 'Avail\\n 999999\\n'",
        node="exit 1",
        npm="exit 1",
        apt_get=f'echo "$*" >> {asked}; case "$*" in *install*) exit 100 ;; esac',
    )
    result = run(checkout, environment, verb)

    assert 1 == result.returncode
    packages = set(asked.read_text().splitlines()[-1].split())
    assert {"debootstrap", "gcc", "libvirt-dev"} <= packages
    assert (verb == "test") == ({"fonts-dejavu-core", "systemd", "nodejs", "npm"} <= packages)
    assert verb == "test" or not packages & {
        "fonts-dejavu-core",
        "systemd",
        "nodejs",
        "npm",
        "chromium-headless-shell",
    }


def test_an_unknown_set_is_refused_with_those_that_exist(checkout: Path) -> None:
    """Nothing is installed for a word that was mistyped."""
    result = run(checkout, dict(os.environ), "demos")

    assert 1 == result.returncode
    assert "'demos' is no set of packages: deploy/setup demo and deploy/setup test are" in result.stderr
    assert not (checkout / ".cache").exists()


def test_a_demo_without_root_is_refused_before_anything_is_done(checkout: Path, tmp_path: Path) -> None:
    """Only after minutes of installing the demo itself could say it."""
    result = run(checkout, replace(tmp_path / "bin", id="echo 1000"), "demo")

    assert 1 == result.returncode
    assert "needs root" in result.stderr
    assert not (checkout / ".cache").exists()


def test_no_network_is_said_before_apt_tries_for_minutes(checkout: Path, tmp_path: Path) -> None:
    """The message names an archive that does not answer, and nothing is installed."""
    called = tmp_path / "called"
    environment = replace(
        tmp_path / "bin",
        dpkg_query="echo not-installed",
        id="echo 0",
        df="printf 'Avail\\n 999999\\n'",
        apt_get=f'[ "$1" = indextargets ] && echo http://127.0.0.1:1/dists/x/InRelease || touch {called}',
    )
    result = run(checkout, environment, "demo")

    assert 1 == result.returncode
    assert "no network: none of apt's sources answers (http://127.0.0.1:1/dists/x/InRelease)" in result.stderr
    assert not called.exists()


def test_an_index_that_does_not_answer_is_said_at_once(checkout: Path, tmp_path: Path) -> None:
    """One small package is asked for, once; the umask of the caller does not matter for what is made."""
    environment = made(checkout, tmp_path, "demo")
    (checkout / ".venv/setup-stamp").unlink()
    asked = tmp_path / "asked"
    interpreter = checkout / ".venv/bin/python"
    real = interpreter.resolve()
    interpreter.unlink()
    interpreter.write_text(
        f'#!/bin/sh\ncase "$*" in *" pip "*) echo "$*" >> {asked}; exit 1 ;; esac\nexec {real} "$@"\n'
    )
    interpreter.chmod(0o755)
    before = os.umask(0o077)
    try:
        result = run(checkout, environment, "demo")
    finally:
        os.umask(before)

    assert 1 == result.returncode
    assert "no network: pip's package index does not answer" in result.stderr
    (command,) = asked.read_text().splitlines()
    assert "--retries 0 --timeout 3 download --no-deps" in command
    assert 0o755 == (checkout / ".cache").stat().st_mode & 0o777
    assert not (checkout / ".venv/setup-stamp").exists()


def test_the_environment_of_a_path_with_a_space_is_kept(checkout: Path, tmp_path: Path) -> None:
    """Scripts in it begin with a shell instead of the interpreter; it is usable all the same."""
    environment = made(checkout, tmp_path, "demo")
    result = run(checkout, environment, "demo")

    assert (0, "", "") == (result.returncode, result.stdout, result.stderr)


def test_an_environment_of_the_tests_serves_a_demo(checkout: Path, tmp_path: Path) -> None:
    """It holds all that a demo needs."""
    environment = made(checkout, tmp_path, "development")
    result = run(checkout, environment, "demo")

    assert (0, "", "") == (result.returncode, result.stdout, result.stderr)


def test_an_environment_is_not_changed_below_a_demo(checkout: Path, tmp_path: Path) -> None:
    """Other pins wait until the demo ends."""
    environment = made(checkout, tmp_path, "demo")
    with (checkout / "pyproject.toml").open("a") as settings:
        settings.write("# changed\n")
    with (checkout / ".venv/pyvenv.cfg").open() as demo:
        fcntl.flock(demo, fcntl.LOCK_SH)
        result = run(checkout, environment, "demo")

    assert 1 == result.returncode
    assert "a demo runs from" in result.stderr


def made(checkout: Path, tmp_path: Path, requirements: str) -> dict[str, str]:
    """Make an empty environment that says it holds a list of requirements; return the commands around it."""
    environment = replace(
        tmp_path / "bin", dpkg_query="printf installed", id="echo 0", chromium_headless_shell="true"
    )
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=checkout, check=True)
    shutil.copy("/bin/true", checkout / ".venv/bin/pip")
    stamp = (
        f"{{ pwd; cat requirements/build.txt requirements/{requirements}.txt pyproject.toml; }} | sha256sum"
    )
    text = subprocess.run(
        ["sh", "-c", stamp], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout
    (checkout / ".venv/setup-stamp").write_text(text.rstrip("\n"))
    return environment
