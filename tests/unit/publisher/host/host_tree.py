# SPDX-License-Identifier: Apache-2.0
"""A copy of a fixture tree that a test may change, standing for the /proc and /sys of a host."""

import shutil
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "proc"


class HostTree:
    """The tree of one host below ``root``. Paths are given as on the host."""

    def __init__(self, name: str, folder: Path) -> None:
        self.root = folder / name
        shutil.copytree(FIXTURES / name, self.root, symlinks=True)

    def path(self, path: str) -> Path:
        """Return where a file of the host is."""
        return self.root / path.removeprefix("/")

    def text(self, path: str) -> str:
        """Return the text of a file."""
        return self.path(path).read_text()

    def write(self, path: str, text: str) -> None:
        """Replace or create a file."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a part of a file that occurs in it once."""
        text = self.text(path)
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    def remove(self, path: str) -> None:
        """Remove a file or a folder."""
        place = self.path(path)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink()


def fixture_text(name: str, path: str) -> str:
    """Return the text of a file in a fixture tree."""
    return (FIXTURES / name / path.removeprefix("/")).read_text()
