# SPDX-License-Identifier: Apache-2.0
"""Connections on which no wait is without end: a silent server is given up after a time of our own.

A middle box may forget a connection and go on to acknowledge at TCP. Neither keepalive nor the server's own
timeouts end such a wait. All waits of psycopg go through ``Connection.wait``; so does the deadline.
"""

import os
import socket
import time
from collections.abc import Callable
from typing import ClassVar, TypeVar

import psycopg
import structlog
from psycopg.abc import PQGen

_Result = TypeVar("_Result")

# How long the end of a statement may be under way.
_ANSWER_SECONDS = 5.0


class WatchedConnection(psycopg.Connection[tuple[object, ...]]):
    """A connection that shuts its socket down where the server is silent too long.

    The wait then ends as for any connection that is lost, with psycopg's OperationalError.
    """

    purpose: str = ""
    # None: as long as it takes.
    silence_seconds: float | None = None
    # Asked where a statement may take longer than that: whether the server is at work on it.
    is_at_work: Callable[[], bool] | None = None
    # Called before each wait: whoever waits here is at work.
    note_progress: Callable[[], None] | None = None
    # When a connection of this process was last given up, by the monotonic clock.
    _given_up_at: ClassVar[float] = float("-inf")
    # When the server last answered on this one.
    _answered_at: float = float("inf")
    # Since when it has been waited for, or known to be at work.
    _silent_since: float = float("inf")
    _was_at_work: bool = True

    def wait(self, gen: PQGen[_Result], interval: float = 0.1, timeout: float | None = None) -> _Result:
        """Wait for the server, no longer than ``silence_seconds``; raise psycopg.OperationalError."""
        if self.note_progress is not None:
            self.note_progress()
        return super().wait(self._bounded(gen), interval=interval, timeout=timeout)

    def _bounded(self, gen: PQGen[_Result]) -> PQGen[_Result]:
        self._silent_since, self._was_at_work = time.monotonic(), True
        is_open = self._is_kept()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                # Shut down once: the next look at the socket finds its end.
                is_open = is_open and self._is_kept()
                wanted = gen.send(ready)
        except StopIteration as end:
            self._answered_at = time.monotonic()
            result: _Result = end.value
            return result

    def _is_kept(self) -> bool:
        """Shut the socket down and return False where nothing more is to be expected of it."""
        silence_seconds = self.silence_seconds
        if self._answered_at < WatchedConnection._given_up_at:
            # What has swallowed one has swallowed the others of that time: each would cost its own wait.
            # A server that was only slow on this one is asked again.
            self._shut_down(0.0)
            return False
        if silence_seconds is None or time.monotonic() - self._silent_since < silence_seconds:
            return True
        if self.is_at_work is not None and self._is_awaited(silence_seconds, self.is_at_work):
            return True
        self._shut_down(silence_seconds)
        return False

    def _is_awaited(self, silence_seconds: float, ask: Callable[[], bool]) -> bool:
        """Tell whether the wait goes on; the answer may have been on its way when the server was asked."""
        was_at_work, self._was_at_work = self._was_at_work, ask()
        is_at_work = self._was_at_work
        waited_seconds = 0.0 if is_at_work else max(0.0, silence_seconds - _ANSWER_SECONDS)
        self._silent_since = time.monotonic() - waited_seconds
        return is_at_work or was_at_work

    def _shut_down(self, seconds: float) -> None:
        if seconds:
            WatchedConnection._given_up_at = time.monotonic()
            structlog.get_logger().warning("database_silent", purpose=self.purpose, seconds=seconds)
        # psycopg keeps the descriptor itself.
        with socket.socket(fileno=os.dup(self.pgconn.socket)) as duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)
