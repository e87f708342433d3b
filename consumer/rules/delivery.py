# SPDX-License-Identifier: Apache-2.0
"""Whom alerts are told, and how: channels, routes and the heartbeat of a file of rules."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct, field

from consumer.rules.rule import Severity, Word
from publisher.wire.field_types import TAG_PATTERN, HostId
from publisher.wire.settings import SettingsError, Tree, check_keys, nearest

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Url = Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]+\Z", max_length=2_000)]
Port = Annotated[int, Meta(ge=1, le=65_535)]
_Address = Annotated[str, Meta(pattern=r"\A[!-?A-~]+@[!-?A-~]+\Z", max_length=320)]
# A name stands in the ledger and in the name of a connection to the database.
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Alertmanager(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="alertmanager"):
    """Alertmanagers: each of ``urls`` is a member of a cluster, and is sent everything."""

    urls: Annotated[tuple[Url, ...], Meta(min_length=1, max_length=16)]
    ca_file: Text | None = None


class Webhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook"):
    """A URL that takes each message as JSON, signed with the secret in ``secret_file``."""

    url: Url
    secret_file: Text
    ca_file: Text | None = None


class Smtp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="smtp"):
    """A mail server."""

    host: Text
    port: Port = 587
    starttls: bool = True
    ca_file: Text | None = None
    user: Text | None = None
    password_file: Text | None = None
    sender: _Address = field(name="from")
    to: Annotated[tuple[_Address, ...], Meta(min_length=1, max_length=50)]


Channel: TypeAlias = Alertmanager | Webhook | Smtp
_KINDS: Final[dict[str, type[Channel]]] = {
    "alertmanager": Alertmanager,
    "webhook": Webhook,
    "smtp": Smtp,
}


class Route(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts go to which channels; all that is given has to hold. ``severity``: at least this one.

    ``host`` is where the object is, ``tag`` one of the VM or its host. What one ``group_by`` tells within
    ``wait_seconds`` is one message.
    """

    name: str
    channels: Annotated[tuple[str, ...], Meta(min_length=1)]
    severity: Severity = "information"
    rule: Word | None = None
    host: HostId | None = None
    tag: Annotated[str, Meta(pattern=TAG_PATTERN.pattern)] | None = None
    goes_on: bool = field(default=False, name="continue")
    group_by: Literal["host", "part", "site"] = "host"
    wait_seconds: Annotated[float, Meta(ge=0, le=3_600)] = 30.0
    repeat_hours: Annotated[float, Meta(gt=0, le=720)] = 4.0
    limit_per_hour: Annotated[int, Meta(ge=1)] = 60


class Heartbeat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A URL that is asked for as long as alerts are judged; ``url_file`` where the URL itself is a secret."""

    url: Url | None = None
    url_file: Text | None = None
    period_seconds: Annotated[float, Meta(ge=1, le=3_600)] = 60.0


class Delivery(NamedTuple):
    """All of it."""

    channels: dict[str, Channel] = {}  # noqa: RUF012 - never changed
    routes: tuple[Route, ...] = ()
    heartbeat: Heartbeat | None = None


_Kind = TypeVar("_Kind", bound=Struct)


def delivery_of(tree: Tree, source: str) -> Delivery:
    """Return what a file of rules says of delivery; raise SettingsError. Its keys are known ones."""
    named = tree.get("channels", {})
    if not isinstance(named, dict):
        raise SettingsError(f"{source}: channels is a section: write [channels.NAME]")
    channels = {name: _channel(name, each, source) for name, each in named.items()}
    listed = tree.get("routes", [])
    if not isinstance(listed, list):
        raise SettingsError(f"{source}: routes is a list: write [[routes]] above each of them")
    routes: list[Route] = []
    for number, each in enumerate(listed, 1):
        place = f"{source}: routes[{number}]"
        route = _converted(each, Route, place)
        _check_name(route.name, f"{place}.name")
        if route.name in {other.name for other in routes}:
            raise SettingsError(f"{place}.name: another route is called {route.name!r}")
        for channel in route.channels:
            if channel not in channels:
                raise SettingsError(f"{place}.channels: no channel {channel!r}{nearest(channel, channels)}")
        routes.append(route)
    return Delivery(channels, tuple(routes), _heartbeat(tree.get("heartbeat"), f"{source}: heartbeat"))


def _channel(name: str, tree: Any, source: str) -> Channel:
    place = f"{source}: channels.{name}"
    _check_name(name, place)
    if not isinstance(tree, dict):
        raise SettingsError(f"{source}: channels is a section: write [channels.{name}]")
    kind = _KINDS.get(str(tree.get("type")))
    if kind is None:
        raise SettingsError(
            f"{place}.type: {tree.get('type')!r} is no type{nearest(str(tree.get('type')), _KINDS)}"
        )
    check_keys({key: value for key, value in tree.items() if key != "type"}, kind, source, f"channels.{name}")
    channel = _converted(tree, kind, place)
    if isinstance(channel, Smtp) and (channel.user is None) != (channel.password_file is None):
        raise SettingsError(f"{place}: user and password_file belong together")
    if isinstance(channel, Smtp) and channel.user is not None and not channel.starttls:
        raise SettingsError(f"{place}.starttls: a password does not travel without TLS; leave starttls on")
    for url in channel.urls if isinstance(channel, Alertmanager) else ():
        _check_url(url, f"{place}.urls")
    if isinstance(channel, Webhook):
        _check_url(channel.url, f"{place}.url")
    return channel


def _heartbeat(tree: Any, place: str) -> Heartbeat | None:
    if tree is None:
        return None
    heartbeat = _converted(tree, Heartbeat, place)
    if (heartbeat.url is None) == (heartbeat.url_file is None):
        raise SettingsError(f"{place}: give url, or url_file where the URL is a secret")
    if heartbeat.url is not None:
        _check_url(heartbeat.url, f"{place}.url")
    return heartbeat


def read_heartbeat_url(heartbeat: Heartbeat) -> str:
    """Return the URL; raise SettingsError."""
    if heartbeat.url is not None:
        return heartbeat.url
    path = Path(heartbeat.url_file or "")
    try:
        url = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the URL in {path}: {error}") from error
    _check_url(url, str(path))
    return url


def _check_url(url: str, place: str) -> None:
    """Refuse what is no URL, and what has a password in it: it would stand in logs."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise SettingsError(f"{place}: this is no URL; write it as https://server/path")
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"{place}: a URL here has neither user nor password")


def _check_name(name: str, place: str) -> None:
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{place}: a name has at most 40 of a-z, 0-9, _ and -, a letter first")


def _converted(tree: Any, kind: type[_Kind], place: str) -> _Kind:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        text, _, key = str(error).partition(" - at `$")
        raise SettingsError(f"{place}{key.rstrip('`')}: {text}") from error
