# SPDX-License-Identifier: Apache-2.0
"""The state of one level of a rule for many objects: pending, firing, resolved. Pure.

A value at ``enter`` begins it, one beyond ``leave`` ends it. In between, and before it fires, it has to last:
the time counts between two known values that follow each other. What is not known changes nothing.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consumer.alerts.windows import Numbers, grown
from consumer.rules.rule import Level

# A cycle that comes later than this says nothing of the time between.
STEP_SECONDS_MAX: Final = 60.0


class Phase(IntEnum):
    """Clear: nothing is wrong, or it did not last. Resolved: clear after it fired."""

    CLEAR = 0
    PENDING = 1
    FIRING = 2
    RESOLVED = 3


class KeptState(NamedTuple):
    """What is stored of an object that is not clear."""

    place: int
    phase: Phase
    since: float
    held_seconds: float
    was_known: bool


class States:
    """One level; each object may have levels of its own."""

    def __init__(
        self, object_count: int, level: Level, *, low_enters: bool = False, is_off: bool = False
    ) -> None:
        self._sign = -1.0 if low_enters else 1.0
        self._usual = (self._sign * level.enter, self._sign * level.leave, level.for_seconds, is_off)
        enter, leave, for_seconds, _ = self._usual
        self._enter = np.full(object_count, enter)
        self._leave = np.full(object_count, leave)
        self._for_seconds = np.full(object_count, for_seconds)
        self._off = np.full(object_count, is_off)
        self.phases = np.zeros(object_count, dtype=np.int8)
        # When the phase began.
        self.since = np.full(object_count, -np.inf)
        # When it began to be pending: what fires began then.
        self.began = np.full(object_count, -np.inf)
        self._held_seconds = np.zeros(object_count)
        self._was_known = np.zeros(object_count, dtype=np.bool_)
        self.stepped_at = -np.inf

    def differ(self, place: int, level: Level | None) -> None:
        """Give an object levels of its own, or none: then what fires is resolved at the next step."""
        self._off[place] = level is None
        if level is not None:
            self._enter[place] = self._sign * level.enter
            self._leave[place] = self._sign * level.leave
            self._for_seconds[place] = level.for_seconds

    def step(
        self, now: float, values: Numbers, beside: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, int]]:
        """Judge the values of a cycle, and return whose phase is another one now.

        ``beside``: where the conditions of the rule hold.
        """
        begun = (self.phases == Phase.PENDING) | (self.phases == Phase.FIRING)
        # A comparison with NaN is false.
        known = ~np.isnan(values) | self._off
        reached = self._sign * values >= np.where(begun, self._leave, self._enter)
        if beside is not None:
            reached &= beside
        reached &= ~self._off

        step_seconds = min(max(0.0, now - self.stepped_at), STEP_SECONDS_MAX)
        lasted = reached & begun & self._was_known
        self._held_seconds[lasted] += step_seconds
        self._held_seconds[reached & ~begun] = 0.0
        self.began[reached & ~begun] = now

        phases = self.phases.copy()
        phases[reached & (self.phases != Phase.FIRING)] = Phase.PENDING
        fires = reached & (phases == Phase.PENDING) & (self._held_seconds >= self._for_seconds)
        phases[fires] = Phase.FIRING
        ended = known & ~reached
        phases[ended & (self.phases == Phase.PENDING)] = Phase.CLEAR
        phases[ended & (self.phases == Phase.FIRING)] = Phase.RESOLVED

        objects = np.flatnonzero(phases != self.phases)
        self.phases = phases
        self.since[objects] = now
        self._was_known = known
        self.stepped_at = now
        return list(zip(objects.tolist(), phases[objects].tolist(), strict=True))

    def kept(self) -> list[KeptState]:
        """Return what has to be stored."""
        return [
            KeptState(
                place,
                Phase(self.phases[place]),
                float(self.since[place]),
                float(self._held_seconds[place]),
                bool(self._was_known[place]),
            )
            for place in np.flatnonzero(self.phases).tolist()
        ]

    def restore(self, kept: Iterable[KeptState], stepped_at: float) -> None:
        """Put back what was stored, and when the last step was."""
        self.stepped_at = stepped_at
        for place, phase, since, held_seconds, was_known in kept:
            self.phases[place] = phase
            self.since[place] = self.began[place] = since
            self._held_seconds[place] = held_seconds
            self._was_known[place] = was_known

    def grow(self, object_count: int) -> None:
        """Make room for more objects, with the levels of the rule."""
        enter, leave, for_seconds, is_off = self._usual
        self._enter = grown(self._enter, object_count, enter)
        self._leave = grown(self._leave, object_count, leave)
        self._for_seconds = grown(self._for_seconds, object_count, for_seconds)
        self._off = grown(self._off, object_count, is_off)
        self.phases = grown(self.phases, object_count, Phase.CLEAR)
        self.since = grown(self.since, object_count, -np.inf)
        self.began = grown(self.began, object_count, -np.inf)
        self._held_seconds = grown(self._held_seconds, object_count, 0.0)
        self._was_known = grown(self._was_known, object_count, False)

    def clear(self, place: int) -> bool:
        """Make a place free for another object, with the levels of the rule; tell whether it fired."""
        fired = bool(self.phases[place] == Phase.FIRING)
        self._enter[place], self._leave[place], self._for_seconds[place], self._off[place] = self._usual
        self.phases[place] = Phase.CLEAR
        return fired
