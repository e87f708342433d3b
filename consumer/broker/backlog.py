# SPDX-License-Identifier: Apache-2.0
"""How many messages wait on the broker, and how many readers there are."""

import contextlib
from typing import NamedTuple

import pika
from pika import exceptions

from consumer.broker.login import connection_parameters
from consumer.errors import BrokerAway, BrokerRefused
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE

_HEARTBEAT_SECONDS = 5
_CONNECT_SECONDS = 5.0


class QueueBacklog(NamedTuple):
    """Messages that are ready; those in a consumer's hands do not count."""

    ingest_message_count: int
    dead_letter_message_count: int
    consumer_count: int


def read_backlog(broker: BrokerSettings) -> QueueBacklog:
    """Ask the broker, without changing anything; raise BrokerAway or BrokerRefused."""
    parameters = connection_parameters(broker)
    # A broker that hangs is noticed within two heartbeats: somebody waits for the answer.
    parameters.heartbeat = _HEARTBEAT_SECONDS
    parameters.socket_timeout = parameters.stack_timeout = _CONNECT_SECONDS
    try:
        connection = pika.BlockingConnection(parameters)
    except (exceptions.ProbableAuthenticationError, exceptions.AuthenticationError) as error:
        raise BrokerRefused("the broker refused the login") from error
    except (exceptions.AMQPError, OSError) as error:
        raise BrokerAway(f"the broker cannot be reached: {error!r}") from error
    try:
        channel = connection.channel()
        ingest, dead_letters = (
            channel.queue_declare(queue, passive=True).method for queue in (INGEST_QUEUE, DEAD_LETTER_QUEUE)
        )
        return QueueBacklog(
            int(ingest.message_count), int(dead_letters.message_count), int(ingest.consumer_count)
        )
    except exceptions.ChannelClosedByBroker as error:
        raise BrokerRefused(f"the queues cannot be read: {error.reply_text}") from error
    except exceptions.AMQPError as error:
        raise BrokerAway(f"the broker went away: {error!r}") from error
    finally:
        with contextlib.suppress(exceptions.AMQPError):
            connection.close()
