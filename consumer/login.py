# SPDX-License-Identifier: Apache-2.0
"""A login to the broker as the parameters of a pika connection."""

import pika

from publisher.wire.broker import BrokerSettings, resolve_login

_CONNECT_TIMEOUT_SECONDS = 10.0
_DEFAULT_USER = "kvmgrid-consumer"


def connection_parameters(settings: BrokerSettings) -> pika.ConnectionParameters:
    """Return how to log in; raise SettingsError where URL, secret or certificate cannot be used."""
    login = resolve_login(settings, _DEFAULT_USER)
    plain = login.password is not None
    return pika.ConnectionParameters(
        host=login.address.host,
        port=login.address.port,
        virtual_host=login.address.virtual_host,
        credentials=(
            pika.PlainCredentials(login.user, login.password)
            if plain
            else pika.credentials.ExternalCredentials()
        ),
        ssl_options=pika.SSLOptions(login.tls, login.address.host) if login.tls else None,
        heartbeat=settings.heartbeat_seconds,
        blocked_connection_timeout=settings.blocked_timeout_seconds,
        # Reconnecting is the caller's business: it counts, waits and reports.
        connection_attempts=1,
        socket_timeout=_CONNECT_TIMEOUT_SECONDS,
        stack_timeout=_CONNECT_TIMEOUT_SECONDS,
        client_properties={"connection_name": login.user},
    )
