# SPDX-License-Identifier: Apache-2.0
"""From the queue to the tables, at least once in, exactly once out.

The rule: a delivery is acknowledged after the transaction with its rows (or its quarantine row) is
committed. ``_store`` is the only place that does it. Three threads: the subscriber's receives, the intake
decodes and builds rows, the caller's stores. One built flush may wait while another is stored; prefetch
bounds the rest.
"""

import math
import queue
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import structlog

from consumer.broker.delivery import Delivery
from consumer.broker.inbox import Inbox
from consumer.broker.subscriber import Subscriber
from consumer.clock import Clock
from consumer.database import Connection, connect
from consumer.database_retry import DatabaseRetry, Stopped
from consumer.errors import ClockWrong, DatabaseAway
from consumer.failpoint import Failpoints
from consumer.intake.batcher import Batcher, FlushLimits
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.inventory.inventory import Inventory
from consumer.rows.flush_rows import HeldBack
from consumer.schema.retention import kept_periods
from consumer.settings import ConsumerSettings
from consumer.store.flush_summary import FlushSummary
from consumer.store.quarantine import Quarantine
from consumer.store.storage import Storage
from publisher.wire.topics import sample_key

# One is stored, one waits, one is built. The messages of a fourth show which hosts have later samples.
FLUSHES_IN_HAND = 4
_POLL_SECONDS = 0.2
_DRAIN_SECONDS = 8.0
_WITNESS_SECONDS = 60.0
_CLOCK_WRONG = "the clock was wrong until the end"


