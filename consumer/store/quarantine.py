# SPDX-License-Identifier: Apache-2.0
"""Messages that cannot be stored, kept as rows with their reason, so that nothing ends silently.

A host that sends nothing but rubbish must not fill the database. Per host and reason a number of messages an
hour is kept. The rest is counted, and the count is stored as one row when the hour is over.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime  # noqa: TC003 - annotates an attribute; one import style

from psycopg.types.json import Jsonb

from consumer.broker.delivery import Delivery
from consumer.database import Connection
from consumer.intake.refusal import Reason, RefusedMessage
from consumer.settings import QuarantineSettings
from consumer.statements import statement
from publisher.wire.topics import INGEST_QUEUE, parse_key

_WINDOW_SECONDS = 3_600.0
_DETAIL_CHARACTERS_MAX = 2_000


class _Window:
    def __init__(self, opened_at: float) -> None:
        self.opened_at = opened_at
        self.kept_count = 0
        self.left_out_count = 0
        self.newest_at: datetime | None = None


class Quarantine:
    """Decides what is kept and writes it, in transactions of its own. Not thread-safe."""

    def __init__(self, settings: QuarantineSettings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._windows: dict[tuple[str, Reason], _Window] = {}

    def store(self, connection: Connection, refused: Sequence[RefusedMessage]) -> None:
        """Write refused deliveries, or count them beyond what is kept of their host and reason."""
        now = self._monotonic()
        kept: list[tuple[_Window, RefusedMessage]] = []
        left_out: list[tuple[_Window, RefusedMessage]] = []
        room: dict[_Window, int] = {}
        for each in refused:
            window = self._windows.setdefault((_sender(each.delivery), each.reason), _Window(now))
            left = room.setdefault(window, self._settings.kept_per_hour_count - window.kept_count)
            room[window] = left - 1
            (kept if left > 0 else left_out).append((window, each))
        with connection.transaction():
            for _, each in kept:
                connection.execute(statement("store/quarantine_add"), self._row(each))
        # Counted when it is certain: a flush that fails comes again.
        for window, _ in kept:
            window.kept_count += 1
        for window, each in left_out:
            window.left_out_count += 1
            window.newest_at = each.delivery.received_at

    def write_counts(self, connection: Connection, *, everything: bool = False) -> None:
        """Write how many messages were left out: in the hours that are over, or in all of them."""
        now = self._monotonic()
        for key, window in list(self._windows.items()):
            if everything or now - window.opened_at >= _WINDOW_SECONDS:
                self._store_count(connection, *key, window)
                del self._windows[key]

    def _row(self, refused: RefusedMessage) -> dict[str, object]:
        delivery = refused.delivery
        return {
            "received_at": delivery.received_at,
            "reason": refused.reason,
            "detail": refused.detail.replace("\x00", "\\x00")[:_DETAIL_CHARACTERS_MAX],
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

    def _store_count(self, connection: Connection, sender: str, reason: Reason, window: _Window) -> None:
        if window.left_out_count:
            detail = f"{window.left_out_count} more messages within an hour were counted, not kept"
            row = {"received_at": window.newest_at, "reason": reason, "detail": detail, "user_id": sender}
            connection.execute(statement("store/quarantine_count"), row)


def _sender(delivery: Delivery) -> str:
    key = parse_key(delivery.routing_key)
    return delivery.user_id or (key.host if key else "")
