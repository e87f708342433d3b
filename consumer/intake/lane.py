# SPDX-License-Identifier: Apache-2.0
"""Flushes on their way from the intake to a storing thread: gathered, sealed, handed over.

There is one lane for what is live and one for what is late. A flush of the late lane is of one day, which is
a chunk of each table. Several days may be open at a time, since hosts send their pasts side by side.
"""

import queue
import time
from collections.abc import Callable
from datetime import date

from consumer.incarnation import Incarnation  # noqa: TC001 - annotates an attribute; one import style
from consumer.intake.batcher import Batcher, FlushLimits
from consumer.intake.flush import Flush
from consumer.rows.encoding import Encoder
from consumer.rows.flush_rows import HeldBack  # noqa: TC001 - as above

# Stands for the day of a flush of several days: where dates are scattered, each by itself costs too much.
SEVERAL_DAYS = date.min
_OPEN_MAX = 8
_LOOK_SECONDS = 0.02


class _Open:
    def __init__(self, flush: Flush, limits: FlushLimits) -> None:
        self.flush = flush
        self.batcher = Batcher(limits)
        self.due = False


class Lane:
    """Filled by the intake's thread, emptied by one storing thread."""

    def __init__(
        self,
        encoder: Callable[[], Encoder],
        limits: FlushLimits,
        is_superseded: Callable[[str], bool],
        latest_seconds: float,
    ) -> None:
        self._encoder = encoder
        self._limits = limits
        self._is_superseded = is_superseded
        self._latest_seconds = latest_seconds
        self._latest_at = float("-inf")
        self._open: dict[date | None, _Open] = {}
        self._sealed: Flush | None = None
        self._outbox: queue.Queue[Flush] = queue.Queue(maxsize=1)
        self._held: HeldBack = {}
        self._incarnations: frozenset[Incarnation] = frozenset()

    # The intake's thread.

    def flush_for(self, day: date | None) -> Flush:
        """Return the flush that takes messages of a day, or of any day, which is None."""
        found = self._open.get(day)
        if found is None:
            flush = Flush(self._encoder(), self._held, self._incarnations)
            flush.day = day
            self._held = {}
            found = self._open[day] = _Open(flush, self._limits)
        return found.flush

    def note(self, flush: Flush, row_count: int, now: float, message_limit: int | None = None) -> None:
        """Count a message of a flush with its rows; ``message_limit`` may be below the lane's own."""
        found = self._open[flush.day]
        is_due = found.batcher.add(row_count, now)
        found.due = found.due or is_due or flush.days.full
        if message_limit is not None and len(flush.deliveries) >= message_limit:
            found.due = True

    def takes(self, day: date) -> bool:
        """Tell whether a day has a flush, or may have one without another being cut short."""
        return day in self._open or len(self._open) < _OPEN_MAX

    @property
    def is_full(self) -> bool:
        """Whether a flush waits for the storing thread to take the one before it."""
        return self._sealed is not None

    def wait_seconds(self, now: float) -> float | None:
        """Return when ``push`` should be called again; None if there is nothing to push."""
        if self._sealed is not None:
            return _LOOK_SECONDS
        waits = [each.batcher.wait_seconds(now) for each in self._open.values()]
        return min((wait for wait in waits if wait is not None), default=None)

    def push(self, timeout_seconds: float = 0.0, *, everything: bool = False) -> bool:
        """Hand over what is due, or everything; return False where the storing thread did not take it."""
        if self._held and time.monotonic() - self._latest_at >= self._latest_seconds:
            self.push_held()
        while True:
            if self._sealed is not None:
                try:
                    self._outbox.put(self._sealed, block=timeout_seconds > 0.0, timeout=timeout_seconds)
                except queue.Full:
                    return False
                self._sealed = None
            due = self._due(everything=everything)
            if due is None:
                return True
            self._seal(due, hold_back=not everything)

    def push_held(self) -> None:
        """Open a flush for the latest rows that were left to the next message, which does not come."""
        if self._held and not self._open and self._sealed is None:
            self.flush_for(None)
            self._open[None].due = True

    # The storing thread.

    def get(self, timeout_seconds: float) -> Flush:
        """Return the next flush; raise queue.Empty if none comes in time."""
        return self._outbox.get(timeout=timeout_seconds)

    def _due(self, *, everything: bool) -> _Open | None:
        now = time.monotonic()
        for each in self._open.values():
            if everything or each.due or each.batcher.wait_seconds(now) == 0.0:
                return each
        # The one that was opened first.
        return next(iter(self._open.values())) if len(self._open) > _OPEN_MAX else None

    def _seal(self, found: _Open, *, hold_back: bool) -> None:
        """Turn rows into bytes, but those latest rows that a later message in hand supersedes.

        Behind a backlog, this spares the database an update of the same rows with each flush.
        docs/decisions/0019 says what a kill in between means for the latest rows.
        """
        flush = found.flush
        del self._open[flush.day]
        now = time.monotonic()
        if not hold_back or self._held or now - self._latest_at >= self._latest_seconds:
            self._latest_at = now
        else:
            self._held = flush.rows.hold_back(self._is_superseded)
            self._incarnations = frozenset(flush.incarnations)
        flush.seal()
        self._sealed = flush
