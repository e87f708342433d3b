# SPDX-License-Identifier: Apache-2.0
r"""Publishes the ground truth of a scenario. Every method raises BrokerError.

The user needs to configure and write ``^kvmgrid\.truth\z`` and nothing else.
"""

import contextlib
from types import TracebackType
from typing import Self

import pika
from pika import exceptions

from loadgen.connection import connection_parameters
from loadgen.errors import BrokerError
from loadgen.scenario.truth import TRUTH_EXCHANGE, TRUTH_TYPE, Truth, encode, truth_key
from publisher.wire.broker import BrokerSettings, resolve_login
from publisher.wire.codec import CONTENT_TYPE

DEFAULT_USER = "kvmgrid-scenario"


class TruthSender:
    """One connection for a run; a context manager."""

    def __init__(self, settings: BrokerSettings) -> None:
        login = resolve_login(settings, DEFAULT_USER)
        try:
            self._connection = pika.BlockingConnection(
                connection_parameters(settings, login, "kvmgrid-loadgen truth")
            )
            self._channel = self._connection.channel()
            self._channel.exchange_declare(TRUTH_EXCHANGE, "topic", durable=True)
        except exceptions.ChannelClosedByBroker as error:
            raise BrokerError(f"the broker refuses: {error.reply_text}") from error
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerError(f"no connection to {login.address.endpoint}: {error!r}") from error

    def send(self, truth: Truth) -> None:
        """Publish a truth for whoever listens."""
        properties = pika.BasicProperties(
            content_type=CONTENT_TYPE,
            timestamp=int(truth.at.timestamp()),
            type=TRUTH_TYPE,
            app_id="kvmgrid-loadgen",
        )
        try:
            # Answers heartbeats and notices a refusal of the message before.
            self._connection.process_data_events(0)
            self._channel.basic_publish(
                TRUTH_EXCHANGE, truth_key(truth.host, truth.subject), encode(truth), properties
            )
        except exceptions.ChannelClosedByBroker as error:
            raise BrokerError(f"the broker refuses: {error.reply_text}") from error
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerError(f"the connection is lost: {error!r}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(exceptions.AMQPError, OSError):
            self._connection.close()
