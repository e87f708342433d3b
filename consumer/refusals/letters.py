# SPDX-License-Identifier: Apache-2.0
"""Dead letters by an id of their own: the broker gives them none that lasts. Pure."""

import hashlib

from msgspec import Struct

from consumer.broker.dead_letters import DeadLetter
from consumer.broker.delivery import Delivery
from consumer.refusals.selection import Selection
from consumer.store.quarantine import sender

_ID_CHARACTERS = 12


class Letter(Struct, frozen=True):
    """A dead letter. ``return_count``: how often it was put back unchanged; equal messages share an id."""

    id: str
    host: str
    reason: str
    queue: str
    delivery_count: int
    return_count: int
    routing_key: str
    user_id: str | None
    message_id: str | None
    body_bytes: int


def describe(found: DeadLetter) -> Letter:
    """Return what a list shows of a dead letter."""
    delivery = found.delivery
    death = next(iter(delivery.deaths), None)
    return Letter(
        id=letter_id(delivery),
        host=sender(delivery),
        reason=death.reason if death else "",
        queue=death.queue if death else "",
        delivery_count=death.delivery_count if death else 0,
        return_count=found.return_count,
        routing_key=delivery.routing_key,
        user_id=delivery.user_id,
        message_id=delivery.message_id,
        body_bytes=len(delivery.body),
    )


def letter_id(delivery: Delivery) -> str:
    """Return an id that lasts as long as the message: of its sender, its key and its body."""
    parts = (delivery.user_id or "", delivery.routing_key, delivery.message_id or "")
    digest = hashlib.sha256("\x00".join(parts).encode("utf-8", "backslashreplace") + delivery.body)
    return digest.hexdigest()[:_ID_CHARACTERS]


def matches(letter: Letter, selection: Selection) -> bool:
    """Tell whether a dead letter is meant; the time it arrived is not known."""
    return (
        (not selection.ids or letter.id in selection.ids)
        and selection.host in {None, letter.host}
        and selection.reason in {None, letter.reason}
    )
