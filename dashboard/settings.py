# SPDX-License-Identifier: Apache-2.0
"""Settings of the dashboard: defaults < TOML file < environment, by the rules of publisher.wire.settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from dashboard.errors import SettingsError
from publisher.wire import settings
from publisher.wire.log_line import LogSettings

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class DatabaseSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the samples are. The role needs SELECT only (kvmgrid_dashboard)."""

    url: str = "postgresql://kvmgrid_dashboard@127.0.0.1:5432/kvmgrid"
    password_file: str | None = None
    connection_count: Annotated[int, Meta(ge=1, le=64)] = 4
    connect_timeout_seconds: Seconds = 5
    statement_timeout_seconds: Seconds = 10


class WebSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the pages are served. Anything but loopback belongs behind a proxy that knows its users."""

    listen_address: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8050
    # Names beside loopback, addresses and listen_address under which browsers reach the pages; *.example.org
    # is every name below that one.
    allowed_hosts: tuple[Annotated[str, Meta(max_length=253, pattern=r"^(\*\.)?[^*]+$")], ...] = ()
    body_limit_bytes: Annotated[int, Meta(ge=4096, le=2**24)] = 262_144


class PageSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How lively the pages are."""

    refresh_seconds: Annotated[float, Meta(ge=0.5, le=60)] = 2
    lost_after_seconds: Annotated[float, Meta(ge=5, le=3600)] = 15


class LoginSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may change things: nobody, and there is no login, without password file and proxy's header."""

    # With it reading needs a login too.
    required: bool = False
    password_file: str | None = None
    key_file: str | None = None
    session_hours: Annotated[float, Meta(gt=0, le=744)] = 12
    # The name of a user, from these addresses or networks only.
    proxy_header: str | None = None
    proxy_addresses: tuple[str, ...] = ()
    proxy_operators: tuple[str, ...] = ()
    # The role that may add what operators say (kvmgrid_operator), and nothing else.
    database_url: str = "postgresql://kvmgrid_operator@127.0.0.1:5432/kvmgrid"
    database_password_file: str | None = None

    @property
    def is_on(self) -> bool:
        """Whether anybody can log in."""
        return self.password_file is not None or self.proxy_header is not None


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of the dashboard."""

    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    page: PageSettings = PageSettings()
    login: LoginSettings = LoginSettings()
    log: LogSettings = LogSettings()


def load(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; raise SettingsError with the place of the first fault."""
    try:
        return settings.load(Settings, path, environment)
    except settings.SettingsError as error:
        raise SettingsError(str(error)) from error


def read_secret(path: Path) -> str:
    """Return the secret in a file, without the line end; raise SettingsError if it cannot be read."""
    try:
        return settings.read_secret(path)
    except settings.SettingsError as error:
        raise SettingsError(str(error)) from error
