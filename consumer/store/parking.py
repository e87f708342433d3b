# SPDX-License-Identifier: Apache-2.0
"""The table of parked messages: late ones that could not be stored when they came.

They are acknowledged, and stored and removed later. A message may be stored and not yet removed when a
consumer ends. It is stored again then, as a duplicate, like one that the broker sends again.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import convert
from psycopg.types.json import Jsonb

from consumer.broker.delivery import Death, Delivery
from consumer.broker.receipts import Receipt
from consumer.database import Connection
from consumer.intake.flush import Parked
from consumer.statements import statement

# No channel ever has this generation: such a receipt acknowledges nothing.
_GENERATION = -1
# Longer than storing them takes; after it another consumer tries.
_TAKEN_SECONDS = 300.0
_PORTION_BYTES = 16 * 1024 * 1024
_TYPES = ("date", "timestamptz", *("text",) * 6, "jsonb", "int8", "bytea")


class Usage(NamedTuple):
    """What is parked by all consumers."""

    message_count: int
    body_bytes: int


def park(connection: Connection, parked: Sequence[Parked]) -> None:
    """Add messages; when this returns they are committed."""
    with (
        connection.transaction(),
        connection.cursor() as cursor,
        cursor.copy(statement("store/parked_add")) as copy,
    ):
        copy.set_types(_TYPES)
        for day, each in parked:
            deaths = Jsonb([death._asdict() for death in each.deaths]) if each.deaths else None
            copy.write_row(
                (
                    day,
                    each.received_at,
                    each.exchange,
                    each.routing_key,
                    each.user_id,
                    each.message_id,
                    each.content_type,
                    each.message_type,
                    deaths,
                    len(each.body),
                    each.body,
                )
            )


def take(connection: Connection, count: int) -> list[Parked]:
    """Return parked messages of one day, the oldest first; other consumers leave them alone for a while."""
    parameters = {"count": count, "bytes": _PORTION_BYTES, "seconds": _TAKEN_SECONDS}
    rows = connection.execute(statement("store/parked_take"), parameters).fetchall()
    return [_parked(row) for row in sorted(rows, key=lambda row: int(str(row[0])))]


def postpone(connection: Connection, day: date, seconds: float) -> None:
    """Leave the messages of a day alone for a while."""
    connection.execute(statement("store/parked_postpone"), {"day": day, "seconds": seconds})


def remove(connection: Connection, parked: Sequence[Parked]) -> None:
    """Remove messages that are stored now."""
    connection.execute(
        statement("store/parked_remove"), {"ids": [each.delivery.receipt.tag for each in parked]}
    )


def usage(connection: Connection) -> Usage:
    """Return what is parked."""
    (row,) = connection.execute(statement("store/parked_usage")).fetchall()
    return Usage(int(str(row[0])), int(str(row[1])))


def _parked(row: tuple[object, ...]) -> Parked:
    parked_id, day, received_at, exchange, routing_key, *texts, deaths, body = row
    user_id, message_id, content_type, message_type = convert(texts, list[str | None])
    delivery = Delivery(
        receipt=Receipt(_GENERATION, convert(parked_id, int)),
        body=convert(body, bytes),
        exchange=convert(exchange, str),
        routing_key=convert(routing_key, str),
        # It is no sign of a duplicate; should it be one, its keys tell.
        redelivered=False,
        received_at=convert(received_at, datetime),
        user_id=user_id,
        message_id=message_id,
        content_type=content_type,
        message_type=message_type,
        deaths=tuple(Death(**each) for each in convert(deaths or [], list[dict[str, Any]])),
    )
    return Parked(convert(day, date), delivery)
