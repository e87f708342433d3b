# SPDX-License-Identifier: Apache-2.0
"""A disk in memory that is small enough to be filled, and a file that fills it."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# As the lab's instances: short enough for socket paths.
_FOLDER = Path("/var/tmp")  # noqa: S108 - mkdtemp makes the name


class SmallDisk:
    """A mounted disk; ``path`` is its root."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self, room_bytes: int) -> None:
        """Leave so much room and no more."""
        status = os.statvfs(self.path)
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, status.f_bavail * status.f_frsize - room_bytes))

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(size_bytes: int) -> Iterator[SmallDisk]:
    """Give a disk of this size, mounted as long as the context lasts."""
    path = Path(tempfile.mkdtemp(prefix="kvmgrid-disk-", dir=_FOLDER))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=755", "tmpfs", path], check=True)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
        path.rmdir()
