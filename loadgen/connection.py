# SPDX-License-Identifier: Apache-2.0
"""How a connection to the broker is made, for the simulated fleet and for the truth of a scenario."""

import pika

from publisher.wire.broker import BrokerLogin, BrokerSettings


def connection_parameters(
    settings: BrokerSettings, login: BrokerLogin, name: str
) -> pika.ConnectionParameters:
    """Return how to connect; ``name`` shows in the broker's list of connections."""
    return pika.ConnectionParameters(
        host=login.address.host,
        port=login.address.port,
        virtual_host=login.address.virtual_host,
        credentials=pika.PlainCredentials(login.user, login.password or ""),
        ssl_options=pika.SSLOptions(login.tls, login.address.host) if login.tls else None,
        heartbeat=settings.heartbeat_seconds,
        blocked_connection_timeout=settings.blocked_timeout_seconds,
        client_properties={"connection_name": name, "product": "kvmgrid"},
    )
