# SPDX-License-Identifier: Apache-2.0
"""The ``[broker]`` section as connection parameters of pika."""

import ssl
from urllib.parse import urlsplit

import pika

from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError, read_secret

_CONNECT_TIMEOUT_SECONDS = 10.0


def connection_parameters(settings: BrokerSettings) -> pika.ConnectionParameters:
    """Return how to log in; raise SettingsError where URL, secret or certificate cannot be used."""
    parts = urlsplit(settings.url)
    if parts.scheme not in {"amqp", "amqps"}:
        raise SettingsError(f"broker.url must begin with amqp:// or amqps://, not {parts.scheme!r}")
    try:
        parameters = pika.URLParameters(settings.url)
    except ValueError as error:
        raise SettingsError(f"broker.url cannot be read: {error}") from error
    if settings.password_file:
        user = parameters.credentials.username
        parameters.credentials = pika.PlainCredentials(user, read_secret(settings.password_file))
    if parts.scheme == "amqps":
        parameters.ssl_options = pika.SSLOptions(_tls(settings), parameters.host)
        if settings.certificate_file:
            parameters.credentials = pika.credentials.ExternalCredentials()
    parameters.heartbeat = settings.heartbeat_seconds
    parameters.blocked_connection_timeout = settings.blocked_timeout_seconds
    parameters.socket_timeout = parameters.stack_timeout = _CONNECT_TIMEOUT_SECONDS
    # Reconnecting is the caller's business: it counts, waits and reports.
    parameters.connection_attempts = 1
    parameters.client_properties = {"connection_name": "kvmgrid-consumer"}
    return parameters


def _tls(settings: BrokerSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
    except OSError as error:
        raise SettingsError(f"the TLS files of [broker] cannot be used: {error}") from error
    return context
