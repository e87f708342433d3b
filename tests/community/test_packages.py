# SPDX-License-Identifier: Apache-2.0
"""The npm packages of these tests: exact versions, with their hashes, and no word of where they come from."""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent


def test_versions_are_exact_and_hashed() -> None:
    """One maintainer stands behind the build: what is installed is what was looked at, bit by bit."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    installed = {name.removeprefix("node_modules/"): entry for name, entry in locked.items() if name}

    assert wanted == {name: entry["version"] for name, entry in installed.items()}
    assert [] == [name for name, entry in installed.items() if not entry["integrity"].startswith("sha512-")]


def test_the_lock_file_has_no_address() -> None:
    """Each machine's own setup says where packages come from."""
    assert not re.search(r"resolved|https?:", (HERE / "package-lock.json").read_text())
