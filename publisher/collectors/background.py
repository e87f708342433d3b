# SPDX-License-Identifier: Apache-2.0
"""A thread that reads one slow source every so often and keeps its newest result.

The tick takes that result and never waits. While a read is stuck no other is started; the result ages
and counts as "slow" after three periods.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from publisher.collectors.attempt import Attempt, attempt
from publisher.collectors.collected import Collected

Reading = TypeVar("Reading", bound=Struct)

STALE_AFTER_PERIODS = 3


class _Result(Struct, Generic[Reading], frozen=True, kw_only=True):
    made: Attempt[Reading]
    at_seconds: float


class BackgroundReader(Generic[Reading]):
    """Calls ``read`` at once and then every ``period_seconds`` on a daemon thread of its own."""

    def __init__(
        self,
        name: str,
        read: Callable[[], Collected[Reading]],
        *,
        period_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._read = read
        self._period_seconds = period_seconds
        self._monotonic = monotonic
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._result: _Result[Reading] | None = None

    def newest(self, at_seconds: float) -> Attempt[Reading]:
        """Return the newest attempt without waiting; the first call starts the thread.

        ``at_seconds`` is the monotonic time of the tick.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"read {self._name}", daemon=True)
            self._thread.start()
        result = self._result
        if result is None:
            return _slow("the first reading is not finished", 0.0)
        age_seconds = at_seconds - result.at_seconds
        if age_seconds > STALE_AFTER_PERIODS * self._period_seconds:
            return _slow(f"no reading for {age_seconds:.0f} s", age_seconds)
        return result.made

    def close(self) -> None:
        """Ask the thread to end after the read it is in. Does not wait: that read may be stuck."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            started_seconds = self._monotonic()
            made = attempt(self._read, self._monotonic)
            # The age counts from before the read: that is the instant its figures speak of.
            self._result = _Result(made=made, at_seconds=started_seconds)
            self._stop.wait(self._period_seconds)


def _slow(reason: str, duration_seconds: float) -> Attempt[Reading]:
    return Attempt(reading=None, outcome="slow", reason=reason, duration_seconds=round(duration_seconds, 6))
