# SPDX-License-Identifier: Apache-2.0
"""The services read the root folder as users of their own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.lab import rootfs
from deploy.lab.definition import DEFINITION, Definition


class OneFile:
    """A builder that writes one file, as the steps of the real one do."""

    def __init__(
        self, _definition: Definition, work: Path, _log: Path, _progress: Callable[[str], None]
    ) -> None:
        self._work = work

    def run(self) -> None:
        """Make the folder with its file."""
        self._work.mkdir()
        (self._work / "resolv.conf").touch()


def test_a_root_folder_is_readable_whatever_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller has its umask again afterwards."""
    monkeypatch.setattr(rootfs, "RootBuilder", OneFile)
    monkeypatch.setattr(rootfs, "check_space", lambda _folder: None)
    before = os.umask(0o077)
    try:
        built = rootfs.build(DEFINITION, tmp_path / "lab" / "folder", progress=lambda _text: None)
        kept = os.umask(0o077)
    finally:
        os.umask(before)

    assert 0o077 == kept
    assert 0o755 == built.path.stat().st_mode & 0o777
    assert 0o644 == (built.path / "resolv.conf").stat().st_mode & 0o777
