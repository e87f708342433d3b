# SPDX-License-Identifier: Apache-2.0
"""The ``[broker]`` section as connection parameters of pika."""

from typing import Any

import pika
from pika.credentials import ExternalCredentials

from publisher.wire.broker import BrokerSettings, resolve_login

# Who logs in where the URL names nobody.
DEFAULT_USER = "kvmgrid-consumer"
_CONNECT_TIMEOUT_SECONDS = 10.0


def connection_parameters(settings: BrokerSettings) -> Any:
    """Return how to log in; raise SettingsError where URL, secret or certificate cannot be used."""
    login = resolve_login(settings, DEFAULT_USER)
    plain = login.password is not None
    return pika.ConnectionParameters(
        host=login.address.host,
        port=login.address.port,
        virtual_host=login.address.virtual_host,
        credentials=pika.PlainCredentials(login.user, login.password) if plain else ExternalCredentials(),
        ssl_options=pika.SSLOptions(login.tls, login.address.host) if login.tls else None,
        heartbeat=settings.heartbeat_seconds,
        blocked_connection_timeout=settings.blocked_timeout_seconds,
        # Reconnecting is the caller's business: it waits, counts and reports.
        connection_attempts=1,
        socket_timeout=_CONNECT_TIMEOUT_SECONDS,
        stack_timeout=2 * _CONNECT_TIMEOUT_SECONDS,
        client_properties={"connection_name": "kvmgrid-consumer", "product": "kvmgrid"},
    )
