# SPDX-License-Identifier: Apache-2.0
"""The command says what it read and what it found, and nothing else."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import cli

# The discard port: nobody listens there.
NOBODY = "postgresql://kvmgrid_dashboard@127.0.0.1:9/kvmgrid"


def check(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run check; return its status and what it printed, to standard error too."""
    result = CliRunner().invoke(cli.main, ["check", *arguments], env=environment)
    return result.exit_code, result.output


def test_the_settings_file_of_the_system_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --config it is the default file, if there is one; the path in effect is shown."""
    path = tmp_path / "dashboard.toml"
    monkeypatch.setattr(cli, "DEFAULT_CONFIG", path)
    _, without = check(KVMGRID_DATABASE__URL=NOBODY)
    path.write_text(f'[database]\nurl = "{NOBODY}"\n')
    _, with_default = check()
    other = tmp_path / "other.toml"
    other.write_text(path.read_text())
    _, with_other = check("--config", str(other))

    assert f"ok    settings  defaults and environment, there is no {path}\n" in without
    assert f"ok    settings  {path}\n" in with_default
    assert f"ok    settings  {other}\n" in with_other


def test_a_wrong_file_of_the_system_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not passed over."""
    path = tmp_path / "dashboard.toml"
    path.write_text("[wbe]\n")
    monkeypatch.setattr(cli, "DEFAULT_CONFIG", path)
    status, output = check()

    assert status == cli.EXIT_SETTINGS
    assert "did you mean 'web'" in output


def test_a_database_away_is_one_finding_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    """The pool, which goes on trying and says so each time, is not even opened."""
    status, output = check(KVMGRID_DATABASE__URL=NOBODY)
    lines = output.splitlines()

    assert status == cli.EXIT_UNAVAILABLE
    assert ["ok  ", "FAIL", "  fi"] == [line[:4] for line in lines]
    assert "Connection refused" in lines[1]
    assert [] == caplog.messages
