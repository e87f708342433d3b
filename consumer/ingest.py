# SPDX-License-Identifier: Apache-2.0
"""From the queue to the tables, at least once in, exactly once out.

The rule: a delivery is acknowledged after the transaction with its rows (or its quarantine row) is
committed. ``_acknowledge`` is the only place that does it. Four threads: the subscriber's receives, the
intake decodes and builds rows, the caller's stores what is live, another what is late (docs/decisions/0031).
One built flush of each may wait while another is stored; prefetch bounds the rest.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

import msgspec
import structlog

from consumer.broker.delivery import Delivery
from consumer.broker.inbox import Inbox
from consumer.broker.subscriber import Subscriber
from consumer.clock import Clock
from consumer.database import BATCH_STATES, Connection, connect
from consumer.database_retry import DatabaseRetry, Stopped
from consumer.errors import ClockWrong, DatabaseAway
from consumer.failpoint import Failpoints
from consumer.intake.batcher import FlushLimits
from consumer.intake.budget import HostBudgets, Rate
from consumer.intake.flush import Flush, Parked
from consumer.intake.lane import SEVERAL_DAYS, Lane
from consumer.intake.preparation import Preparation
from consumer.intake.room import Room
from consumer.interpreter import collect_cycles
from consumer.inventory.inventory import Inventory
from consumer.late import LATE_BATCH_STATES, LateStoring, Surroundings
from consumer.rows.encoding import Encoder
from consumer.schema.retention import kept_periods
from consumer.settings import ConsumerSettings
from consumer.store.flush_summary import FlushSummary
from consumer.store.quarantine import Quarantine
from consumer.store.storage import Storage
from consumer.watchdog import Watchdog
from publisher.wire.topics import sample_key

# One is stored, one waits, one is built. The messages of a fourth show which hosts have later samples.
FLUSHES_IN_HAND = 4
# Late flushes are smaller while live messages come: three of them are three eighths of the prefetch.
_LATE_SHARES = 8
# Live messages have come within it.
_LIVE_SECONDS = 5.0
# How long late messages wait for their lane where nothing live comes.
_LATE_WAIT_SECONDS = 5.0
# The late lane waits so long for a lock: one that is not given by then is of a conversion, or of retention.
_LATE_LOCK_SECONDS = 2.0
# How long late messages of more days than may be open share flushes.
_SCATTERED_SECONDS = 10.0
_POLL_SECONDS = 0.2
_DRAIN_SECONDS = 8.0
_WITNESS_SECONDS = 60.0
# Consumers of versions that note no late samples are known by other names: rollups/older_consumers.sql.
_LATE = "late lane"
_CLOCK_WRONG = "the clock was wrong until the end"


class Ingest:
    """One consumer process' work, from ``run`` to ``stop``."""

    def __init__(self, settings: ConsumerSettings, environment: Mapping[str, str]) -> None:
        ingest = settings.ingest
        self._database = settings.database
        self._watchdog = Watchdog(environment)
        self._failpoints = Failpoints(environment)
        self._inbox = Inbox()
        self._stopping = threading.Event()
        self._give_up = threading.Event()
        self._clock = Clock(ingest.clock_tolerance_seconds)
        self._subscriber = Subscriber(settings.broker, ingest, self._receive, self._watchdog.note)
        self._database_retry = DatabaseRetry(
            pause=self._subscriber.pause,
            resume=self._subscriber.resume,
            stopping=self._stopping,
            give_up=self._give_up,
        )
        inventory = Inventory(partial(self._connect, "inventory"), time.monotonic)
        self._preparation = Preparation(inventory, timedelta(seconds=ingest.clock_ahead_seconds))
        self._storage = self._make_storage(settings, "live", BATCH_STATES)
        self._late_storage = self._make_storage(settings, _LATE, LATE_BATCH_STATES)
        limits = FlushLimits(
            ingest.flush_row_count, max(1, ingest.prefetch_count // FLUSHES_IN_HAND), ingest.flush_seconds
        )
        self._live, self._late = (
            Lane(partial(_encoder, storage), limits, self._holds_later, ingest.latest_seconds)
            for storage in (self._storage, self._late_storage)
        )
        self._lanes = (self._live, self._late)
        self._room = Room(ingest.parked_bytes)
        self._budgets = HostBudgets(
            Rate(ingest.host_budget_messages_per_second, ingest.host_budget_bytes_per_second)
        )
        self._late_after = timedelta(seconds=ingest.late_seconds)
        self._late_count = max(1, ingest.prefetch_count // _LATE_SHARES)
        self._live_at = float("-inf")
        self._scattered_until = float("-inf")
        self._parking_day = SEVERAL_DAYS
        self._late_storing = LateStoring(
            self._late,
            self._late_storage,
            self._preparation,
            self._room,
            Surroundings(
                self._database_retry,
                self._give_up,
                lambda: not self._intake.is_alive(),
                self._watchdog.note,
                self._acknowledge,
            ),
        )
        self._summary = FlushSummary()
        self._intake, self._late_thread = (
            threading.Thread(target=partial(self._guarded, work), name=name, daemon=True)
            for name, work in (("intake", self._take_in), ("late", self._store_late))
        )
        self._error: BaseException | None = None
        self._log = structlog.get_logger()

    def stop(self) -> None:
        """Let ``run`` store what is in hand and return within a few seconds; from any thread, any time."""
        self._stopping.set()
        self._watchdog.stop()
        timer = threading.Timer(_DRAIN_SECONDS, self._give_up.set)
        timer.daemon = True
        timer.start()

    def run(self) -> None:
        """Consume until ``stop``; raise what makes going on impossible: SchemaError, BrokerRefused, a bug."""
        self._watchdog.start()
        threading.Thread(target=collect_cycles, args=(self._stopping,), name="cycles", daemon=True).start()
        try:
            for storage in (self._storage, self._late_storage):
                self._database_retry.run(storage.open, (DatabaseAway,))
            self._look_at_database()
            self._subscriber.start()
            self._intake.start()
            self._late_thread.start()
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
        if self._error is not None:
            raise self._error
        if self._subscriber.failure is not None:
            raise self._subscriber.failure

    def _make_storage(
        self, settings: ConsumerSettings, purpose: str, batch_states: frozenset[str]
    ) -> Storage:
        return Storage(
            partial(self._connect, purpose),
            self._preparation,
            Quarantine(settings.quarantine),
            self._failpoints.reach,
            batch_states,
        )

    def _connect(self, purpose: str) -> Connection:
        # A database that is away is asked again and again: that is progress too.
        self._watchdog.note()
        database = self._database
        if purpose == _LATE:
            patience_seconds = min(_LATE_LOCK_SECONDS, database.lock_timeout_seconds)
            database = msgspec.structs.replace(database, lock_timeout_seconds=patience_seconds)
        return connect(database, purpose, autocommit=True, note_progress=self._watchdog.note)

    def _receive(self, delivery: Delivery) -> None:
        self._clock.note_arrival(delivery)
        self._inbox.put(delivery)

    def _look_at_database(self) -> None:
        """Compare the clocks, and learn what the database keeps."""

        def ask(connection: Connection) -> None:
            self._clock.compare(connection)
            periods = kept_periods(connection)
            self._preparation.keep(periods["raw"], periods["events"])

        self._database_retry.run(lambda: self._storage.ask(ask))

    def _store_next(self) -> bool:
        self._watchdog.note()
        if self._clock.comparison_is_due:
            self._look_at_database()
        self._clock.tell()
        try:
            flush = self._live.get(_POLL_SECONDS)
        except queue.Empty:
            self._storage.tell_refused()
            if not (self._subscriber.alive and self._intake.is_alive() and self._late_thread.is_alive()):
                self._stopping.set()
            return False
        self._store(flush)
        return True

    def _store(self, flush: Flush) -> None:
        begun_at = time.monotonic()
        written = self._database_retry.run(lambda: self._storage.store(flush))
        self._acknowledge(flush)
        self._summary.note(flush, written, time.monotonic() - begun_at)

    def _acknowledge(self, flush: Flush) -> None:
        self._failpoints.reach("after_commit")
        self._failpoints.reach("before_ack")
        parked = [each.delivery for each in flush.parked]
        self._room.note_parked(sum(len(each.body) for each in parked))
        self._subscriber.acknowledge(delivery.receipt for delivery in [*flush.deliveries, *parked])

    def _store_late(self) -> None:
        try:
            self._late_storing.run()
        finally:
            self._late_storage.finish()

    def _drain(self) -> None:
        """Store what was received before the stop, while the time lasts; the broker gets the rest back."""
        self._subscriber.pause(after_seconds=0.0)
        while not self._give_up.is_set() and (self._store_next() or self._intake.is_alive()):
            pass
        while not self._give_up.is_set() and self._late_thread.is_alive():
            self._late_thread.join(_POLL_SECONDS)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by run(): a thread's own end goes unseen
            self._error = error
        finally:
            self._watchdog.leave()

    def _take_in(self) -> None:
        while True:
            self._watchdog.note()
            now = time.monotonic()
            waits = [wait for lane in self._lanes if (wait := lane.wait_seconds(now)) is not None]
            try:
                delivery = self._inbox.get(max(0.001, min(waits, default=_POLL_SECONDS)))
            except queue.Empty:
                if self._stopping.is_set():
                    for lane in self._lanes:
                        self._hand_over(lane, everything=True)
                        lane.push_held()
                        self._hand_over(lane, everything=True)
                    return
                if not waits:
                    for lane in self._lanes:
                        lane.push_held()
            else:
                self._failpoints.reach("after_receive")
                if not self._clock.judgement.is_right:
                    for lane in self._lanes:
                        self._hand_over(lane, everything=True)
                    self._await_clock()
                self._take(self._clock.stamped(delivery), now)
                self._failpoints.reach("after_decode")
            self._hand_over(self._live)
            self._hand_over_late()

    def _take(self, delivery: Delivery, now: float) -> None:
        is_over = self._budgets.exceeds(delivery.user_id or "", len(delivery.body), now)
        choose = partial(self._choose, delivery, now, is_over=is_over)
        flush, row_count = self._database_retry.run(partial(self._preparation.sort, delivery, choose))
        if flush is None:
            (flush := self._live.flush_for(None)).parked.append(Parked(self._parking_day, delivery))
        limit = self._late_count if flush.day is not None and self._is_live(now) else None
        (self._live if flush.day is None else self._late).note(flush, row_count, now, limit)

    def _await_clock(self) -> None:
        """Take nothing in while this consumer's clock is wrong; what is in hand stays unacknowledged."""
        # Not paused at first: what arrives meanwhile says whose clock it is that is wrong.
        until = time.monotonic() + _WITNESS_SECONDS
        while not self._clock.judgement.is_right and time.monotonic() < until:
            self._watchdog.note()
            if self._stopping.wait(_POLL_SECONDS):
                raise Stopped(_CLOCK_WRONG)
        if not self._clock.judgement.is_right:
            self._database_retry.run(self._require_clock, (ClockWrong,))

    def _require_clock(self) -> None:
        self._watchdog.note()
        if self._stopping.is_set():
            raise Stopped(_CLOCK_WRONG)
        self._clock.require_right()

    def _choose(self, delivery: Delivery, now: float, at: datetime | None, *, is_over: bool) -> Flush | None:
        """Return the flush for a message of a time, or None to park it."""
        is_late = is_over or (at is not None and delivery.received_at - at > self._late_after)
        if not is_late:
            if at is not None:
                self._live_at = now
            return self._live.flush_for(None)
        day = self._day_of((at or delivery.received_at).date(), now)
        if self._late.is_full:
            if self._room.take(len(delivery.body)):
                self._parking_day = day
                return None
            # No room: late and live wait together, unacknowledged.
            self._hand_over(self._late)
        return self._late.flush_for(day)

    def _day_of(self, day: date, now: float) -> date:
        if not self._late.takes(day):
            self._scattered_until = now + _SCATTERED_SECONDS
        return SEVERAL_DAYS if now < self._scattered_until else day

    def _holds_later(self, host: str) -> bool:
        return self._inbox.holds(sample_key(host))

    def _is_live(self, now: float) -> bool:
        """Tell whether live messages come: they must not wait for late ones."""
        return now - self._live_at < _LIVE_SECONDS

    def _hand_over(self, lane: Lane, *, everything: bool = False) -> None:
        """Pass on what is due, waiting for the flush before it to be stored."""
        while not lane.push(_POLL_SECONDS, everything=everything):
            self._watchdog.note()
            if self._give_up.is_set():
                raise Stopped("the consumer ends before this flush was stored")

    def _hand_over_late(self) -> None:
        """Pass on what is due; wait a little where nothing live comes: parking costs more than waiting."""
        if self._late.push() or self._is_live(time.monotonic()):
            return
        ends_at = time.monotonic() + _LATE_WAIT_SECONDS
        while not self._late.push(_POLL_SECONDS) and time.monotonic() < ends_at:
            self._watchdog.note()
            if self._give_up.is_set():
                raise Stopped("the consumer ends before this flush was stored")


def _encoder(storage: Storage) -> Encoder:
    # Another one for each connection.
    return storage.encoder
