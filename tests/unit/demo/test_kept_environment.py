# SPDX-License-Identifier: Apache-2.0
"""A running demo holds what the setup asks for before it changes a virtual environment."""

import fcntl
import sys
from pathlib import Path

import pytest

from deploy.demo.__main__ import kept_environment


def test_an_environment_is_held_while_a_demo_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setup cannot have it alone, a second demo can look at it; afterwards it is free."""
    mark = tmp_path / "pyvenv.cfg"
    mark.touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with mark.open() as setup:
        with kept_environment(), kept_environment(), pytest.raises(BlockingIOError):
            fcntl.flock(setup, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(setup, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_python_without_environment_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setup changes that one."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with kept_environment():
        assert [] == list(tmp_path.iterdir())
