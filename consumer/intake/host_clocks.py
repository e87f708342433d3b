# SPDX-License-Identifier: Apache-2.0
"""How far the clock of each host is off, by the times that its samples claim and arrive at. Pure.

A sample that claims to be of after its arrival shows a clock that is ahead. One that is late may have
waited: in the publisher's spool, which says so, or in the queue. A clock is behind under two conditions:
the delay does not change from tick to tick, and a message of another host came without any meanwhile.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from publisher.wire.columns import ColumnBatch

# Synchronised clocks differ by milliseconds, and a network takes less than a second.
TOLERANCE_SECONDS = 2.0
_STABLE_COUNT = 5
_STABLE_SECONDS = 1.0
# The sample itself is in the spool while it is sent.
_SPOOLED_COUNT_MAX = 1
# What waits in a queue comes all at once, and then its delays say nothing.
_STABLE_TICKS = 2.0


class _Arrival(NamedTuple):
    received_at: datetime
    delay_seconds: float


class HostClocks:
    """When the last samples of each host arrived, and how late."""

    def __init__(self) -> None:
        self._arrivals: dict[str, deque[_Arrival]] = {}
        self._punctual_at: datetime | None = None

    def note(self, batch: ColumnBatch, received_at: datetime) -> float | None:
        """Return by how many seconds the host's clock is ahead, negative if behind; None in tolerance."""
        delay = (received_at - batch.sampled_at).total_seconds()
        if abs(delay) <= TOLERANCE_SECONDS:
            self._punctual_at = received_at
        arrivals = self._arrivals.setdefault(batch.host, deque(maxlen=_STABLE_COUNT))
        if batch.publisher.spool_message_count > _SPOOLED_COUNT_MAX:
            arrivals.clear()
        else:
            arrivals.append(_Arrival(received_at, delay))
        if delay < -TOLERANCE_SECONDS:
            return -delay
        return self._behind(arrivals, batch.tick_seconds)

    def _behind(self, arrivals: Sequence[_Arrival], tick_seconds: float) -> float | None:
        if len(arrivals) < _STABLE_COUNT:
            return None
        delays = [each.delay_seconds for each in arrivals]
        first, last = arrivals[0].received_at, arrivals[-1].received_at
        is_stable = (
            max(delays) - min(delays) <= _STABLE_SECONDS
            and (last - first).total_seconds() >= _STABLE_TICKS * tick_seconds
        )
        # A lone host fills no queue.
        is_alone = len(self._arrivals) == 1
        is_current = is_alone or (self._punctual_at is not None and self._punctual_at >= first)
        return -min(delays) if min(delays) > TOLERANCE_SECONDS and is_stable and is_current else None
