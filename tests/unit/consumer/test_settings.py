# SPDX-License-Identifier: Apache-2.0
"""The commented example file and the overrides."""

from pathlib import Path

import pytest

from consumer.settings import ConsumerSettings
from publisher.wire.settings import SettingsError, load

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "settings" / "consumer.toml"


def test_the_example_shows_every_default() -> None:
    """What stands uncommented in the example is what holds without it."""
    assert ConsumerSettings() == load(ConsumerSettings, EXAMPLE, {})


def test_the_example_names_every_key() -> None:
    """Each key occurs in its section, if only commented out, so that nobody has to read the source."""
    text = EXAMPLE.read_text()
    for section in ConsumerSettings.__struct_fields__:
        part = text.split(f"[{section}]")[1].split("\n[")[0]
        fields = getattr(ConsumerSettings(), section).__struct_encode_fields__
        assert [] == [key for key in fields if f"{key} =" not in part]


def test_variables_override_the_file() -> None:
    """KVMGRID_SECTION__KEY wins over the file."""
    settings = load(ConsumerSettings, EXAMPLE, {"KVMGRID_INGEST__FLUSH_SECONDS": "2"})

    assert settings.ingest.flush_seconds == 2.0


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KVMGRID_INGEST__PREFETCH", "10", "prefetch_count"),
        ("KVMGRID_INGEST__PREFETCH_COUNT", "3000", "2000"),
        ("KVMGRID_RETENTION__RAW", "soon", "raw"),
        ("KVMGRID_LOG__LEVEL", "loud", "level"),
    ],
)
def test_what_cannot_hold_is_refused_by_name(name: str, value: str, told: str) -> None:
    """A wrong key names the nearest, a wrong value its place or bound."""
    with pytest.raises(SettingsError, match=told):
        load(ConsumerSettings, None, {name: value})
