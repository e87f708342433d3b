# SPDX-License-Identifier: Apache-2.0
"""Loading of the dashboard's settings."""

from pathlib import Path

import pytest

from dashboard.errors import SettingsError
from dashboard.settings import Settings, load

EXAMPLE = Path(__file__).parents[3] / "deploy" / "settings" / "dashboard.toml"


def test_the_example_holds_the_defaults() -> None:
    """The commented example decodes, and each of its values is the default."""
    assert Settings() == load(EXAMPLE, {})


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """A variable beats the file, and is read as the type of its key."""
    path = tmp_path / "dashboard.toml"
    path.write_text("[web]\nport = 8051\n")
    settings = load(
        path,
        {"KVMGRID_WEB__PORT": "8052", "KVMGRID_BROKER__URL": "amqp://elsewhere", "KVMGRID_DATABASE_URL": "x"},
    )
    assert 8052 == settings.web.port


def test_a_variable_holds_a_list_with_commas() -> None:
    """Several names fit one variable."""
    settings = load(None, {"KVMGRID_WEB__ALLOWED_HOSTS": "grid.example.org,grid"})
    assert ("grid.example.org", "grid") == settings.web.allowed_hosts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[web]\nprot = 1\n", "did you mean 'port'"),
        ("[wbe]\nport = 1\n", "did you mean 'web'"),
        ("[web]\nport = 70000\n", "<= 65535"),
        ("[web]\nport = 'x'\n", "port"),
        ("[web\n", "not TOML"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, words: str) -> None:
    """An unknown key names the nearest known one; a wrong value names its place."""
    path = tmp_path / "dashboard.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=words):
        load(path, {})


def test_an_unknown_variable_is_refused() -> None:
    """A misspelt variable of a section of ours is an error, not silence."""
    with pytest.raises(SettingsError, match=r"KVMGRID_WEB__PROT.*did you mean 'port'"):
        load(None, {"KVMGRID_WEB__PROT": "1"})
