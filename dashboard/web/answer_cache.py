# SPDX-License-Identifier: Apache-2.0
"""One answer for many viewers: a value is produced once per period, however many ask for it.

Askers that come while a value is being produced wait for that one. A failure is shared as well: an outage
makes no hundred viewers wait for a hundred timeouts. It is kept only shortly, so that its end is seen.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from dashboard.errors import DashboardError, QueryTimeoutError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

FAILURE_KEEP_SECONDS = 2.0


class _Entry(Generic[Value]):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made_at = 0.0
        self.ends_at: float | None = None
        self.value: Value | None = None
        self.failure: DashboardError | None = None


class AnswerCache(Generic[Key, Value]):
    """Produces and keeps values by key; the least recently asked ones give way beyond ``maximum_count``."""

    def __init__(
        self,
        produce: Callable[[Key], Value],
        *,
        keep_seconds: float,
        maximum_count: int = 64,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._produce = produce
        self._keep_seconds = keep_seconds
        self._maximum_count = maximum_count
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, _Entry[Value]] = OrderedDict()

    def get(self, key: Key, *, younger_than_seconds: float | None = None) -> Value:
        """Return the value of a key, made anew unless it is young enough; raise what producing it raised."""
        entry = self._entry(key)
        with entry.lock:
            if self._is_over(entry, younger_than_seconds):
                self._fill(entry, key)
            if entry.failure is not None:
                raise entry.failure
            assert entry.value is not None  # noqa: S101 - filled above, or the failure was raised
            return entry.value

    def _is_over(self, entry: _Entry[Value], younger_than_seconds: float | None) -> bool:
        now = self._clock()
        if entry.ends_at is None or now >= entry.ends_at:
            return True
        return younger_than_seconds is not None and now - entry.made_at >= younger_than_seconds

    def _entry(self, key: Key) -> _Entry[Value]:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > self._maximum_count:
                self._entries.popitem(last=False)
            return entry

    def _fill(self, entry: _Entry[Value], key: Key) -> None:
        keep_seconds = self._keep_seconds
        try:
            entry.value, entry.failure = self._produce(key), None
        except DashboardError as error:
            entry.failure = error
            # A question that is too slow would hold the database again at once.
            if not isinstance(error, QueryTimeoutError):
                keep_seconds = min(keep_seconds, FAILURE_KEEP_SECONDS)
        entry.made_at = self._clock()
        entry.ends_at = entry.made_at + keep_seconds