class Ingest:
    """One consumer process' work, from ``run`` to ``stop``."""

    def __init__(self, settings: ConsumerSettings, environment: Mapping[str, str]) -> None:
        ingest, database = settings.ingest, settings.database
        self._failpoints = Failpoints(environment)
        self._inbox = Inbox()
        self._outbox: queue.Queue[Flush] = queue.Queue(maxsize=1)
        self._stopping = threading.Event()
        self._give_up = threading.Event()
        self._clock = Clock(ingest.clock_tolerance_seconds)
        self._subscriber = Subscriber(settings.broker, ingest, self._receive)
        self._database_retry = DatabaseRetry(
            pause=self._subscriber.pause,
            resume=self._subscriber.resume,
            stopping=self._stopping,
            give_up=self._give_up,
        )
        inventory = Inventory(lambda: connect(database, "inventory", autocommit=True), time.monotonic)
        self._preparation = Preparation(inventory, timedelta(seconds=ingest.clock_ahead_seconds))
        self._storage = Storage(
            lambda: connect(database, "writer", autocommit=True),
            self._preparation,
            Quarantine(settings.quarantine),
            partial(self._failpoints.reach, "before_commit"),
        )
        self._batcher = Batcher(
            FlushLimits(
                ingest.flush_row_count,
                max(1, ingest.prefetch_count // FLUSHES_IN_HAND),
                ingest.flush_seconds,
            )
        )
        self._latest_seconds = ingest.latest_seconds
        self._latest_at = -math.inf
        self._summary = FlushSummary()
        self._intake = threading.Thread(target=self._guarded_intake, name="intake", daemon=True)
        self._intake_error: BaseException | None = None
        self._log = structlog.get_logger()

    def stop(self) -> None:
        """Let ``run`` store what is in hand and return within a few seconds; from any thread, any time."""
        self._stopping.set()
        timer = threading.Timer(_DRAIN_SECONDS, self._give_up.set)
        timer.daemon = True
        timer.start()

    def run(self) -> None:
        """Consume until ``stop``; raise what makes going on impossible: SchemaError, BrokerRefused, a bug."""
        try:
            self._database_retry.run(self._storage.open, (DatabaseAway,))
            self._look_at_database()
            self._subscriber.start()
            self._intake.start()
            while not self._stopping.is_set():
                self._store_next()
            self._drain()
        except Stopped:
            self._log.warning("ended_without_database")
        finally:
            self._stopping.set()
            self._give_up.set()
            if self._subscriber.alive:
                self._subscriber.stop()
            self._storage.finish()
        if self._intake_error is not None:
            raise self._intake_error
        if self._subscriber.failure is not None:
            raise self._subscriber.failure

    def _receive(self, delivery: Delivery) -> None:
        self._clock.hear(delivery)
        self._inbox.put(delivery)

    def _look_at_database(self) -> None:
        """Compare the clocks, and learn what the database keeps."""

        def ask(connection: Connection) -> None:
            self._clock.compare(connection)
            periods = kept_periods(connection)
            self._preparation.keep(periods["raw"], periods["events"])

        self._database_retry.run(lambda: self._storage.ask(ask))

    def _store_next(self) -> bool:
        if self._clock.comparison_is_due:
            self._look_at_database()
        self._clock.tell()
        try:
            flush = self._outbox.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            self._storage.tell_refused()
            if not (self._subscriber.alive and self._intake.is_alive()):
                self._stopping.set()
            return False
        self._store(flush)
        return True

    def _store(self, flush: Flush) -> None:
        begun_at = time.monotonic()
        written = self._database_retry.run(lambda: self._storage.store(flush))
        self._failpoints.reach("after_commit")
        self._failpoints.reach("before_ack")
        self._subscriber.acknowledge(delivery.receipt for delivery in flush.deliveries)
        self._summary.note(flush, written, time.monotonic() - begun_at)

    def _drain(self) -> None:
        """Store what was received before the stop, while the time lasts; the broker gets the rest back."""
        self._subscriber.pause(after_seconds=0.0)
        while not self._give_up.is_set() and (self._store_next() or self._intake.is_alive()):
            pass

    def _guarded_intake(self) -> None:
        try:
            self._take_in()
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by run(): a thread's own end goes unseen
            self._intake_error = error

    def _take_in(self) -> None:
        flush = Flush(self._storage.encoder)
        while True:
            now = time.monotonic()
            wait = self._batcher.wait_seconds(now)
            try:
                delivery = self._inbox.get(_POLL_SECONDS if wait is None else wait or 0.001)
            except queue.Empty:
                if self._stopping.is_set() or wait is not None:
                    flush = self._hand_over(flush)
                if self._stopping.is_set():
                    return
                continue
            self._failpoints.reach("after_receive")
            if not self._clock.verdict.is_right:
                flush = self._hand_over(flush)
                self._await_clock()
            delivery = self._clock.stamped(delivery)
            count = self._database_retry.run(partial(self._preparation.prepare, flush, delivery))
            self._failpoints.reach("after_decode")
            if self._batcher.add(count, now) or flush.days.full:
                flush = self._hand_over(flush)

    def _await_clock(self) -> None:
        """Take nothing in while this consumer's clock is wrong; what is in hand stays unacknowledged."""
        # Not paused at first: what arrives meanwhile says whose clock it is that is wrong.
        until = time.monotonic() + _WITNESS_SECONDS
        while not self._clock.verdict.is_right and time.monotonic() < until:
            if self._stopping.wait(_POLL_SECONDS):
                raise Stopped(_CLOCK_WRONG)
        if not self._clock.verdict.is_right:
            self._database_retry.run(self._require_clock, (ClockWrong,))

    def _require_clock(self) -> None:
        if self._stopping.is_set():
            raise Stopped(_CLOCK_WRONG)
        self._clock.require_right()

    def _hand_over(self, flush: Flush) -> Flush:
        """Pass a flush on, waiting for the one before it to be stored, and return the next."""
        self._batcher.reset()
        if not flush.deliveries:
            return flush
        held = self._hold_back(flush)
        flush.seal()
        while not self._give_up.is_set():
            try:
                self._outbox.put(flush, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return Flush(self._storage.encoder, held, flush.incarnations)
        raise Stopped("the consumer ends before this flush was stored")

    def _hold_back(self, flush: Flush) -> HeldBack:
        """Leave a host's latest rows to the next flush, where a later message of the host is in hand already.

        Behind a backlog, this spares the database an update of the same rows with each flush.
        docs/decisions/0019 says what a kill in between means for the latest rows.
        """
        now = time.monotonic()
        if self._stopping.is_set() or now - self._latest_at >= self._latest_seconds:
            self._latest_at = now
            return {}
        return flush.rows.hold_back(lambda host: self._inbox.holds(sample_key(host)))
