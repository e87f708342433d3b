# SPDX-License-Identifier: Apache-2.0
"""What the generator read about its own load, over time. Pure.

A *cumulative* track only grows (seconds of processor time, seconds of busy device). Its mean over a window is
exact whatever the rhythm of the readings, as long as they lie close together. A *gauge* is what it is at the
end of the window, as a sample of kvmgrid is.
"""

from bisect import bisect_left
from typing import NamedTuple


class Track(NamedTuple):
    """One thing that is read."""

    name: str
    cumulative: bool


class TruthSeries:
    """The readings of one track in the order of time."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self._seconds: list[float] = []
        self._values: list[float] = []

    def add(self, at_seconds: float, value: float) -> None:
        """Append a reading; one that is not newer than the last is passed over (the clock was set back)."""
        if not self._seconds or at_seconds > self._seconds[-1]:
            self._seconds.append(at_seconds)
            self._values.append(value)

    def at(self, second: float) -> float | None:
        """Return the value at a time, between two readings by a straight line; None outside of them."""
        index = bisect_left(self._seconds, second)
        if index == len(self._seconds):
            return None
        if self._seconds[index] == second:
            return self._values[index]
        if index == 0:
            return None
        before, after = self._seconds[index - 1], self._seconds[index]
        share = (second - before) / (after - before)
        return self._values[index - 1] + share * (self._values[index] - self._values[index - 1])

    def over(self, begin_seconds: float, end_seconds: float) -> float | None:
        """Return the track over a window: the rate of a cumulative one, a gauge at the window's end."""
        end = self.at(end_seconds)
        if not self.track.cumulative:
            return end
        begin = self.at(begin_seconds)
        if begin is None or end is None or end_seconds <= begin_seconds:
            return None
        return (end - begin) / (end_seconds - begin_seconds)

    def latest_over(self, span_seconds: float) -> float | None:
        """Return the track over the last ``span_seconds``, or over what there is of them."""
        if not self._seconds:
            return None
        end = self._seconds[-1]
        return self.over(max(self._seconds[0], end - span_seconds), end)

    @property
    def longest_gap_seconds(self) -> float:
        """The longest time between two readings."""
        return max((b - a for a, b in zip(self._seconds, self._seconds[1:], strict=False)), default=0.0)
