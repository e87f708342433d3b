# SPDX-License-Identifier: Apache-2.0
"""Alerts that fire and are resolved again and again: they are held, and said to flap. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

# So many changes within so long are flapping; it is over after so long without one.
CHANGE_COUNT: Final = 5
WITHIN_SECONDS: Final = 1_800.0
CALM_SECONDS: Final = 900.0


class KeptChanges(NamedTuple):
    """When the last changes of an object were."""

    times: tuple[float, ...]
    is_flapping: bool


class Flapping:
    """When the last changes of each object were; an object without changes takes no room."""

    def __init__(self) -> None:
        self._changes: dict[int, deque[float]] = {}
        self._flapping: set[int] = set()

    def note(self, now: float, changed: Iterable[int]) -> None:
        """Note objects whose alert began, ended or got another severity now."""
        for place in changed:
            times = self._changes.setdefault(place, deque(maxlen=CHANGE_COUNT))
            if times and now - times[-1] > CALM_SECONDS:
                self.clear(place)
                times = self._changes.setdefault(place, deque(maxlen=CHANGE_COUNT))
            times.append(now)
            if len(times) == CHANGE_COUNT and now - times[0] <= WITHIN_SECONDS:
                self._flapping.add(place)

    def flapping(self, now: float) -> frozenset[int]:
        """Return the objects that flap now; forget changes that count no more."""
        for place, times in list(self._changes.items()):
            if now - times[-1] > CALM_SECONDS:
                self.clear(place)
        return frozenset(self._flapping)

    def clear(self, place: int) -> None:
        """Forget an object."""
        self._changes.pop(place, None)
        self._flapping.discard(place)

    def kept(self) -> dict[int, KeptChanges]:
        """Return what has to be stored, by the places of objects."""
        return {
            place: KeptChanges(tuple(times), is_flapping=place in self._flapping)
            for place, times in self._changes.items()
        }

    def restore(self, kept: Mapping[int, KeptChanges]) -> None:
        """Put back what was stored."""
        for place, changes in kept.items():
            self._changes[place] = deque(changes.times, maxlen=CHANGE_COUNT)
            if changes.is_flapping:
                self._flapping.add(place)
