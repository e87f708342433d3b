# SPDX-License-Identifier: Apache-2.0
"""A consumer without a broker, for tests of what it writes and when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.database import Connection, connect
from consumer.errors import ConsumerError, DatabaseAway, SchemaError
from consumer.failpoint import Name
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.inventory.inventory import Inventory
from consumer.settings import DatabaseSettings, QuarantineSettings
from consumer.store.quarantine import Quarantine
from consumer.store.storage import Storage
from deploy.lab.readiness import wait_until
from publisher.wire.codec import encode
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.topics import event_key, sample_key


class DirectConsumer:
    """One consumer without a broker, which may be asked again while the database is away."""

    def __init__(
        self,
        database_url: str,
        *,
        timeout_seconds: float = 60.0,
        reach: Callable[[Name], None] = lambda _name: None,
    ) -> None:
        """``reach`` is called at the failpoints of a flush's transaction."""
        settings = DatabaseSettings(
            url=database_url,
            lock_timeout_seconds=min(10.0, timeout_seconds),
            statement_timeout_seconds=timeout_seconds,
        )
        self.now = 0.0
        self._abandoned: list[Connection] = []
        self._received_at = datetime.min.replace(tzinfo=UTC)
        self._inventory = Inventory(lambda: connect(settings, "inventory", autocommit=True), lambda: self.now)
        self._preparation = Preparation(self._inventory, timedelta(days=1))
        self._storage = Storage(
            lambda: connect(settings, "live", autocommit=True),
            self._preparation,
            Quarantine(QuarantineSettings()),
            reach,
        )
        self._storage.open()

    def take(self, *messages: SampleBatch | Event, received_at: datetime | None = None) -> None:
        """Store messages, one after the other, each as a flush of its own."""
        for message in messages:
            self.store(self.prepare(message, received_at))

    def prepare(self, message: SampleBatch | Event, received_at: datetime | None = None) -> Flush:
        """Return the flush of a message, which arrives when it is sampled, or after the one before."""
        flush = Flush(self._storage.encoder)
        self._add(flush, message, received_at)
        flush.seal()
        return flush

    def gather(self, *batches: SampleBatch) -> Flush:
        """Return a flush of batches, ready to be stored."""
        flush = self.begin(*batches)
        flush.seal()
        return flush

    def begin(self, *batches: SampleBatch) -> Flush:
        """Return a flush of batches that may still grow."""
        flush = Flush(self._storage.encoder)
        self.add(flush, *batches)
        return flush

    def add(self, flush: Flush, *batches: SampleBatch) -> None:
        """Prepare batches for a flush."""
        for batch in batches:
            self._add(flush, batch)

    def store(self, flush: Flush) -> None:
        """Store a flush; raise DatabaseAway and SchemaError."""
        self._storage.store(flush)

    def store_within(self, flush: Flush, try_count: int = 10) -> int:
        """Store a flush, again while the database cannot be used; return how many tries it took."""
        for number in range(1, try_count):
            try:
                self._storage.store(flush)
            except DatabaseAway:
                continue
            return number
        self._storage.store(flush)
        return try_count

    def insist(self, action: Callable[[], object], timeout_seconds: float = 30.0) -> None:
        """Do something again until the database lets it, as a running consumer does."""
        errors: list[ConsumerError] = []

        def done() -> bool:
            try:
                action()
            except (DatabaseAway, SchemaError) as error:
                errors.append(error)
                return False
            return True

        assert wait_until(done, timeout_seconds=timeout_seconds), errors[-1]

    def _add(self, flush: Flush, message: SampleBatch | Event, received_at: datetime | None = None) -> None:
        event = message if isinstance(message, Event) else None
        at = message.occurred_at if isinstance(message, Event) else message.sampled_at
        self._received_at = received_at or max(self._received_at, at)
        delivery = Delivery(
            receipt=Receipt(1, len(flush.deliveries) + 1),
            body=encode(message),
            exchange="",
            routing_key=event_key(message.host, event.kind) if event else sample_key(message.host),
            redelivered=False,
            received_at=self._received_at,
            user_id=message.host,
        )
        self._preparation.prepare(flush, delivery)
        assert [] == flush.refused

    def judge_again(self) -> None:
        """Judge where domains live as after the last parked message."""
        self._preparation.judge_again()

    def close(self) -> None:
        """Close both connections."""
        self._inventory.close()
        self._storage.close()
        for connection in self._abandoned:
            connection.close()

    def abandon(self) -> int:
        """Lose the writer's connection without a word to the server, which is at work; return its process."""
        link = self._storage._link
        assert link is not None
        connection = link.connection
        pid = connection.info.backend_pid
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE kvmgrid.quarantine IN ROW EXCLUSIVE MODE")
        self._abandoned.append(connection)
        self._storage._link = None
        return pid
