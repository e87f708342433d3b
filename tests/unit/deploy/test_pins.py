# SPDX-License-Identifier: Apache-2.0
"""The pinned requirements of each role are those of development, and nothing unpinned builds them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def pins(name: str) -> set[str]:
    """Return the requirements of a list, each with its hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^\S(?:.*\\\n)*.*$", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["build", "container", "demo", "publisher"])
def test_a_role_installs_what_was_tested(name: str) -> None:
    """No list holds another version, or another file, than the one of development."""
    assert pins(name)
    assert set() == pins(name) - pins("development")


def test_what_builds_is_pinned() -> None:
    """The list that is installed first has all of the group, and setuptools for libvirt-python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {requirement.split(">=")[0] for requirement in project["dependency-groups"]["build"]}
    pinned = {pin.split("==")[0] for pin in pins("build")}

    assert {"hatchling", "setuptools"} <= wanted
    assert wanted <= pinned


@pytest.mark.parametrize("document", ["docs/install.md", "deploy/Containerfile"])
def test_no_documented_step_builds_with_what_pip_fetches(document: str) -> None:
    """What builds is installed first; after it pip makes no build environment of its own."""
    lines = re.findall(r"^.*/pip install.*$", (ROOT / document).read_text(), re.MULTILINE)

    assert "requirements/build.txt" in lines[0]
    assert [] == [
        line for line in lines if "requirements/build.txt" not in line and "--no-build-isolation" not in line
    ]
