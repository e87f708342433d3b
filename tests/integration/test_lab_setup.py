# SPDX-License-Identifier: Apache-2.0
"""The setup script only looks when nothing is missing and says what is missing otherwise."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the script reads into a folder without virtual environment."""
    copy = tmp_path / "checkout"
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


def run(checkout: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script of a checkout."""
    return subprocess.run(
        [str(checkout / "deploy/setup")],
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
