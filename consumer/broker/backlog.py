# SPDX-License-Identifier: Apache-2.0
"""How many messages wait on the broker."""

import contextlib
from typing import NamedTuple

import pika
from pika import exceptions

from consumer.broker.login import connection_parameters
from consumer.errors import BrokerAway, BrokerRefused
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE


class QueueBacklog(NamedTuple):
    """Messages that are ready; those in a consumer's hands do not count."""

    ingest_message_count: int
    dead_letter_message_count: int


def read_backlog(broker: BrokerSettings) -> QueueBacklog:
    """Ask the broker, without changing anything; raise BrokerAway or BrokerRefused."""
    try:
        connection = pika.BlockingConnection(connection_parameters(broker))
    except (exceptions.ProbableAuthenticationError, exceptions.AuthenticationError) as error:
        raise BrokerRefused("the broker refused the login") from error
    except (exceptions.AMQPError, OSError) as error:
        raise BrokerAway(f"the broker cannot be reached: {error!r}") from error
    try:
        channel = connection.channel()
        counts = (
            int(channel.queue_declare(queue, passive=True).method.message_count)
            for queue in (INGEST_QUEUE, DEAD_LETTER_QUEUE)
        )
        return QueueBacklog(*counts)
    except exceptions.ChannelClosedByBroker as error:
        raise BrokerRefused(f"the queues cannot be read: {error.reply_text}") from error
    except exceptions.AMQPError as error:
        raise BrokerAway(f"the broker went away: {error!r}") from error
    finally:
        with contextlib.suppress(exceptions.AMQPError):
            connection.close()
