# SPDX-License-Identifier: Apache-2.0
"""The exchanges and queues of the pipeline, as arguments for a channel.

``kvmgrid.ingest`` refuses new messages when it is full (reject-publish), so that publishers keep them in
their spools. Drop-head would lose the oldest silently. Dead-lettering is at-least-once, which RabbitMQ
grants only together with reject-publish. Nothing consumes the dead letters: they wait for a person.
"""

from typing import Any

from consumer.settings import IngestSettings
from publisher.wire.topics import (
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    EVENTS_EXCHANGE,
    INGEST_QUEUE,
    SAMPLES_EXCHANGE,
)

Arguments = dict[str, str | int]

_BINDINGS = (
    (INGEST_QUEUE, SAMPLES_EXCHANGE, "*.sample"),
    (INGEST_QUEUE, EVENTS_EXCHANGE, "*.event.*"),
    (DEAD_LETTER_QUEUE, DEAD_LETTER_EXCHANGE, "#"),
)


def ingest_arguments(settings: IngestSettings) -> Arguments:
    """Return the arguments of the queue that consumers read."""
    return {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-max-length-bytes": settings.queue_limit_bytes,
        "x-delivery-limit": settings.delivery_limit_count,
        "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
        "x-dead-letter-strategy": "at-least-once",
    }


def dead_letter_arguments(settings: IngestSettings) -> Arguments:
    """Return the arguments of the queue that keeps what the broker gave up; full, it takes no more."""
    return {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-max-length-bytes": settings.queue_limit_bytes,
        # None: else the broker would remove a message for good that somebody has looked at 20 times.
        "x-delivery-limit": -1,
    }


def refusal_text(reply_text: str) -> str:
    """Return what the broker said of a declaration, and what to do where a queue has other arguments."""
    if "inequivalent arg" not in reply_text:
        return reply_text
    return (
        f"{reply_text}: the queue was declared by an older version or with other settings; "
        'docs/install.md, "A queue with other arguments", says how to replace it'
    )


def declare(channel: Any, settings: IngestSettings) -> None:
    """Declare everything on a channel of pika, of either kind; what exists with equal arguments stays."""
    for exchange in (SAMPLES_EXCHANGE, EVENTS_EXCHANGE, DEAD_LETTER_EXCHANGE):
        channel.exchange_declare(exchange=exchange, exchange_type="topic", durable=True)
    channel.queue_declare(queue=DEAD_LETTER_QUEUE, durable=True, arguments=dead_letter_arguments(settings))
    channel.queue_declare(queue=INGEST_QUEUE, durable=True, arguments=ingest_arguments(settings))
    for queue, exchange, key in _BINDINGS:
        channel.queue_bind(queue=queue, exchange=exchange, routing_key=key)
