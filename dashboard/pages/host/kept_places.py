# SPDX-License-Identifier: Apache-2.0
"""Which VMs a stack of a live range shows: they keep their places for a while.

Where two change places, all rows of a chart differ and travel again, and curves change their colours.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

KEEP_SECONDS_MIN = 60.0
# Of the length of a range: what a VM takes meanwhile hardly counts.
KEEP_SHARE = 0.02
MAXIMUM_COUNT = 256


class KeptPlaces:
    """Remembers who was chosen, by what a stack is of; the least recently asked ones are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, tuple[int, ...]]] = OrderedDict()

    def of(self, key: Hashable, window_seconds: float) -> tuple[int, ...]:
        """Return who was chosen; nobody where that is too long ago for a range of this length."""
        with self._lock:
            since, chosen = self._kept.get(key, (0.0, ()))
            if not chosen or self._clock() - since > max(KEEP_SECONDS_MIN, KEEP_SHARE * window_seconds):
                self._kept.pop(key, None)
                return ()
            self._kept.move_to_end(key)
            return chosen

    def keep(self, key: Hashable, chosen: tuple[int, ...]) -> None:
        """Remember who was chosen, since now, unless somebody is remembered."""
        with self._lock:
            if chosen and key not in self._kept:
                self._kept[key] = (self._clock(), chosen)
                while len(self._kept) > MAXIMUM_COUNT:
                    self._kept.popitem(last=False)
