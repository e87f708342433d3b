# SPDX-License-Identifier: Apache-2.0
"""Storing refused messages after all: the same way, with the same checks, as if they had just come.

User id, routing key and arrival are those of then, so that nobody gets in by this door. What is stored
already is a duplicate. What is refused again stays where it was.
"""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Self

from msgspec import Struct

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.database import Connection, connect
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.intake.refusal import RefusedMessage
from consumer.inventory.inventory import Inventory
from consumer.schema.retention import kept_periods
from consumer.settings import ConsumerSettings
from consumer.store.storage import Storage


class RefusedAgain(Struct, frozen=True):
    """A message that stays where it was, and why."""

    id: str
    reason: str
    detail: str


class Replayed(Struct, frozen=True, kw_only=True):
    """What a replay did. ``cut_message_count``: not kept whole, and so not tried."""

    stored_message_count: int
    row_count: int
    duplicate_row_count: int
    cut_message_count: int
    refused: list[RefusedAgain]


class _Collected:
    """Stands where messages go into quarantine: these are there already."""

    def __init__(self) -> None:
        self.refused: list[RefusedMessage] = []

    def store(self, _connection: Connection, refused: Sequence[RefusedMessage]) -> None:
        """Note them."""
        self.refused += refused


class Replay:
    """A storage of its own, with the consumer's login; raises DatabaseAway, SchemaError, SettingsError."""

    def __init__(self, settings: ConsumerSettings) -> None:
        database = settings.database
        self._inventory = Inventory(lambda: connect(database, "inventory", autocommit=True), monotonic)
        ahead = timedelta(seconds=settings.ingest.clock_ahead_seconds)
        self._preparation = Preparation(self._inventory, ahead)
        self._collected = _Collected()
        self._storage = Storage(
            lambda: connect(database, "replayed", autocommit=True), self._preparation, self._collected
        )
        self._storage.open()
        periods = self._storage.ask(kept_periods)
        self._preparation.keep(periods["raw"], periods["events"])
        self._stored_count = self._row_count = self._duplicate_count = 0
        self._refused: list[RefusedAgain] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._inventory.close()
        self._storage.close()

    def store(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        """Store deliveries and return the receipts of those that are committed now."""
        stored: list[Receipt] = []
        flush = Flush(self._storage.encoder)
        for delivery in deliveries:
            self._preparation.prepare(flush, delivery)
            if flush.days.full:
                stored += self._commit(flush)
                flush = Flush(self._storage.encoder)
        return stored + self._commit(flush)

    def result(self, cut_count: int = 0) -> Replayed:
        """Return what was done so far."""
        return Replayed(
            stored_message_count=self._stored_count,
            row_count=self._row_count,
            duplicate_row_count=self._duplicate_count,
            cut_message_count=cut_count,
            refused=self._refused,
        )

    def _commit(self, flush: Flush) -> list[Receipt]:
        if not flush.deliveries:
            return []
        self._collected.refused.clear()
        flush.seal()
        written = self._storage.store(flush)
        refused = {each.delivery.receipt: each for each in self._collected.refused}
        self._refused += [
            RefusedAgain(str(receipt.tag), each.reason, each.detail) for receipt, each in refused.items()
        ]
        stored = [each.receipt for each in flush.deliveries if each.receipt not in refused]
        self._stored_count += len(stored)
        self._row_count += written.row_count
        self._duplicate_count += written.duplicate_count
        return stored
