# SPDX-License-Identifier: Apache-2.0
"""Something that happens again and again, in closed form: any instant can be asked about without the others.

Pure. Times are seconds since 1970.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple


class Recurrence(NamedTuple):
    """It begins at ``phase_seconds`` plus any multiple of ``period_seconds`` and lasts ``length_seconds``."""

    period_seconds: float
    phase_seconds: float
    length_seconds: float

    def number(self, second: float) -> int:
        """Return the number of the occurrence that began last."""
        return math.floor((second - self.phase_seconds) / self.period_seconds)

    def begun_at(self, second: float) -> float:
        """Return when an occurrence began last."""
        return self.phase_seconds + self.number(second) * self.period_seconds

    def ended_at(self, second: float) -> float:
        """Return when an occurrence ended last."""
        return self.begun_at(second - self.length_seconds) + self.length_seconds

    def holds(self, second: float) -> bool:
        """Tell whether an occurrence is under way."""
        return (second - self.phase_seconds) % self.period_seconds < self.length_seconds

    def begins(self, after: float, until: float) -> Iterator[float]:
        """Yield the beginnings after one instant and not after another."""
        for number in range(self.number(after) + 1, self.number(until) + 1):
            yield self.phase_seconds + number * self.period_seconds

    def ends(self, after: float, until: float) -> Iterator[float]:
        """Yield the ends after one instant and not after another."""
        length = self.length_seconds
        for begin in self.begins(after - length, until - length):
            yield begin + length
