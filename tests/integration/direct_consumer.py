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
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import sample_key


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

    def take(self, *batches: SampleBatch) -> None:
        """Store batches, one after the other; each arrives when it is sampled, or after the one before."""
        for batch in batches:
            self._received_at = max(self._received_at, batch.sampled_at)
            flush = Flush(self._storage.encoder)
            self._preparation.prepare(
                flush,
                Delivery(
                    receipt=Receipt(1, 1),
                    body=encode(batch),
                    exchange="",
                    routing_key=sample_key(batch.host),
                    redelivered=False,
                    received_at=self._received_at,
                    user_id=batch.host,
                ),
            )
            flush.seal()
            assert [] == flush.refused
            self._storage.store(flush)

    def close(self) -> None:
        """Close both connections."""
        self._inventory.close()
        self._storage.close()
