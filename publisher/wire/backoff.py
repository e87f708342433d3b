# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next try: doubling from 1 to 30 s, with jitter, for ever."""

import random
from collections.abc import Callable

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0


class Backoff:
    """The waits of one outage. Jitter keeps a fleet from coming back in the same moment."""

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self._ceiling_seconds = FIRST_SECONDS

    def next_seconds(self) -> float:
        """Return the next wait: between half of the present ceiling and the whole of it."""
        wait_seconds = self._uniform(self._ceiling_seconds / 2, self._ceiling_seconds)
        self._ceiling_seconds = min(2 * self._ceiling_seconds, LONGEST_SECONDS)
        return wait_seconds

    def reset(self) -> None:
        """Begin again: the outage is over."""
        self._ceiling_seconds = FIRST_SECONDS
