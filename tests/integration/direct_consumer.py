# SPDX-License-Identifier: Apache-2.0
"""A consumer without a broker, for tests of what it writes and when."""

import time
from datetime import UTC, datetime, timedelta

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.database import connect
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.inventory.inventory import Inventory
from consumer.settings import DatabaseSettings, QuarantineSettings
from consumer.store.quarantine import Quarantine
from consumer.store.storage import Storage
from publisher.wire.codec import encode
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.topics import event_key, sample_key


class DirectConsumer:
    """One consumer without a broker: every message is a flush of its own."""

    def __init__(self, database_url: str) -> None:
        settings = DatabaseSettings(url=database_url)
        self.now = 0.0
        self._received_at = datetime.min.replace(tzinfo=UTC)
        self._inventory = Inventory(lambda: connect(settings, "inventory", autocommit=True), lambda: self.now)
        self._preparation = Preparation(self._inventory, timedelta(days=1))
        self._storage = Storage(
            lambda: connect(settings, "writer", autocommit=True),
            self._preparation,
            Quarantine(QuarantineSettings(), time.monotonic),
        )
        self._storage.open()

    def prepare(self, message: SampleBatch | Event, received_at: datetime | None = None) -> Flush:
        """Return the flush of a message, which arrives when it is sampled, or after the one before."""
        event = message if isinstance(message, Event) else None
        at = message.occurred_at if isinstance(message, Event) else message.sampled_at
        self._received_at = received_at or max(self._received_at, at)
        flush = Flush(self._storage.encoder)
        self._preparation.prepare(
            flush,
            Delivery(
                receipt=Receipt(1, 1),
                body=encode(message),
                exchange="",
                routing_key=event_key(message.host, event.kind) if event else sample_key(message.host),
                redelivered=False,
                received_at=self._received_at,
                user_id=message.host,
            ),
        )
        flush.seal()
        assert [] == flush.refused
        return flush

    def store(self, flush: Flush) -> None:
        """Store a flush."""
        self._storage.store(flush)

    def take(self, *messages: SampleBatch | Event, received_at: datetime | None = None) -> None:
        """Store messages, one after the other."""
        for message in messages:
            self.store(self.prepare(message, received_at))

    def close(self) -> None:
        """Close both connections."""
        self._inventory.close()
        self._storage.close()
