# SPDX-License-Identifier: Apache-2.0
"""What is said of a time without the broker: each kind of fault once, and its end."""

from collections.abc import Callable

from publisher.errors import BrokerError
from publisher.logs import Log

# A publisher may start before the first consumer, which declares the exchanges: so long that is no trouble.
EXCHANGE_PATIENCE_SECONDS = 10.0
_WAITING = "waiting"


class OutageLog:
    """The outage under way, if there is one."""

    def __init__(
        self, log: Log, *, waiting_count: Callable[[], int], monotonic_seconds: Callable[[], float]
    ) -> None:
        self._log = log
        self._waiting_count = waiting_count
        self._monotonic_seconds = monotonic_seconds
        self._said: str | None = None
        self._since_seconds = 0.0
        self._has_worked = False
        self._exchange_missed_since_seconds: float | None = None

    def meets(self, error: BrokerError) -> None:
        """Say what ended a connection, or kept it from being made, unless that is said already."""
        news = _WAITING if self._is_early(error) else error.fault
        if self._said == news:
            self._log.debug("broker_unavailable", fault=error.fault, problem=error.problem)
            return
        if self._said is None:
            self._since_seconds = self._monotonic_seconds()
        self._said = news
        if news == _WAITING:
            self._log.info("waiting_for_exchange", problem=error.problem, fix=error.fix)
            return
        self._log.warning(
            "broker_unavailable",
            fault=error.fault,
            problem=error.problem,
            fix=error.fix,
            waiting_message_count=self._waiting_count(),
        )

    def ends(self) -> None:
        """Take note of a confirm; say so if it ends an outage."""
        self._has_worked = True
        if self._said:
            seconds = self._monotonic_seconds() - self._since_seconds
            self._log.info(
                "broker_available",
                outage_seconds=round(seconds, 1),
                waiting_message_count=self._waiting_count(),
            )
            self._said = None

    def _is_early(self, error: BrokerError) -> bool:
        """Whether this is the normal start of a publisher that comes before the first consumer."""
        if error.fault != "exchange" or self._has_worked:
            return False
        now_seconds = self._monotonic_seconds()
        if self._exchange_missed_since_seconds is None:
            self._exchange_missed_since_seconds = now_seconds
        return now_seconds - self._exchange_missed_since_seconds < EXCHANGE_PATIENCE_SECONDS
