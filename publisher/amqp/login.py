# SPDX-License-Identifier: Apache-2.0
"""A login to the broker as the parameters of a pika connection."""

from typing import Any

from pika import ConnectionParameters, PlainCredentials, SSLOptions
from pika.credentials import ExternalCredentials

from publisher.wire.broker import BrokerAddress, BrokerSettings, parse_url, resolve_login

CONNECT_SECONDS = 10.0
HANDSHAKE_SECONDS = 20.0


def check_login(settings: BrokerSettings, user: str) -> BrokerAddress:
    """Raise SettingsError if no connection could be tried with these settings."""
    connection_parameters(settings, user)
    return parse_url(settings.url)


def connection_parameters(settings: BrokerSettings, user: str) -> Any:
    """Return the parameters of a connection; ``user`` logs in where the URL names nobody."""
    login = resolve_login(settings, user)
    plain = login.password is not None
    return ConnectionParameters(
        host=login.address.host,
        port=login.address.port,
        virtual_host=login.address.virtual_host,
        credentials=PlainCredentials(login.user, login.password) if plain else ExternalCredentials(),
        ssl_options=SSLOptions(login.tls, login.address.host) if login.tls else None,
        heartbeat=settings.heartbeat_seconds,
        # Without it a broker short of memory or disk would be waited for without end.
        blocked_connection_timeout=settings.blocked_timeout_seconds,
        connection_attempts=1,
        socket_timeout=CONNECT_SECONDS,
        stack_timeout=HANDSHAKE_SECONDS,
        client_properties={"connection_name": f"kvmgrid {user}", "product": "kvmgrid"},
    )
