# SPDX-License-Identifier: Apache-2.0
"""Messages that cannot be stored, kept as rows with their reason, so that nothing ends silently.

A host that sends nothing but rubbish must not fill the database: per host and reason a number of messages
an hour is kept, the rest is counted and the count stored as one row when the hour is over.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from psycopg.types.json import Jsonb

from consumer.admission import Reason
from consumer.database import Connection
from consumer.delivery import Delivery
from consumer.settings import QuarantineSettings
from consumer.statements import statement
from publisher.wire.topics import INGEST_QUEUE, parse_key

_WINDOW_SECONDS = 3_600.0
_DETAIL_CHARACTERS_MAX = 2_000


class Rejected(NamedTuple):
    """A delivery on its way to quarantine."""

    delivery: Delivery
    reason: Reason
    detail: str


class _Window:
    def __init__(self, opened_at: float) -> None:
        self.opened_at = opened_at
        self.kept_count = 0
        self.left_out_count = 0


class Quarantine:
    """Decides what is kept and writes it; the caller commits. Not thread-safe."""

    def __init__(self, settings: QuarantineSettings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._windows: dict[tuple[str, Reason], _Window] = {}

    def store(self, connection: Connection, rejected: Rejected) -> None:
        """Write a rejected delivery, or count it where its host and reason have had their share."""
        now = self._monotonic()
        sender = _sender(rejected.delivery)
        window = self._windows.get((sender, rejected.reason))
        if window is None or now - window.opened_at >= _WINDOW_SECONDS:
            if window is not None:
                self._store_count(connection, sender, rejected, window.left_out_count)
            window = self._windows[sender, rejected.reason] = _Window(now)
        if window.kept_count >= self._settings.kept_per_hour_count:
            window.left_out_count += 1
            return
        window.kept_count += 1
        connection.execute(statement("quarantine_add"), self._row(rejected))

    def left_out(self) -> Iterator[tuple[str, Reason, int]]:
        """Yield sender, reason and how many of its messages were counted only, in the present hours."""
        for (sender, reason), window in self._windows.items():
            if window.left_out_count:
                yield sender, reason, window.left_out_count

    def _row(self, rejected: Rejected) -> dict[str, object]:
        delivery = rejected.delivery
        return {
            "received_at": delivery.received_at,
            "reason": rejected.reason,
            "detail": rejected.detail.replace("\x00", "\\x00")[:_DETAIL_CHARACTERS_MAX],
            "queue": INGEST_QUEUE,
            "exchange": delivery.exchange,
            "routing_key": delivery.routing_key,
            "user_id": delivery.user_id,
            "message_id": delivery.message_id,
            "content_type": delivery.content_type,
            "message_type": delivery.message_type,
            "body_sha256": hashlib.sha256(delivery.body).digest(),
            "body": delivery.body[: self._settings.body_bytes],
            "body_bytes": len(delivery.body),
            "deaths": Jsonb([death._asdict() for death in delivery.deaths]) if delivery.deaths else None,
        }

    def _store_count(self, connection: Connection, sender: str, rejected: Rejected, count: int) -> None:
        if not count:
            return
        row = dict.fromkeys(self._row(rejected))
        detail = f"{count} more messages within an hour were counted, not kept"
        row |= {"received_at": rejected.delivery.received_at, "reason": rejected.reason, "detail": detail}
        connection.execute(statement("quarantine_add"), row | {"user_id": sender})


def _sender(delivery: Delivery) -> str:
    key = parse_key(delivery.routing_key)
    return delivery.user_id or (key.host if key else "")
