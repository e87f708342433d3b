# SPDX-License-Identifier: Apache-2.0
"""Which host publishes at which second, without end. Pure."""

import math
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple


class Turn(NamedTuple):
    """One tick of one host."""

    ordinal: int
    second: float
    tick_seconds: float


class SimulatedPast(NamedTuple):
    """How far back a run begins, and how far apart its ticks are until a day ago."""

    seconds: float
    tick_seconds: float


# A chart of a day has a point a minute: with fewer samples it would show less than it can.
_RECENT_SECONDS = 86_400.0
_RECENT_TICK_SECONDS = 60.0


def turns(*, host_count: int, tick_seconds: float, now: float, history: SimulatedPast) -> Iterator[Turn]:
    """Yield the turns of a fleet without end, in order of time; those up to ``now`` are history.

    Ticks lie on multiples of their interval, so that a run continues the grid of the one before. Each host
    has its own phase within ``tick_seconds``, so that hosts do not all publish at once. The last day has a
    tick a minute where the past before has fewer. Each stretch begins where the one before ended.
    """
    begin = now - history.seconds
    recent = min(history.tick_seconds, _RECENT_TICK_SECONDS)
    for until, interval in ((now - _RECENT_SECONDS, history.tick_seconds), (now, recent)):
        coarse = max(interval, tick_seconds)
        for number in range(math.ceil(begin / coarse), math.ceil(until / coarse)):
            yield from _round(number * coarse, coarse, tick_seconds, host_count)
            begin = number * coarse + tick_seconds
    for number in count(math.ceil(begin / tick_seconds)):
        yield from _round(number * tick_seconds, tick_seconds, tick_seconds, host_count)


def _round(begin: float, tick_seconds: float, spread_seconds: float, host_count: int) -> Iterator[Turn]:
    for ordinal in range(host_count):
        yield Turn(ordinal, begin + spread_seconds * ordinal / host_count, tick_seconds)
