# SPDX-License-Identifier: Apache-2.0
"""A worker thread with a libvirt connection of its own and at most one call under way.

The owner never waits longer than it wants to. A call that hangs keeps its worker busy. An abandoned worker
ends by itself if its call ever returns. Connections are opened, used and closed on the worker's thread only;
all methods belong to one owner thread. A lost connection is opened again at once, then with a growing pause
(1 to 30 s, jittered), for ever.
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from publisher.hypervisor.errors import ConnectionLostError, HypervisorError, LibvirtMissingError
from publisher.logs import Log
from publisher.wire.backoff import Backoff

Value = TypeVar("Value")

_log = Log("hypervisor")


class Closable(Protocol):
    """What a worker itself needs of a connection."""

    def close(self) -> None:
        """Close; may block."""
        ...

    def is_alive(self) -> bool:
        """Whether it is not known to be closed."""
        ...


Opened = TypeVar("Opened", bound=Closable)


class Call(Generic[Value]):
    """One piece of work: under way, then either a value or a failure in words."""

    def __init__(self, at_seconds: float) -> None:
        self.at_seconds = at_seconds
        self.duration_seconds = 0.0
        self.failure: str | None = None
        self._value: Value | None = None
        self._done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether value or failure is there."""
        return self._done.is_set()

    @property
    def value(self) -> Value | None:
        """The result; None while under way and after a failure."""
        return self._value

    def wait_until(self, monotonic_seconds: float) -> bool:
        """Wait for the end of the call, at most until an instant; return whether it ended."""
        return self._done.wait(max(0.0, monotonic_seconds - time.monotonic()))

    def succeed(self, value: Value) -> None:
        """Set the result."""
        self._value = value
        self._end()

    def fail(self, reason: str) -> None:
        """Set the failure."""
        self.failure = reason
        self._end()

    def _end(self) -> None:
        self.duration_seconds = time.monotonic() - self.at_seconds
        self._done.set()


class Worker(Generic[Opened]):
    """See the module. ``name`` is the thread's name."""

    def __init__(self, name: str, open_connection: Callable[[], Opened]) -> None:
        self._name = name
        self._open_connection = open_connection
        self._inbox: queue.SimpleQueue[tuple[Call[Any], Callable[[Opened], Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._current: Call[Any] | None = None
        # From here on: owned by the worker's thread.
        self._connection: Opened | None = None
        self._backoff = Backoff()
        self._retry_at_seconds = 0.0
        self._last_failure = ""

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way; then no other may be submitted."""
        return self._current is not None and not self._current.is_done

    def submit(self, work: Callable[[Opened], Value]) -> Call[Value]:
        """Start work on the worker's thread; never blocks. The worker must not be busy."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            self._thread.start()
        call: Call[Value] = Call(time.monotonic())
        self._current = call
        self._inbox.put((call, work))
        return call

    def leave(self) -> None:
        """Give the worker up: its thread closes the connection and ends, once its call has returned."""
        self._inbox.put(None)

    def _serve(self) -> None:
        while (entry := self._inbox.get()) is not None:
            call, work = entry
            self._answer(call, work)
            del call, work, entry
        self._drop()

    def _answer(self, call: Call[Value], work: Callable[[Opened], Value]) -> None:
        """Do the work; on a connection lost since the last call, once more on a new one."""
        try:
            if self._connection is not None:
                try:
                    call.succeed(work(self._connection))
                except HypervisorError as error:
                    if not self._is_lost(error):
                        raise
                    self._drop()
                else:
                    return
            call.succeed(work(self._opened()))
        except HypervisorError as error:
            if self._is_lost(error):
                self._drop()
            call.fail(str(error))
        except Exception as error:  # noqa: BLE001 - a fault in our own parsing must not end the thread
            _log.failure("libvirt_call_failed", error, worker=self._name)
            call.fail(f"unexpected: {error!r}")

    def _is_lost(self, error: HypervisorError) -> bool:
        if isinstance(error, ConnectionLostError):
            return True
        try:
            return self._connection is not None and not self._connection.is_alive()
        except HypervisorError:
            return True

    def _opened(self) -> Opened:
        wait_seconds = self._retry_at_seconds - time.monotonic()
        if wait_seconds > 0:
            raise ConnectionLostError(f"{self._last_failure}; next attempt in {wait_seconds:.0f} s")
        try:
            self._connection = self._open_connection()
        except (ConnectionLostError, LibvirtMissingError) as error:
            self._last_failure = str(error)
            self._retry_at_seconds = time.monotonic() + self._backoff.next_seconds()
            raise
        self._backoff.reset()
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except HypervisorError as error:
                _log.debug("close_failed", error=str(error))
