# SPDX-License-Identifier: Apache-2.0
"""Settings of the publisher: the sections of /etc/kvmgrid/publisher.toml. Nothing here is global."""

import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from publisher.collectors.temperatures import TemperatureSettings
from publisher.spool.message import Limits
from publisher.wire.broker import BrokerSettings
from publisher.wire.field_types import TAG_COUNT_MAX, TAG_PATTERN
from publisher.wire.log_line import LogSettings
from publisher.wire.settings import SettingsError, load
from publisher.wire.topics import is_host_id

DEFAULT_PATH = Path("/etc/kvmgrid/publisher.toml")

Interval = Annotated[float, Meta(ge=1, le=300)]
# Smaller spools would hold minutes only, or not even one batch of a large host.
Capacity = Annotated[int, Meta(ge=32 * 1024 * 1024)]
FreeFloor = Annotated[int, Meta(ge=0)]


class SpoolSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[spool]`` section. ``capacity_bytes`` and ``free_floor_bytes``: see publisher.spool.Limits."""

    directory: Path = Path("/var/lib/kvmgrid/publisher")
    capacity_bytes: Capacity = Limits().capacity_bytes
    free_floor_bytes: FreeFloor = Limits().free_floor_bytes

    @property
    def limits(self) -> Limits:
        """Return them as the spool takes them."""
        return Limits(capacity_bytes=self.capacity_bytes, free_floor_bytes=self.free_floor_bytes)


class HypervisorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[hypervisor]`` section. Without ``uri``: qemu:///system if there is one; an empty one: none."""

    uri: str | None = None


class SourceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[sources]`` section: where /proc and /sys are, and the file systems to measure."""

    root: Path = Path("/")
    filesystems: tuple[Path, ...] = ()


class PublisherSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. ``host`` is the host id: name of the host, of its broker user and of its routing keys.

    ``tags`` are words by which people find the host.
    """

    host: str = ""
    tags: tuple[str, ...] = ()
    interval_seconds: Interval = 10.0
    broker: BrokerSettings = BrokerSettings()
    spool: SpoolSettings = SpoolSettings()
    hypervisor: HypervisorSettings = HypervisorSettings()
    sources: SourceSettings = SourceSettings()
    temperatures: TemperatureSettings = TemperatureSettings()
    log: LogSettings = LogSettings()


def default_host() -> str:
    """Return the short host name in lower case, which need not be a host id."""
    return socket.gethostname().split(".")[0].lower()


def load_settings(path: Path | None, environment: Mapping[str, str]) -> PublisherSettings:
    """Return the settings, with a checked host id and checked tags; raise SettingsError.

    ``path`` None: the default file if it exists, else the defaults alone.
    """
    if path is None and DEFAULT_PATH.exists():
        path = DEFAULT_PATH
    settings = load(PublisherSettings, path, environment)
    host = settings.host or default_host()
    if not is_host_id(host):
        origin = "host" if settings.host else "the short host name"
        raise SettingsError(
            f"{origin} {host!r} cannot be a host id: 1 to 63 of a-z, 0-9 and '-', and '-' not first; "
            f"set host in {DEFAULT_PATH} or KVMGRID_HOST{_suggestion(host)}"
        )
    _check_tags(settings.tags)
    return msgspec.structs.replace(settings, host=host)


def _check_tags(tags: tuple[str, ...]) -> None:
    for tag in tags:
        if not TAG_PATTERN.fullmatch(tag):
            raise SettingsError(f"tags: {tag!r} cannot be a tag: 1 to 64 of a-z, 0-9, '.', '_', ':' and '-'")
        if tags.count(tag) > 1:
            raise SettingsError(f"tags: {tag!r} is there more than once")
    if len(tags) > TAG_COUNT_MAX:
        raise SettingsError(f"tags: {len(tags)} of them; a host has at most {TAG_COUNT_MAX}")


def _suggestion(text: str) -> str:
    close = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")[:63]
    return f", for instance to {close!r}" if close else ""
