# SPDX-License-Identifier: Apache-2.0
"""How a process logs in: from the ``[broker]`` section to the parameters of a connection.

Everything wrong here is wrong in the settings and raises SettingsError. Secrets and certificates are
read anew for each connection, so that they can be replaced while the process runs.
"""

import ssl
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from pika import ConnectionParameters, PlainCredentials, SSLOptions
from pika.credentials import ExternalCredentials

from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError, read_secret

CONNECT_SECONDS = 10.0
HANDSHAKE_SECONDS = 20.0
_PORTS = {"amqp": 5672, "amqps": 5671}


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


def check_login(settings: BrokerSettings, user: str) -> BrokerAddress:
    """Raise SettingsError if no connection could be tried with these settings."""
    connection_parameters(settings, user)
    return parse_url(settings.url)


def connection_parameters(settings: BrokerSettings, user: str) -> Any:
    """Return the parameters of a connection; ``user`` logs in where the URL names nobody."""
    address = parse_url(settings.url)
    if settings.certificate_file and not address.tls:
        raise SettingsError("[broker] certificate_file: a certificate needs an amqps:// URL")
    return ConnectionParameters(
        host=address.host,
        port=address.port,
        virtual_host=address.virtual_host,
        credentials=_credentials(settings, address, user),
        ssl_options=SSLOptions(_tls(settings), address.host) if address.tls else None,
        heartbeat=settings.heartbeat_seconds,
        # Without it a broker short of memory or disk would be waited for without end.
        blocked_connection_timeout=settings.blocked_timeout_seconds,
        connection_attempts=1,
        socket_timeout=CONNECT_SECONDS,
        stack_timeout=HANDSHAKE_SECONDS,
        client_properties={"connection_name": f"kvmgrid {user}", "product": "kvmgrid"},
    )


def _virtual_host(parts: SplitResult) -> str:
    name = parts.path.removeprefix("/")
    return unquote(name) or "/"


def _credentials(settings: BrokerSettings, address: BrokerAddress, user: str) -> Any:
    if settings.certificate_file:
        return ExternalCredentials()
    password = read_secret(settings.password_file) if settings.password_file else address.password
    return PlainCredentials(address.user or user, password or "")


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
