# SPDX-License-Identifier: Apache-2.0
"""What this host may do on the broker, found out without publishing anything.

A message inside a transaction passes the broker's checks of exchange, routing key and user. Rolled back, it
reaches no queue (seen with RabbitMQ 4).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from pika import BasicProperties, BlockingConnection, exceptions

from publisher.amqp.faults import translate
from publisher.amqp.login import connection_parameters
from publisher.errors import BrokerError
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE, event_key, sample_key

_CONNECTION_ERRORS = (exceptions.AMQPError, OSError)
# No enrolled host: this id only ever stands in a transaction that is rolled back.
_STRANGER = "kvmgrid-check-of-another-host"


class ProbeAnswer(NamedTuple):
    """The outcome of one question; ``error`` is None where the answer is yes."""

    question: str
    error: BrokerError | None


class Probe(NamedTuple):
    """All outcomes. ``may_impersonate``: the broker would take messages in another host's name.

    ``frame_bytes`` is the largest frame that the broker takes, 0 where that was not found out.
    """

    answers: list[ProbeAnswer]
    may_impersonate: bool
    frame_bytes: int = 0


def probe(settings: BrokerSettings, host: str) -> Probe:
    """Ask the broker; raise SettingsError if the settings do not allow to try."""
    parameters = connection_parameters(settings, host)
    parameters.socket_timeout = parameters.stack_timeout = 5.0
    answers: list[ProbeAnswer] = []
    try:
        connection = BlockingConnection(parameters)
    except _CONNECTION_ERRORS as error:
        return Probe(
            [ProbeAnswer("connect and log in", translate(error, settings, host))], may_impersonate=False
        )
    answers.append(ProbeAnswer("connect and log in", None))
    frame_bytes = connection._impl.params.frame_max  # noqa: SLF001 - pika tells what was agreed nowhere else

    def ask(step: Callable[[Any], None]) -> BrokerError | None:
        channel = connection.channel()
        try:
            step(channel)
            channel.close()
        except _CONNECTION_ERRORS as error:
            return translate(error, settings, host)
        return None

    targets = {SAMPLES_EXCHANGE: sample_key(host), EVENTS_EXCHANGE: event_key(host, "check")}
    strange = {SAMPLES_EXCHANGE: sample_key(_STRANGER), EVENTS_EXCHANGE: event_key(_STRANGER, "check")}
    refused = True
    try:
        for exchange, key in targets.items():
            missing = ask(_passive_declare(exchange))
            answers.append(ProbeAnswer(f"exchange {exchange} exists", missing))
            if missing is None:
                denied = ask(_rehearsal(exchange, key, host))
                answers.append(ProbeAnswer(f"publish to {exchange} as {key}", denied))
                refused = refused and ask(_rehearsal(exchange, strange[exchange], host)) is not None
    finally:
        if connection.is_open:
            connection.close()
    return Probe(answers, may_impersonate=not refused, frame_bytes=frame_bytes)


def _passive_declare(exchange: str) -> Callable[[Any], None]:
    return lambda channel: channel.exchange_declare(exchange, passive=True)


def _rehearsal(exchange: str, key: str, host: str) -> Callable[[Any], None]:
    def publish_and_roll_back(channel: Any) -> None:
        channel.tx_select()
        channel.basic_publish(exchange, key, b"", BasicProperties(user_id=host))
        channel.tx_rollback()

    return publish_and_roll_back
