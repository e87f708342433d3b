# SPDX-License-Identifier: Apache-2.0
"""How a connection to the broker is made, for the simulated fleet and for the truth of a scenario."""

import pika
from pika.credentials import ExternalCredentials

from publisher.wire.broker import BrokerLogin, BrokerSettings, connection_arguments


def connection_parameters(
    settings: BrokerSettings, login: BrokerLogin, name: str
) -> pika.ConnectionParameters:
    """Return how to connect; ``name`` shows in the broker's list of connections."""
    plain = login.password is not None
    return pika.ConnectionParameters(
        **connection_arguments(settings, login, name),
        credentials=pika.PlainCredentials(login.user, login.password) if plain else ExternalCredentials(),
        ssl_options=pika.SSLOptions(login.tls, login.address.host) if login.tls else None,
    )
