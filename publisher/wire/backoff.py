# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next try: doubling up to a limit, with jitter, for ever."""

import random
from collections.abc import Callable

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0


class Backoff:
    """The waits of one outage. Jitter keeps many processes from coming back in the same moment."""

    def __init__(
        self,
        first_seconds: float = FIRST_SECONDS,
        limit_seconds: float = LONGEST_SECONDS,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`draw` returns 0 to 1: where in the upper half of its span a wait lies."""
        self._first_seconds = min(first_seconds, limit_seconds)
        self._limit_seconds = limit_seconds
        self._draw = draw
        self._span_seconds = self._first_seconds

    def next_seconds(self) -> float:
        """Return the next wait: between half of the present span and the whole of it."""
        wait_seconds = self._span_seconds * (0.5 + 0.5 * self._draw())
        self._span_seconds = min(2 * self._span_seconds, self._limit_seconds)
        return wait_seconds

    def reset(self) -> None:
        """Begin again: the outage is over."""
        self._span_seconds = self._first_seconds
