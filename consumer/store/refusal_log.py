# SPDX-License-Identifier: Apache-2.0
"""The log of refused messages: a line per host, reason and ten seconds, however many there are."""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import structlog

from consumer.intake.refusal import RefusedMessage
from consumer.store.quarantine import sender

_PERIOD_SECONDS = 10.0
# A sender without a user may name any host. Those beyond share a line.
_SENDERS_MAX = 1_000


class _Key(NamedTuple):
    host: str
    reason: str


class _Gathered:
    def __init__(self, since: float) -> None:
        self.since = since
        self.message_count = 0
        self.detail = ""
        self.routing_key = ""

    def add(self, refused: RefusedMessage) -> None:
        if not self.message_count:
            self.detail, self.routing_key = refused.detail, refused.delivery.routing_key
        self.message_count += 1


class RefusalLog:
    """The first message of a host and reason is told at once, the others of ten seconds together."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._gathered: dict[_Key, _Gathered] = {}
        self._log = structlog.get_logger()

    def note(self, refused: Iterable[RefusedMessage]) -> None:
        """Count messages that are in quarantine now."""
        now = self._monotonic()
        new: set[_Key] = set()
        for each in refused:
            key = _Key(sender(each.delivery), each.reason)
            if key not in self._gathered and len(self._gathered) >= _SENDERS_MAX:
                key = _Key("", each.reason)
            if key not in self._gathered:
                self._gathered[key] = _Gathered(now)
                new.add(key)
            self._gathered[key].add(each)
        for key in new:
            self._tell(key, self._gathered[key])

    def tell(self, *, everything: bool = False) -> None:
        """Log what ten seconds have gathered, or everything; a sender that is quiet since is forgotten."""
        now = self._monotonic()
        for key, gathered in list(self._gathered.items()):
            if everything or now - gathered.since >= _PERIOD_SECONDS:
                if gathered.message_count:
                    self._tell(key, gathered)
                    gathered.since = now
                else:
                    del self._gathered[key]

    def _tell(self, key: _Key, gathered: _Gathered) -> None:
        self._log.warning(
            "messages_quarantined",
            sender=key.host,
            reason=key.reason,
            message_count=gathered.message_count,
            detail=gathered.detail,
            routing_key=gathered.routing_key,
        )
        gathered.message_count = 0
