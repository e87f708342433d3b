# SPDX-License-Identifier: Apache-2.0
"""The storing thread of the late lane: what it cannot store now is parked, and nobody else waits for it.

A chunk of a past day may be locked for minutes, by its conversion or by retention. Such a lock and a
statement that takes too long stop this thread's flush only. It is parked in a table and acknowledged; parked
messages are stored when the lane has nothing else to do.
"""

import queue
import threading
import time
from collections.abc import Callable
from datetime import date  # noqa: TC003 - annotates an attribute; one import style
from functools import partial
from typing import NamedTuple, TypeVar

import structlog

from consumer.database import BATCH_STATES, Connection
from consumer.database_retry import DatabaseRetry, Stopped
from consumer.errors import DatabaseAway
from consumer.intake.flush import Flush, Parked
from consumer.intake.lane import Lane
from consumer.intake.preparation import Preparation
from consumer.intake.room import Room
from consumer.store import parking
from consumer.store.flush_summary import FlushSummary
from consumer.store.storage import Storage
from consumer.store.writer import Written

_Answer = TypeVar("_Answer")

# A lock that is not given, time over: of a past day's tables.
WAITED_OUT = frozenset({"55P03", "57014"})
LATE_BATCH_STATES = BATCH_STATES - WAITED_OUT
_POLL_SECONDS = 0.2
_LOCKED_SECONDS = 10.0
_LOOK_SECONDS = 2.0
_LOG_SECONDS = 10.0
# The most parked messages in one transaction.
_PORTION_COUNT = 500


class Surroundings(NamedTuple):
    """What this thread shares with the others."""

    database_retry: DatabaseRetry
    give_up: threading.Event
    # No flush comes any more.
    intake_ended: Callable[[], bool]
    note_progress: Callable[[], None]
    acknowledge: Callable[[Flush], None]


class LateStoring:
    """Stores the flushes of the late lane and what is parked. ``storage`` is this thread's own."""

    def __init__(
        self,
        lane: Lane,
        storage: Storage,
        preparation: Preparation,
        room: Room,
        surroundings: Surroundings,
    ) -> None:
        self._lane = lane
        self._storage = storage
        self._preparation = preparation
        self._room = room
        self._around = surroundings
        self._summary = FlushSummary(lane="late")
        self._locked_until: dict[date, float] = {}
        self._next_look_at = self._logged_at = float("-inf")
        self._portion_count = _PORTION_COUNT
        self._is_out_of_order = False
        self._log = structlog.get_logger()

    def run(self) -> None:
        """Store until the intake has ended; raise Stopped."""
        while True:
            self._around.note_progress()
            # In this order: what it handed over last is there by now.
            ended = self._around.intake_ended()
            try:
                flush = self._lane.get(_POLL_SECONDS)
            except queue.Empty:
                if ended:
                    return
                self._storage.tell_refused()
                self._store_parked()
            else:
                self._store(flush)

    def _store(self, flush: Flush) -> None:
        begun_at = time.monotonic()
        while True:
            written = self._attempt(flush)
            if written is not None:
                self._around.acknowledge(flush)
                self._summary.note(flush, written, time.monotonic() - begun_at)
                return
            if self._park(flush):
                return
            if self._around.give_up.wait(_LOOK_SECONDS):
                raise Stopped("the tables of a late flush were locked until the end")

    def _attempt(self, flush: Flush) -> Written | None:
        """Store a flush; return None where the tables of its day are locked or too slow."""
        if flush.day is not None and time.monotonic() < self._locked_until.get(flush.day, 0.0):
            return None

        def attempt() -> Written | None:
            try:
                return self._storage.store(flush)
            except DatabaseAway as error:
                if error.sqlstate not in WAITED_OUT:
                    raise
                self._log.warning("late_waits", day=str(flush.day), error=str(error))
                return None

        written = self._around.database_retry.run(attempt)
        if written is None and flush.day is not None:
            self._locked_until[flush.day] = time.monotonic() + _LOCKED_SECONDS
        return written

    def _park(self, flush: Flush) -> bool:
        size = sum(len(each.body) for each in flush.deliveries)
        if flush.day is None or not self._room.take(size):
            return False
        parked = [Parked(flush.day, each) for each in flush.deliveries]
        self._ask(partial(parking.park, parked=parked))
        self._room.note_parked(size)
        self._around.acknowledge(flush)
        self._log.info("late_parked", day=str(flush.day), message_count=len(parked), body_bytes=size)
        return True

    def _store_parked(self) -> None:
        now = time.monotonic()
        if now < self._next_look_at:
            return
        taken = self._ask(partial(parking.take, count=self._portion_count))
        if not taken:
            self._next_look_at = now + _LOOK_SECONDS
        if not taken or now >= self._logged_at + _LOG_SECONDS:
            self._measure(now)
        if not taken:
            self._judge_again()
            return
        self._is_out_of_order = True
        while taken and not self._around.intake_ended():
            taken = self._store_some(taken)

    def _judge_again(self) -> None:
        """Judge anew where VMs live, once the last parked message is stored: these come in a wrong order."""
        if self._is_out_of_order:
            self._around.database_retry.run(self._preparation.judge_again)
            self._is_out_of_order = False

    def _store_some(self, taken: list[Parked]) -> list[Parked]:
        """Store the first of some parked messages in one transaction; return those that are still to do."""
        flush = Flush(self._storage.encoder)
        flush.day = taken[0].day
        for each in taken:
            self._around.database_retry.run(partial(self._preparation.prepare, flush, each.delivery))
            if flush.days.full:
                break
        count = len(flush.deliveries)
        flush.seal()
        begun_at = time.monotonic()
        written = self._attempt(flush)
        if written is None:
            # Perhaps it was too much at a time.
            self._portion_count = max(1, self._portion_count // 2)
            self._ask(partial(parking.postpone, day=flush.day, seconds=_LOCKED_SECONDS))
            return []
        self._portion_count = min(_PORTION_COUNT, self._portion_count * 2)
        self._ask(partial(parking.remove, parked=taken[:count]))
        self._summary.note(flush, written, time.monotonic() - begun_at)
        return taken[count:]

    def _measure(self, now: float) -> None:
        usage = self._ask(parking.usage)
        self._room.measure(usage.body_bytes)
        self._locked_until = {day: until for day, until in self._locked_until.items() if until > now}
        if usage.message_count and now >= self._logged_at + _LOG_SECONDS:
            self._logged_at = now
            self._log.info("parked", message_count=usage.message_count, body_bytes=usage.body_bytes)

    def _ask(self, action: Callable[[Connection], _Answer]) -> _Answer:
        return self._around.database_retry.run(lambda: self._storage.ask(action))
