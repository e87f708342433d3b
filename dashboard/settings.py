# SPDX-License-Identifier: Apache-2.0
"""Settings of the dashboard: defaults < TOML file < environment, decoded into frozen structs.

An environment variable ``KVMGRID_SECTION__KEY`` overrides ``key`` in ``[section]``. An unknown key is an
error that names the nearest known one. The loader is the dashboard's own: it depends on the schema of
the database and on no other package of ours.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, inspect

from dashboard.errors import SettingsError

PREFIX = "KVMGRID_"
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Tree = dict[str, Any]


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


class LogSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the process says about itself on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["auto", "json", "text"] = "auto"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of the dashboard."""

    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    page: PageSettings = PageSettings()
    log: LogSettings = LogSettings()


def load(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; raise SettingsError with the place of the first fault."""
    tree = _read(path) if path else {}
    source = str(path) if path else "the defaults"
    _check_keys(tree, Settings, "", source)
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX) and "__" in name:
            _override(tree, name, value)
    try:
        # strict=False reads "10" as a number where a number is wanted, as an environment variable gives it.
        return msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{source} or its {PREFIX}* overrides: {error}") from error


def read_secret(path: Path) -> str:
    """Return the secret in a file, without the line end; raise SettingsError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the secret in {path}: {error}") from error


def _read(path: Path) -> Tree:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error


def _sections(kind: type[Struct]) -> dict[str, type[Struct] | None]:
    sections: dict[str, type[Struct] | None] = {}
    for field in msgspec.structs.fields(kind):
        known = inspect.type_info(field.type)
        sections[field.encode_name] = known.cls if isinstance(known, inspect.StructType) else None
    return sections


def _check_keys(tree: Tree, kind: type[Struct], section: str, source: str) -> None:
    known = _sections(kind)
    for key, value in tree.items():
        place = f"{section}.{key}" if section else key
        if key not in known:
            raise SettingsError(f"{source}: unknown key {place!r}{_nearest(key, known)}")
        inner = known[key]
        if inner is not None and isinstance(value, dict):
            _check_keys(value, inner, place, source)


def _nearest(key: str, known: Mapping[str, object]) -> str:
    matches = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if matches:
        return f"; did you mean {matches[0]!r}?"
    return f"; known here: {', '.join(sorted(known))}"


def _default(section: str, key: str) -> object:
    return getattr(getattr(Settings(), section), key, None)


def _override(tree: Tree, name: str, value: str) -> None:
    section, *rest = (part.lower() for part in name.removeprefix(PREFIX).split("__"))
    # Another process's section is not an error here: one environment may serve several processes.
    if section not in _sections(Settings):
        return
    key = ".".join(rest)
    _check_keys({section: {key: value}}, Settings, "", f"environment variable {name}")
    branch = tree.setdefault(section, {})
    if not isinstance(branch, dict):
        raise SettingsError(f"[{section}] is not a table, so {name} has no place in it")
    # A list is written with commas.
    branch[key] = value.split(",") if isinstance(_default(section, key), tuple) else value
