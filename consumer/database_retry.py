# SPDX-License-Identifier: Apache-2.0
"""Retries of what fails while the database is away, or this consumer's clock is wrong.

The first thread that notices pauses the intake; the last one that succeeds resumes it. What is in hand stays
in hand. It is tried again until it succeeds or the process ends: nothing goes back to the broker.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from consumer.backoff import Backoff
from consumer.errors import ClockWrong, ConsumerError, DatabaseAway, SchemaError
from publisher.wire.settings import SettingsError

_Result = TypeVar("_Result")

# A running consumer retries all of them: a migration under way and a changed password pass as well.
RETRYABLE = (DatabaseAway, SchemaError, SettingsError)


class Stopped(ConsumerError):  # noqa: N818 - names what happened
    """The process ends while the database is away; the broker delivers again what is in hand."""


class DatabaseRetry:
    """One retry for all threads that use the database."""

    def __init__(
        self,
        *,
        pause: Callable[[], None],
        resume: Callable[[], None],
        stopping: threading.Event,
        give_up: threading.Event,
    ) -> None:
        self._pause = pause
        self._resume = resume
        self._stopping = stopping
        self._give_up = give_up
        self._lock = threading.Lock()
        self._waiting_count = self._away_count = 0
        self._log = structlog.get_logger()

    def run(self, action: Callable[[], _Result], errors: tuple[type[Exception], ...] = RETRYABLE) -> _Result:
        """Return what ``action`` returns, as soon as the database lets it; raise Stopped."""
        backoff = Backoff(limit_seconds=5.0)
        waiting: Exception | None = None
        while True:
            try:
                result = action()
            except errors as error:
                if waiting is None:
                    waiting = error
                    self._begin(error)
                if self._give_up.wait(backoff.next_seconds()):
                    raise Stopped("the database was away until the end") from error
            else:
                if waiting is not None:
                    self._end(waiting)
                return result

    def _begin(self, error: Exception) -> None:
        with self._lock:
            self._waiting_count += 1
            if self._waiting_count == 1:
                self._pause()
            # The clock tells for itself, each minute.
            if not isinstance(error, ClockWrong):
                self._away_count += 1
                if self._away_count == 1:
                    self._log.warning("database_away", error=str(error))

    def _end(self, error: Exception) -> None:
        with self._lock:
            self._waiting_count -= 1
            if not isinstance(error, ClockWrong):
                self._away_count -= 1
                if self._away_count == 0:
                    self._log.info("database_back")
            if self._waiting_count == 0 and not self._stopping.is_set():
                self._resume()
