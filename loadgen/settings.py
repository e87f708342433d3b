# SPDX-License-Identifier: Apache-2.0
"""The settings of scenarios: which kvmgrid watches this machine. Decoded once; passwords stay in files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError, load
from publisher.wire.topics import is_host_id


class DatabaseSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[database]`` section: a role that may read the views, as the dashboard's."""

    url: str = "postgresql://kvmgrid_viewer@localhost:5432/kvmgrid"
    password_file: Path | None = None


class LoadgenSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings.

    ``host`` is this machine's host id. ``channel_folder`` has a socket for each VM that can be told a load,
    under the VM's name. ``dashboard_url`` is where the page is on which changes are awaited. ``trial`` says
    that nothing here can be hurt: demo, tests.
    """

    host: Annotated[str, Meta(min_length=1)]
    broker: BrokerSettings = BrokerSettings()
    database: DatabaseSettings = DatabaseSettings()
    channel_folder: Path | None = None
    dashboard_url: str | None = None
    trial: bool = False


def load_settings(path: Path, environment: Mapping[str, str]) -> LoadgenSettings:
    """Return the settings, with a checked host id; raise SettingsError."""
    settings = load(LoadgenSettings, path, environment)
    if not is_host_id(settings.host):
        raise SettingsError(f"host: {settings.host!r} is no host id")
    return settings
