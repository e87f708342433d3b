# SPDX-License-Identifier: Apache-2.0
"""The table of refused messages, as the schema's owner sees it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct, convert

from consumer.broker.delivery import Death, Delivery
from consumer.broker.receipts import Receipt
from consumer.database import Connection, translated_errors
from consumer.refusals.selection import Selection
from consumer.statements import statement

# What is in memory at a time.
_PORTION_COUNT = 100
_PORTION_BYTES = 32 * 1024 * 1024


class Counted(Struct, frozen=True):
    """Refused messages of a host and reason; of ``unkept_message_count`` of them the body is not there."""

    host: str
    reason: str
    message_count: int
    message_bytes: int
    unkept_message_count: int
    newest_at: datetime


class Listed(Struct, frozen=True):
    """A message in quarantine. ``is_whole``: all of its body is kept, so that it can be replayed."""

    id: int
    received_at: datetime
    host: str
    reason: str
    detail: str | None
    body_bytes: int | None
    is_whole: bool | None


class Quarantined(Listed, frozen=True):
    """A message in quarantine with everything that is known of it."""

    queue: str | None
    exchange: str | None
    routing_key: str | None
    user_id: str | None
    message_id: str | None
    content_type: str | None
    message_type: str | None
    body_sha256: str | None
    deaths: list[dict[str, str | int]] | None
    body: bytes | None

    def delivery(self) -> Delivery:
        """Return it as it once came from the broker; it may have been stored since."""
        return Delivery(
            receipt=Receipt(0, self.id),
            body=self.body or b"",
            exchange=self.exchange or "",
            routing_key=self.routing_key or "",
            redelivered=True,
            received_at=self.received_at,
            user_id=self.user_id,
            message_id=self.message_id,
            content_type=self.content_type,
            message_type=self.message_type,
            deaths=tuple(Death(**death) for death in self.deaths or ()),  # type: ignore[arg-type] # written so
        )


class QuarantineTable:
    """Reads and removes; raises DatabaseAway, SchemaError where the login may not."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connection = connect()
        with translated_errors():
            self._connection.execute(statement("refusals/owner"))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def counts(self, selection: Selection) -> list[Counted]:
        """Return all that was refused by host and reason; numbers of messages do not matter here."""
        return convert(self._named("counts", selection, Counted), list[Counted])

    def newest(self, selection: Selection, limit: int) -> list[Listed]:
        """Return messages, the newest first."""
        return convert(self._named("list", selection, Listed, limit=limit), list[Listed])

    def find(self, message_id: int) -> Quarantined | None:
        """Return a message with its body."""
        return next(iter(self._fetch([message_id])), None)

    def portions(self, selection: Selection) -> Iterator[list[Quarantined]]:
        """Yield the messages that are kept whole, the oldest first, as many at a time as memory allows."""
        ids: list[int] = []
        size = 0
        for message_id, body_bytes, is_whole in self._rows("ids", selection):
            if not is_whole:
                continue
            if ids and (len(ids) >= _PORTION_COUNT or size + int(str(body_bytes)) > _PORTION_BYTES):
                yield self._fetch(ids)
                ids, size = [], 0
            ids.append(int(str(message_id)))
            size += int(str(body_bytes))
        if ids:
            yield self._fetch(ids)

    def cut_count(self, selection: Selection) -> int:
        """Return how many messages are not kept whole, and cannot be replayed."""
        return sum(not is_whole for _, _, is_whole in self._rows("ids", selection))

    def count(self, selection: Selection) -> int:
        """Return how many messages there are."""
        return len(self._rows("ids", selection))

    def drop(self, selection: Selection) -> int:
        """Remove messages for good and return how many."""
        with translated_errors():
            return self._connection.execute(statement("refusals/drop"), _parameters(selection)).rowcount

    def remove(self, ids: Sequence[int]) -> None:
        """Remove messages that are stored now."""
        self.drop(Selection(ids=[str(each) for each in ids])) if ids else None

    def _fetch(self, ids: Sequence[int]) -> list[Quarantined]:
        with translated_errors():
            rows = self._connection.execute(statement("refusals/fetch"), {"ids": list(ids)}).fetchall()
        return convert(_by_name(rows, Quarantined), list[Quarantined])

    def _named(
        self, name: str, selection: Selection, kind: type[Struct], **more: object
    ) -> list[dict[str, object]]:
        return _by_name(self._rows(name, selection, **more), kind)

    def _rows(self, name: str, selection: Selection, **more: object) -> list[tuple[object, ...]]:
        with translated_errors():
            parameters = _parameters(selection) | more
            return self._connection.execute(statement(f"refusals/{name}"), parameters).fetchall()


def _parameters(selection: Selection) -> dict[str, object]:
    return {
        "ids": [int(each) for each in selection.ids] or None,
        "host": selection.host,
        "reason": selection.reason,
        "since": selection.since,
        "until": selection.until,
    }


def _by_name(rows: Sequence[tuple[object, ...]], kind: type[Struct]) -> list[dict[str, object]]:
    return [dict(zip(kind.__struct_fields__, row, strict=True)) for row in rows]
