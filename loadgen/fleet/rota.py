# SPDX-License-Identifier: Apache-2.0
"""Who of a fleet is in trouble or in maintenance when. Pure.

Hosts form groups of at most 24. In each group one host at a time is in maintenance, for a slot of four hours.
Its VMs move to the others, it restarts, the VMs come back. One host of a group hangs four times a day until
its watchdog restarts it. The clock of another is ahead.
"""

from random import Random
from typing import NamedTuple

from loadgen.fleet.recurrence import Recurrence

GROUP_SIZE = 24
# A group of fewer has no host to move VMs to and one to spare.
_SMALLEST_GROUP = 4
SLOT_SECONDS = 4 * 3_600.0
_LEAVING_AFTER_SECONDS = 60.0
_LEAVING_SECONDS = 600.0
_AWAY_SECONDS = 3 * 3_600.0
_RESTART_AFTER_SECONDS = 40 * 60.0
_RESTART_SECONDS = 240.0
_HANG_PERIOD_SECONDS = 6 * 3_600.0
_HANG_SECONDS = 90 * 60.0
# Well within what a consumer accepts (clock_ahead_seconds), and seen on the page.
_SKEW_SECONDS = 42.0


class Duty(NamedTuple):
    """What is special about one host: ``restarts`` are planned, ``hangs`` are not."""

    restarts: Recurrence | None = None
    hangs: Recurrence | None = None
    skew_seconds: float = 0.0

    def is_down(self, second: float) -> bool:
        """Tell whether the host says nothing."""
        return any(each is not None and each.holds(second) for each in (self.restarts, self.hangs))

    def booted_at(self, second: float) -> float | None:
        """Return when the host came up last; None where it never went down."""
        return max(
            (each.ended_at(second) for each in (self.restarts, self.hangs) if each is not None), default=None
        )


class Journey(NamedTuple):
    """Where a VM is while its home is in maintenance."""

    away: Recurrence
    host: int


class Rota:
    """The duties of all hosts, by their numbers."""

    def __init__(self, host_count: int, seed: int) -> None:
        self._host_count = host_count
        self.duties: list[Duty] = []
        self._hanging: list[int | None] = []
        for first in range(0, host_count, GROUP_SIZE):
            size = self._size(first)
            random = Random(f"rota/{seed}/{first}")  # noqa: S311 - a simulation wants repeatable numbers
            hanging, skewed = random.sample(range(size), 2) if size >= _SMALLEST_GROUP else (None, None)
            self._hanging.append(None if hanging is None else first + hanging)
            hangs = Recurrence(_HANG_PERIOD_SECONDS, random.uniform(0.0, _HANG_PERIOD_SECONDS), _HANG_SECONDS)
            # Where nobody takes the VMs, restarts are rare.
            slot_count = size if size >= _SMALLEST_GROUP else GROUP_SIZE
            for turn in range(size):
                restarts = _recurring(first + turn, _RESTART_AFTER_SECONDS, _RESTART_SECONDS, slot_count)
                self.duties.append(
                    Duty(
                        restarts=restarts,
                        hangs=hangs if turn == hanging else None,
                        skew_seconds=_SKEW_SECONDS if turn == skewed else 0.0,
                    )
                )

    def journey(self, home: int, index: int) -> Journey | None:
        """Return when and where VM number ``index`` of a host is away; None where it has nowhere to go."""
        first = home - home % GROUP_SIZE
        size = self._size(first)
        if size < _SMALLEST_GROUP:
            return None
        # One after the other, spread over the others, though not to the one that hangs.
        steps = 1 + index % (size - 1)
        host = first + (home - first + steps) % size
        if host == self._hanging[first // GROUP_SIZE]:
            host = first + (home - first + steps % (size - 1) + 1) % size
        leaving = _LEAVING_AFTER_SECONDS + index * 17.0 % _LEAVING_SECONDS
        return Journey(_recurring(home, leaving, _AWAY_SECONDS, size), host)

    def resting(self, ordinal: int, second: float) -> int | None:
        """Return which host of this host's group is in maintenance."""
        first = ordinal - ordinal % GROUP_SIZE
        size = self._size(first)
        return None if size < _SMALLEST_GROUP else first + int(second // SLOT_SECONDS) % size

    def _size(self, first: int) -> int:
        return min(GROUP_SIZE, self._host_count - first)


def _recurring(ordinal: int, offset_seconds: float, length_seconds: float, slot_count: int) -> Recurrence:
    """Return what happens in each slot of maintenance of a host, one in so many."""
    phase = ordinal % GROUP_SIZE * SLOT_SECONDS + offset_seconds
    return Recurrence(slot_count * SLOT_SECONDS, phase, length_seconds)
