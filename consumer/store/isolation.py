# SPDX-License-Identifier: Apache-2.0
"""Which messages of a flush the database will not take: halved until they stand alone.

An error may not say whose fault it is. It counts against a message that fails alone each of several times,
while the database takes other rows.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

from consumer.broker.delivery import Delivery
from consumer.database import BATCH_STATES
from consumer.errors import DatabaseAway, DataRefused
from consumer.intake.refusal import RefusedMessage
from consumer.store.writer import Written

# A message that waits for a lock which is given up meanwhile is stored by the second or third.
ALONE_TRY_COUNT = 3


class Isolated(NamedTuple):
    """What was stored of a group of deliveries, and what was refused."""

    written: Written
    refused: Sequence[RefusedMessage]


class Store(Protocol):
    """What isolation needs of a storage."""

    def attempt(self, deliveries: Sequence[Delivery]) -> Isolated:
        """Store deliveries as one transaction; raise DataRefused, DatabaseAway."""

    def works(self) -> bool:
        """Tell whether the database takes what is certainly good; raise DatabaseAway."""


class _Failed(NamedTuple):
    deliveries: tuple[Delivery, ...]
    cause: DataRefused


class Isolation:
    """One search for the messages at fault."""

    def __init__(self, store: Store, batch_states: AbstractSet[str] = BATCH_STATES) -> None:
        self._store = store
        self._batch_states = batch_states
        self._written = Written(0, 0)
        self._refused: list[RefusedMessage] = []

    def run(self, deliveries: Sequence[Delivery], cause: DataRefused) -> Isolated:
        """Store all but the messages at fault; raise DatabaseAway, what was stored is a duplicate then."""
        pending = [_Failed(tuple(deliveries), cause)] if deliveries else []
        uncertain: list[_Failed] = []
        while pending:
            group = pending.pop()
            middle = len(group.deliveries) // 2
            if middle:
                halves = (group.deliveries[middle:], group.deliveries[:middle])
                pending += [failed for half in halves if (failed := self._attempt(half))]
            elif group.cause.certain:
                self._refuse(group)
            else:
                uncertain.append(group)
        self._retry_uncertain(uncertain)
        return Isolated(self._written, self._refused)

    def _retry_uncertain(self, uncertain: list[_Failed]) -> None:
        """Try those again that failed alone and may not be at fault."""
        for _ in range(1, ALONE_TRY_COUNT):
            if not uncertain:
                return
            self._require_database(uncertain[0].cause)
            uncertain = [failed for each in uncertain if (failed := self._attempt(each.deliveries))]
        if uncertain:
            self._require_database(uncertain[0].cause)
        for each in uncertain:
            self._refuse(each)

    def _attempt(self, deliveries: tuple[Delivery, ...]) -> _Failed | None:
        try:
            written, refused = self._store.attempt(deliveries)
        except DataRefused as error:
            return _Failed(deliveries, error)
        except DatabaseAway as error:
            if error.sqlstate not in self._batch_states:
                raise
            return _Failed(deliveries, DataRefused(str(error), certain=False))
        self._written = self._written.plus(written)
        self._refused += refused
        return None

    def _require_database(self, cause: DataRefused) -> None:
        if not self._store.works():
            raise DatabaseAway(str(cause)) from cause

    def _refuse(self, failed: _Failed) -> None:
        self._refused.append(RefusedMessage(failed.deliveries[0], "refused", str(failed.cause)))
