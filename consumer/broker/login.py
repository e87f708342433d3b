# SPDX-License-Identifier: Apache-2.0
"""The ``[broker]`` section as connection parameters of pika."""

from typing import Any

import pika
from pika.credentials import ExternalCredentials

from publisher.wire.broker import BrokerSettings, connection_arguments, resolve_login

# Who logs in where the URL names nobody.
DEFAULT_USER = "kvmgrid-consumer"


def connection_parameters(settings: BrokerSettings) -> Any:
    """Return how to log in; raise SettingsError where URL, secret or certificate cannot be used."""
    login = resolve_login(settings, DEFAULT_USER)
    plain = login.password is not None
    return pika.ConnectionParameters(
        **connection_arguments(settings, login, DEFAULT_USER),
        credentials=pika.PlainCredentials(login.user, login.password) if plain else ExternalCredentials(),
        ssl_options=pika.SSLOptions(login.tls, login.address.host) if login.tls else None,
    )
