# SPDX-License-Identifier: Apache-2.0
"""Which hosts send more than their share: messages and bytes, a token bucket for each host. Pure."""

from typing import NamedTuple

# What a host may send at once, in seconds of its rate: a short outage leaves it such a backlog.
_BURST_SECONDS = 10.0
# Beyond it buckets that are full again are forgotten.
_HOST_COUNT_MAX = 10_000


class Rate(NamedTuple):
    """What a host may send in a second."""

    message_count: float
    body_bytes: float


class _Spent(NamedTuple):
    at: float
    # How many seconds of each rate are spent.
    message_seconds: float
    byte_seconds: float


class HostBudgets:
    """Notes what each host sends."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._spent: dict[str, _Spent] = {}

    def exceeds(self, host: str, body_bytes: int, now: float) -> bool:
        """Count a message at a monotonic time; return whether it is beyond the host's budget."""
        spent = self._spent.get(host, _Spent(now, 0.0, 0.0))
        elapsed = now - spent.at
        messages = max(0.0, spent.message_seconds - elapsed) + 1.0 / self._rate.message_count
        size = max(0.0, spent.byte_seconds - elapsed) + body_bytes / self._rate.body_bytes
        if len(self._spent) >= _HOST_COUNT_MAX and host not in self._spent:
            self._forget(now)
        # What is beyond it costs nothing: a host that goes on like this keeps the rate that it has.
        exceeds = max(messages, size) > _BURST_SECONDS and spent.message_seconds > 0.0
        if not exceeds:
            self._spent[host] = _Spent(now, messages, size)
        return exceeds

    def _forget(self, now: float) -> None:
        self._spent = {
            host: spent
            for host, spent in self._spent.items()
            if max(spent.message_seconds, spent.byte_seconds) > now - spent.at
        }
