# SPDX-License-Identifier: Apache-2.0
"""The npm packages of tests and lint: exact versions with hashes, and no word of where they come from."""

import json
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FOLDERS = ("community", "javascript")


@pytest.mark.parametrize("folder", FOLDERS)
def test_versions_are_exact_and_hashed(folder: str) -> None:
    """What is installed is what was looked at, bit by bit."""
    wanted = json.loads((TESTS / folder / "package.json").read_text())["dependencies"]
    locked = json.loads((TESTS / folder / "package-lock.json").read_text())["packages"]
    installed = {name.removeprefix("node_modules/"): entry for name, entry in locked.items() if name}

    assert wanted == {name: installed[name]["version"] for name in wanted}
    assert [] == [name for name, entry in installed.items() if not entry["integrity"].startswith("sha512-")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_lock_file_has_no_address_of_a_registry(folder: str) -> None:
    """Each machine's own setup says where packages come from; what a package asks for is not fetched."""
    locked = json.loads((TESTS / folder / "package-lock.json").read_text())["packages"]

    assert [] == [name for name, entry in locked.items() if "resolved" in entry]
    assert "omit-lockfile-registry-resolved=true" in (TESTS / folder / ".npmrc").read_text()


def test_the_folders_are_all_here() -> None:
    """A lock file that is added is looked at too."""
    assert set(FOLDERS) == {path.parent.name for path in TESTS.glob("*/package-lock.json")}
