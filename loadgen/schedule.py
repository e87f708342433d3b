# SPDX-License-Identifier: Apache-2.0
"""Which host publishes at which second, without end. Pure."""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple


class Turn(NamedTuple):
    """One batch to send. Sequences number the ticks of the run, from 1."""

    ordinal: int
    second: float
    sequence: int


def turns(*, host_count: int, tick_seconds: float, now: float, backfill_seconds: float) -> Iterator[Turn]:
    """Yield the turns of a fleet without end, in order of time; those up to ``now`` are history.

    Ticks lie on multiples of ``tick_seconds`` and each host has its own phase within them, so that a run
    that follows another continues its grid, and hosts do not all speak at once.
    """
    first = int((now - backfill_seconds) // tick_seconds)
    for sequence in count(1):
        begin = (first + sequence - 1) * tick_seconds
        for ordinal in range(host_count):
            yield Turn(ordinal, begin + tick_seconds * ordinal / host_count, sequence)
