# SPDX-License-Identifier: Apache-2.0
"""The demo's processes read the demo's settings and nobody else's."""

from pathlib import Path

import pytest

from deploy.demo import child
from deploy.demo.child import Child, run_to_end


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a script that prints its environment, started from a shell with settings of an installation."""
    monkeypatch.setattr(child, "SCRIPTS", tmp_path)
    monkeypatch.setenv("KVMGRID_DATABASE__OWNER_URL", "postgresql://somewhere.example/else")
    path = tmp_path / "print-environment"
    path.write_text("#!/bin/sh\nenv\n")
    path.chmod(0o755)
    return path.name


def test_a_command_sees_no_setting_of_the_shell(script: str) -> None:
    """A migration reaches the demo's database, whatever the shell says."""
    printed = run_to_end(script, "migrate")

    assert "PATH=" in printed
    assert "KVMGRID_" not in printed


def test_a_process_sees_the_settings_that_it_was_given(script: str, tmp_path: Path) -> None:
    """It has those settings of the environment that are meant for it."""
    log = tmp_path / "log"
    process = Child(script, log=log, environment={"KVMGRID_LOG__FORM": "json"})

    assert process.wait() == 0
    assert "KVMGRID_LOG__FORM=json" in log.read_text()
    assert "KVMGRID_DATABASE__OWNER_URL" not in log.read_text()
