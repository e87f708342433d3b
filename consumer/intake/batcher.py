# SPDX-License-Identifier: Apache-2.0
"""When a flush is full: by rows, by messages, by age. Pure.

Messages count because prefetch bounds how many are in hand. A flush that waits for more than that would
always wait for its age.
"""

from typing import NamedTuple


class FlushLimits(NamedTuple):
    """A flush is due when any of these is reached."""

    row_count: int
    message_count: int
    age_seconds: float


class Batcher:
    """Counts what has been gathered since the last flush."""

    def __init__(self, limits: FlushLimits) -> None:
        self._limits = limits
        self._row_count = 0
        self._message_count = 0
        self._begun_at: float | None = None

    def add(self, row_count: int, now: float) -> bool:
        """Count a message with its rows, received at a monotonic time; return whether the flush is due."""
        if self._begun_at is None:
            self._begun_at = now
        self._row_count += row_count
        self._message_count += 1
        return (
            self._row_count >= self._limits.row_count
            or self._message_count >= self._limits.message_count
            or self.wait_seconds(now) == 0.0
        )

    def wait_seconds(self, now: float) -> float | None:
        """Return how long the flush may still wait; None while there is nothing to flush."""
        if self._begun_at is None:
            return None
        return max(0.0, self._begun_at + self._limits.age_seconds - now)

    def reset(self) -> None:
        """Begin the next flush."""
        self._row_count = self._message_count = 0
        self._begun_at = None
