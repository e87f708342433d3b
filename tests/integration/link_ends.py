# SPDX-License-Identifier: Apache-2.0
"""Both ends of a link in a test: a spool with its link, and a reader of the queue behind the broker."""

from pathlib import Path
from typing import Any, NamedTuple

import pika

from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import wait_until
from publisher.amqp.link import Link
from publisher.spool import Lane, Message, Spool
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import EVENTS_EXCHANGE, INGEST_QUEUE, SAMPLES_EXCHANGE

HOST = "web-1"
PATIENCE_SECONDS = 90.0


class Received(NamedTuple):
    """A delivery as a consumer sees it."""

    exchange: str
    routing_key: str
    properties: Any
    body: bytes


class QueueReader:
    """The consumer's side: declares, binds and drains."""

    def __init__(self, url: str) -> None:
        self.connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self.connection.channel()

    def declare(self, *, exchanges: bool = True, queue: bool = True, **arguments: Any) -> None:
        """Make exchanges and queue as the consumer does, and bind them."""
        if exchanges:
            for name in (SAMPLES_EXCHANGE, EVENTS_EXCHANGE):
                self.channel.exchange_declare(name, "topic", durable=True)
        if queue:
            arguments = {"x-queue-type": "quorum"} | {
                key.replace("_", "-"): value for key, value in arguments.items()
            }
            self.channel.queue_declare(INGEST_QUEUE, durable=True, arguments=arguments)
            self.bind(SAMPLES_EXCHANGE)
            self.bind(EVENTS_EXCHANGE)

    def bind(self, exchange: str) -> None:
        """Let everything of an exchange into the queue."""
        self.channel.queue_bind(INGEST_QUEUE, exchange, "#")

    def unbind(self, exchange: str) -> None:
        """Let nothing of an exchange into the queue."""
        self.channel.queue_unbind(INGEST_QUEUE, exchange, "#")

    def drain(self) -> list[Received]:
        """Take and acknowledge everything that is in the queue."""
        found: list[Received] = []
        while True:
            method, properties, body = self.channel.basic_get(INGEST_QUEUE, auto_ack=True)
            if method is None:
                return found
            found.append(Received(method.exchange, method.routing_key, properties, body))

    def close(self) -> None:
        """Close the connection."""
        if self.connection.is_open:
            self.connection.close()


class Sender:
    """A spool and the link that empties it."""

    def __init__(self, folder: Path, url: str, **broker: Any) -> None:
        self.spool = Spool(folder / "spool", HOST)
        self.link = Link(self.spool, BrokerSettings(url=url, **broker), HOST)
        self._running = False

    def put(self, count: int = 1, lane: Lane = "sample", *, size_bytes: int = 100) -> None:
        """Put messages whose bodies begin with their sequence."""
        key = f"{HOST}.sample" if lane == "sample" else f"{HOST}.event.check"
        for _ in range(count):
            self.spool.put(
                Message(
                    lane,
                    key,
                    f"test.{lane}/1",
                    1_763_880_000,
                    lambda stamp: (b"%d " % stamp.ticket.sequence).ljust(size_bytes, b"."),
                )
            )

    def start(self) -> None:
        """Begin to send."""
        self._running = True
        self.link.start()

    def require_empty(self) -> None:
        """Wait until everything is confirmed."""
        assert wait_until(lambda: self.waiting() == 0, timeout_seconds=PATIENCE_SECONDS), (
            "not all was confirmed"
        )

    def waiting(self) -> int:
        """Return how many messages wait."""
        return self.spool.status().message_count

    def close(self) -> None:
        """End the link, then the spool."""
        if self._running:
            self.link.stop(0.0)
        self.spool.close()


def sequences(received: list[Received]) -> list[int]:
    """Return the sequences of deliveries."""
    return [int(item.body.split(b" ")[0]) for item in received]


def require_registered_queue(broker: RabbitMq) -> None:
    """Wait until the broker has written down that the queue exists.

    RabbitMQ 4.0.5 confirms messages of a new quorum queue up to three seconds too early: before the queue's
    registration leaves a write buffer (names.dets, delayed_write).
    Killed in between, it forgets queue and messages.
    """
    assert wait_until(lambda: broker.remembers("kvmgrid", INGEST_QUEUE), timeout_seconds=PATIENCE_SECONDS)


def enrol(broker: RabbitMq) -> tuple[str, str]:
    """Return the URLs of a publisher and a consumer on a broker of the test's own."""
    broker.admin.add_virtual_host("kvmgrid")
    broker.admin.add_publisher(HOST, "secret", "kvmgrid")
    broker.admin.add_consumer("consumer", "secret", "kvmgrid")
    return broker.amqp_url(HOST, "secret", "kvmgrid"), broker.amqp_url("consumer", "secret", "kvmgrid")
