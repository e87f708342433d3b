# SPDX-License-Identifier: Apache-2.0
"""Time: the wall clock for labels, the monotonic clock for intervals, and the grid of ticks.

The grid is laid once, on multiples of the interval on the wall clock plus a phase of the host. So hosts with
one interval share a grid and do not publish in the same millisecond. From then on only the monotonic clock
counts: a step of the wall clock moves no tick.
"""

import time
import zlib
from datetime import UTC, datetime
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """What the sampler asks of time; tests put their own in."""

    def monotonic_seconds(self) -> float:
        """Return seconds of a clock that nobody sets."""
        ...

    def now(self) -> datetime:
        """Return the wall clock, UTC, in whole microseconds."""
        ...

    def wait(self, seconds: float, stop: Event) -> bool:
        """Wait; return True at once when ``stop`` is set, False when the time is over."""
        ...


class SystemClock:
    """The clocks of the kernel."""

    def monotonic_seconds(self) -> float:
        """Return CLOCK_MONOTONIC."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the wall clock, UTC, in whole microseconds."""
        return datetime.now(UTC)

    def wait(self, seconds: float, stop: Event) -> bool:
        """Wait for ``stop``, at most ``seconds``."""
        return stop.wait(max(0.0, seconds))


class TickGrid:
    """The instants at which a host samples, on the monotonic clock.

    ``missed_count`` counts instants that passed while a tick was still at work.
    """

    def __init__(self, *, interval_seconds: float, phase_seconds: float, clock: Clock) -> None:
        self._interval_seconds = interval_seconds
        wall_seconds = clock.now().timestamp()
        wait_seconds = (phase_seconds - wall_seconds) % interval_seconds
        self._origin_seconds = clock.monotonic_seconds() + wait_seconds
        self._index = 0
        self.missed_count = 0

    @property
    def due_seconds(self) -> float:
        """Return the monotonic instant of the tick to come."""
        return self._origin_seconds + self._index * self._interval_seconds

    def advance(self, monotonic_seconds: float) -> None:
        """Go to the first instant after now; those already past are missed."""
        following = int((monotonic_seconds - self._origin_seconds) // self._interval_seconds) + 1
        following = max(following, self._index + 1)
        self.missed_count += following - self._index - 1
        self._index = following


def phase_seconds(host: str, interval_seconds: float) -> float:
    """Return a host's place within the interval, 0 to ``interval_seconds``, the same at every start."""
    return zlib.crc32(host.encode()) / 2**32 * interval_seconds
