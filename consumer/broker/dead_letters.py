# SPDX-License-Identifier: Apache-2.0
"""The queue of messages that the broker gave up: each is looked at, and then taken away or put back.

What is not taken is put back unchanged when the connection ends, also where this process is killed.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, Self

import pika
from pika import exceptions

from consumer.broker.amqp_properties import as_text, deaths
from consumer.broker.delivery import Delivery
from consumer.broker.login import connection_parameters
from consumer.broker.pika_adjustment import adjust
from consumer.broker.receipts import Receipt
from consumer.errors import BrokerAway, BrokerRefused
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import DEAD_LETTER_QUEUE


class DeadLetter(NamedTuple):
    """A message in the queue, and how often it was put back there before."""

    delivery: Delivery
    return_count: int


class DeadLetterQueue:
    """One look at the queue; raises BrokerAway or BrokerRefused."""

    def __init__(self, broker: BrokerSettings) -> None:
        adjust()
        try:
            self._connection = pika.BlockingConnection(connection_parameters(broker))
        except (exceptions.ProbableAuthenticationError, exceptions.AuthenticationError) as error:
            raise BrokerRefused("the broker refused the login") from error
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerAway(f"the broker cannot be reached: {error!r}") from error
        self._channel = self._asked(self._connection.channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(exceptions.AMQPError, OSError):
            self._connection.close()

    def messages(self) -> Iterator[DeadLetter]:
        """Yield each message that is in the queue now, once."""
        declared = self._asked(lambda: self._channel.queue_declare(DEAD_LETTER_QUEUE, passive=True))
        for _ in range(int(declared.method.message_count)):
            method, properties, body = self._asked(lambda: self._channel.basic_get(DEAD_LETTER_QUEUE))
            if method is None:
                return
            yield _dead_letter(method, properties, body)

    def take(self, receipts: Iterable[Receipt]) -> None:
        """Take messages away for good."""
        for receipt in receipts:
            self._asked(partial(self._channel.basic_ack, receipt.tag))

    def _asked(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except exceptions.ChannelClosedByBroker as error:
            raise BrokerRefused(f"the dead letters cannot be read: {error.reply_text}") from error
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerAway(f"the broker went away: {error!r}") from error


def _dead_letter(method: Any, properties: Any, body: bytes) -> DeadLetter:
    headers = properties.headers if isinstance(properties.headers, dict) else {}
    returns = headers.get("x-delivery-count")
    delivery = Delivery(
        receipt=Receipt(0, method.delivery_tag),
        body=body,
        exchange=as_text(method.exchange) or "",
        routing_key=as_text(method.routing_key) or "",
        redelivered=True,
        # When it first arrived is not known; it cannot have been later.
        received_at=datetime.now(UTC),
        user_id=as_text(properties.user_id),
        message_id=as_text(properties.message_id),
        content_type=as_text(properties.content_type),
        message_type=as_text(properties.type),
        deaths=deaths(headers),
    )
    return DeadLetter(delivery, int(returns) if isinstance(returns, int) else 0)
