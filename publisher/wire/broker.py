# SPDX-License-Identifier: Apache-2.0
"""How a process reaches the broker: the ``[broker]`` section of publisher, consumer and load generator.

Everything wrong here is wrong in the settings and raises SettingsError. Secrets and certificates are
read anew for each login, so that they can be replaced while the process runs.
"""

import ssl
from pathlib import Path
from typing import Annotated, NamedTuple, TypedDict
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Meta, Struct

from publisher.wire.settings import SettingsError, read_secret

CONNECT_SECONDS = 10.0
HANDSHAKE_SECONDS = 20.0
# What a node's frame_max and max_message_size should be (docs/install.md). Headers have to fit one frame.
# Nested as deep as RabbitMQ's 128 KiB allow, one message holds delivery up for 15 s; with 16 KiB for 0.2 s.
FRAME_BYTES_MAX = 16_384
MESSAGE_BYTES_MAX = 16 * 1024 * 1024
_PORTS = {"amqp": 5672, "amqps": 5671}


class BrokerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[broker]`` section.

    ``url`` is ``amqp://user@server:5672/virtual-host`` or ``amqps://…``. A password in it is accepted for
    trying out. A real one stands in ``password_file``. With ``certificate_file`` and ``key_file`` the process
    logs in by TLS certificate (SASL EXTERNAL). ``blocked_timeout_seconds`` bounds the wait while the broker
    is short of memory or disk and reads nothing. pika itself would wait for ever.
    """

    url: str = "amqp://localhost:5672/"
    password_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    heartbeat_seconds: Annotated[int, Meta(ge=5, le=600)] = 30
    confirm_timeout_seconds: Annotated[float, Meta(gt=0)] = 30.0
    blocked_timeout_seconds: Annotated[float, Meta(gt=0)] = 60.0


class BrokerAddress(NamedTuple):
    """Where the broker is. ``user`` is None where the URL names none."""

    host: str
    port: int
    virtual_host: str
    tls: bool
    user: str | None
    password: str | None

    @property
    def endpoint(self) -> str:
        """The address without names and secrets."""
        return f"{'amqps' if self.tls else 'amqp'}://{self.host}:{self.port}"


def parse_url(url: str) -> BrokerAddress:
    """Return the parts of an AMQP URL; the SettingsError for a bad one does not repeat its password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"[broker] url: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise SettingsError("[broker] url: write it as amqp://user@server:5672/virtual-host or amqps://…")
    if parts.query or parts.fragment:
        raise SettingsError("[broker] url: no ?options are read there; use the other keys of [broker]")
    return BrokerAddress(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        virtual_host=_virtual_host(parts),
        tls=parts.scheme == "amqps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class BrokerLogin(NamedTuple):
    """What a connection needs. ``password`` is None where a certificate logs in (SASL EXTERNAL)."""

    address: BrokerAddress
    user: str
    password: str | None
    tls: ssl.SSLContext | None


def resolve_login(settings: BrokerSettings, user: str) -> BrokerLogin:
    """Return how to log in; ``user`` is used where the URL names nobody."""
    address = parse_url(settings.url)
    if settings.certificate_file and not address.tls:
        raise SettingsError("[broker] certificate_file: a certificate needs an amqps:// URL")
    password = None if settings.certificate_file else _password(settings, address)
    return BrokerLogin(address, address.user or user, password, _tls(settings) if address.tls else None)


def _password(settings: BrokerSettings, address: BrokerAddress) -> str:
    if settings.password_file is None:
        return address.password or ""
    password = read_secret(settings.password_file)
    if not password:
        # The systemd units give an empty one where there is no file.
        raise SettingsError(
            f"[broker] password_file {settings.password_file} is empty: it holds the password, unless "
            "certificate_file is set"
        )
    return password


class ConnectionArguments(TypedDict):
    """Keyword arguments of pika's ConnectionParameters, those that are pika's own objects apart."""

    host: str
    port: int
    virtual_host: str
    heartbeat: int
    blocked_connection_timeout: float
    connection_attempts: int
    socket_timeout: float
    stack_timeout: float
    client_properties: dict[str, str]


def connection_arguments(settings: BrokerSettings, login: BrokerLogin, name: str) -> ConnectionArguments:
    """Return how to connect; ``name`` shows in the broker's list of connections."""
    return ConnectionArguments(
        host=login.address.host,
        port=login.address.port,
        virtual_host=login.address.virtual_host,
        heartbeat=settings.heartbeat_seconds,
        # Without it a broker short of memory or disk would be waited for without end.
        blocked_connection_timeout=settings.blocked_timeout_seconds,
        # Trying again is the caller's business: it waits, counts and reports.
        connection_attempts=1,
        socket_timeout=CONNECT_SECONDS,
        stack_timeout=HANDSHAKE_SECONDS,
        client_properties={"connection_name": name, "product": "kvmgrid"},
    )


def _virtual_host(parts: SplitResult) -> str:
    name = parts.path.removeprefix("/")
    return unquote(name) or "/"


def _tls(settings: BrokerSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise SettingsError(f"[broker] ca_file {settings.ca_file}: {error}") from error
    if settings.certificate_file:
        try:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
        except OSError as error:
            place = f"certificate_file {settings.certificate_file} or key_file {settings.key_file}"
            raise SettingsError(f"[broker] {place}: {error}") from error
    return context
