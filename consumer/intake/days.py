# SPDX-License-Identifier: Apache-2.0
"""How many days the samples of a flush lie in. Each is a chunk of each table, with locks of its own. Pure."""

from datetime import date, datetime

# A new chunk of all tables takes about a hundred entries of the lock table. A default server has 6,400 for
# everybody. Hosts that send a past of some days together still share their flushes.
DAYS_MAX = 8


class Days:
    """The days, in UTC, of what a flush holds so far."""

    def __init__(self) -> None:
        self._days: set[date] = set()

    def add(self, at: datetime) -> None:
        """Note the time of a message, which is in UTC."""
        self._days.add(at.date())

    @property
    def full(self) -> bool:
        """Whether the flush has its fill: the next message may bring one day more."""
        return len(self._days) >= DAYS_MAX
