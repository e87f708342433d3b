# SPDX-License-Identifier: Apache-2.0
"""A login to the broker as the parameters of a pika connection."""

from typing import Any

from pika import ConnectionParameters, PlainCredentials, SSLOptions
from pika.credentials import ExternalCredentials

from publisher.wire.broker import (
    BrokerAddress,
    BrokerLogin,
    BrokerSettings,
    connection_arguments,
    parse_url,
    resolve_login,
)


def check_login(settings: BrokerSettings, user: str) -> BrokerAddress:
    """Raise SettingsError if no connection could be tried with these settings."""
    connection_parameters(settings, user)
    return parse_url(settings.url)


def connection_parameters(settings: BrokerSettings, user: str) -> Any:
    """Return the parameters of a connection; ``user`` logs in where the URL names nobody."""
    login = resolve_login(settings, user)
    return ConnectionParameters(
        **connection_arguments(settings, login, f"kvmgrid {user}"),
        credentials=_credentials(login),
        ssl_options=SSLOptions(login.tls, login.address.host) if login.tls else None,
    )


def _credentials(login: BrokerLogin) -> Any:
    if login.password is None:
        return ExternalCredentials()
    return PlainCredentials(login.user, login.password)
