# SPDX-License-Identifier: Apache-2.0
"""How long a call usually takes, to know by how much one took longer. Pure but for its memory.

A call that reads the counters of many domains reads each at some instant within it. As long as it always
takes the same, each counter is read equally late. The interval between two calls is that between two readings
then. Where it took longer, nobody knows before which reading that was.
"""

from collections import deque

_RUN_COUNT = 8


class Pace:
    """The durations of the latest runs of one call."""

    def __init__(self) -> None:
        self._durations_seconds: deque[float] = deque(maxlen=_RUN_COUNT)
        self._shortest_seconds = 0.0

    def note(self, duration_seconds: float) -> None:
        """Add the duration of a run."""
        self._durations_seconds.append(duration_seconds)
        self._shortest_seconds = min(self._durations_seconds)

    def excess_seconds(self, duration_seconds: float) -> float:
        """Return by how much a run was longer than the shortest of the latest ones."""
        return max(0.0, duration_seconds - self._shortest_seconds)
