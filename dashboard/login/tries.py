# SPDX-License-Identifier: Apache-2.0
"""How many passwords may be tried, from an address and for a name."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

KEY_COUNT_MAX = 10_000


class Tries:
    """Counts failed tries by key within a time; the keys that were tried longest ago are forgotten first."""

    def __init__(self, *, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_seconds(self, key: str) -> float:
        """Return how long a key has to wait before its next try, 0 if it has not."""
        with self._lock:
            times = self._failed.get(key)
            if times is None or len(times) < self._count:
                return 0.0
            return max(0.0, times[0] + self._seconds - self._clock())

    def failed(self, key: str) -> None:
        """Note a failed try."""
        with self._lock:
            self._failed.setdefault(key, deque(maxlen=self._count)).append(self._clock())
            self._failed.move_to_end(key)
            while len(self._failed) > KEY_COUNT_MAX:
                self._failed.popitem(last=False)
