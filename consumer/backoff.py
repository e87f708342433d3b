# SPDX-License-Identifier: Apache-2.0
"""Growing waits, each of random length, so that many consumers do not come back in the same instant."""

import random
from collections.abc import Callable


class Backoff:
    """Waits that double from ``first_seconds`` to ``limit_seconds``, each drawn from its upper half."""

    def __init__(
        self,
        first_seconds: float = 0.25,
        limit_seconds: float = 15.0,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._first_seconds = first_seconds
        self._limit_seconds = limit_seconds
        self._draw = draw
        self._step = 0

    def next_seconds(self) -> float:
        """Return the next wait."""
        # 2**30 steps of the smallest wait are beyond any limit; more would overflow a float in the end.
        span = min(self._limit_seconds, self._first_seconds * 2.0 ** min(self._step, 30))
        self._step += 1
        return span * (0.5 + 0.5 * self._draw())

    def reset(self) -> None:
        """Begin anew with the shortest wait."""
        self._step = 0
