# SPDX-License-Identifier: Apache-2.0
"""How many domains each host may bring that the database does not know: a token bucket for each host. Pure.

Each new domain is a row in three tables that are never cleared, and costs the intake time.
"""

from collections.abc import Callable
from typing import NamedTuple

# At once, and again within the hour. As many as a message may have, four times those of a host.
NEW_COUNT_MAX = 4_096
_REFILL_SECONDS = 3_600.0


class TooManyDomains(Exception):  # noqa: N818 - names what happened
    """A host brings more new domains than it may."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count:,} new domains; a host may bring {NEW_COUNT_MAX:,} an hour")


class _Entered(NamedTuple):
    at: float
    domain_count: float


class Influx:
    """Notes how many new domains of each host were entered."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._entered: dict[str, _Entered] = {}

    def allows(self, host: str, count: int) -> bool:
        """Tell whether a host may bring so many now."""
        return self._present_count(host) + count <= NEW_COUNT_MAX

    def note(self, host: str, count: int) -> None:
        """Note that so many were entered."""
        if count:
            self._entered[host] = _Entered(self._monotonic(), self._present_count(host) + count)

    def _present_count(self, host: str) -> float:
        now = self._monotonic()
        at, count = self._entered.get(host, _Entered(now, 0.0))
        return max(0.0, count - (now - at) * NEW_COUNT_MAX / _REFILL_SECONDS)
