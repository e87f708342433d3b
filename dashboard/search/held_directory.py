# SPDX-License-Identifier: Apache-2.0
"""The directory in memory: read when somebody searches, and read anew behind his back when it has aged.

A letter is answered from memory. Searching costs the database one question in some seconds, however many
people type. A failure of that question is told until the next one succeeds.
"""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dashboard.errors import DatabaseError
from dashboard.search.names import Directory

# A VM that has just come is found after so long.
AGED_SECONDS = 15.0
# Older than this it is no answer.
OLD_SECONDS = 120.0
FAILURE_KEEP_SECONDS = 2.0


class HeldDirectory:
    """Gives the directory, at most OLD_SECONDS old."""

    def __init__(self, read: Callable[[], Directory], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search-directory")
        self._held: Directory | None = None
        self._failure: DatabaseError | None = None
        self._read_at: float | None = None
        self._is_reading = False

    def get(self) -> Directory:
        """Return the directory; raise what reading it raised."""
        if self._is_due():
            with self._lock:
                # Another asker may have read it meanwhile.
                if self._is_due():
                    self._fill()
        elif self._age_seconds() >= AGED_SECONDS and not self._is_reading:
            self._is_reading = True
            self._reader.submit(self._refill)
        if self._failure is not None:
            raise self._failure
        assert self._held is not None  # noqa: S101 - read above, or the failure was raised
        return self._held

    def _is_due(self) -> bool:
        return self._age_seconds() >= (OLD_SECONDS if self._failure is None else FAILURE_KEEP_SECONDS)

    def _age_seconds(self) -> float:
        return math.inf if self._read_at is None else self._clock() - self._read_at

    def _refill(self) -> None:
        try:
            with self._lock:
                self._fill()
        finally:
            self._is_reading = False

    def _fill(self) -> None:
        try:
            self._held, self._failure = self._read(), None
        except DatabaseError as error:
            self._failure = error
        self._read_at = self._clock()
