# SPDX-License-Identifier: Apache-2.0
"""The state of one level of a rule for many objects: pending, firing, resolved. Pure.

A value at ``enter`` begins it, one beyond ``leave`` ends it. In between, and before it fires, it has to last:
the time counts between two known values that follow each other. What is not known changes nothing.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consumer.alerts.windows import Numbers, Places
from consumer.rules.rule import Level

# A cycle that comes later than this says nothing of the time between.
STEP_SECONDS_MAX: Final = 60.0


class Phase(IntEnum):
    """Clear: nothing is wrong, or it did not last. Resolved: clear after it fired."""

    CLEAR = 0
    PENDING = 1
    FIRING = 2
    RESOLVED = 3


class Changed(NamedTuple):
    """The objects whose phase is another one after a step, and the phases."""

    objects: Places
    phases: NDArray[np.int8]


class States:
    """One level; each object may have levels of its own."""

    def __init__(
        self, object_count: int, level: Level, *, low_enters: bool = False, is_off: bool = False
    ) -> None:
        self._sign = -1.0 if low_enters else 1.0
        self._enter = np.full(object_count, self._sign * level.enter)
        self._leave = np.full(object_count, self._sign * level.leave)
        self._for_seconds = np.full(object_count, level.for_seconds)
        self._off = np.full(object_count, is_off)
        self.phases = np.zeros(object_count, dtype=np.int8)
        # When the phase began.
        self.since = np.full(object_count, -np.inf)
        self._held_seconds = np.zeros(object_count)
        self._was_known = np.zeros(object_count, dtype=np.bool_)
        self._stepped_at = -np.inf

    def differ(self, place: int, level: Level | None) -> None:
        """Give an object levels of its own, or none: then what fires is resolved at the next step."""
        self._off[place] = level is None
        if level is not None:
            self._enter[place] = self._sign * level.enter
            self._leave[place] = self._sign * level.leave
            self._for_seconds[place] = level.for_seconds

    def step(self, now: float, values: Numbers, beside: NDArray[np.bool_] | None = None) -> Changed:
        """Judge the values of a cycle; ``beside``: where the conditions of the rule hold."""
        begun = (self.phases == Phase.PENDING) | (self.phases == Phase.FIRING)
        # A comparison with NaN is false.
        known = ~np.isnan(values) | self._off
        reached = self._sign * values >= np.where(begun, self._leave, self._enter)
        if beside is not None:
            reached &= beside
        reached &= ~self._off

        step_seconds = min(max(0.0, now - self._stepped_at), STEP_SECONDS_MAX)
        lasted = reached & begun & self._was_known
        self._held_seconds[lasted] += step_seconds
        self._held_seconds[reached & ~begun] = 0.0

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
        self._stepped_at = now
        return Changed(objects, phases[objects])
