# SPDX-License-Identifier: Apache-2.0
"""Deliveries on their way into one transaction."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import NamedTuple

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt  # noqa: TC001 - annotates an attribute; one import style
from consumer.errors import DataRefused
from consumer.incarnation import Incarnation
from consumer.intake.days import Days
from consumer.intake.refusal import Refusal, RefusedMessage
from consumer.intake.repeats import Repeats
from consumer.rows.encoding import Encoded, Encoder
from consumer.rows.flush_rows import FlushRows, HeldBack
from consumer.rows.instants import Instants
from consumer.rows.tables import Table  # noqa: TC001 - annotates an attribute; one import style
from publisher.wire.codec import message_id
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import Event


class Parked(NamedTuple):
    """A late message that is set aside until it can be stored, and the day of its sample."""

    day: date
    delivery: Delivery


class Flush:
    """What one transaction stores, and the deliveries that may be acknowledged after it."""

    def __init__(
        self,
        encoder: Encoder,
        held: HeldBack | None = None,
        incarnations: AbstractSet[Incarnation] = frozenset(),
    ) -> None:
        self.encoder = encoder
        self.deliveries: list[Delivery] = []
        self.refused: list[RefusedMessage] = []
        # Set aside as they are, after the rows.
        self.parked: list[Parked] = []
        # The day of all its samples; None for one that takes several days.
        self.day: date | None = None
        # The latest rows that the flush before left to this one.
        self.held = held or {}
        # Those that the keys of the rows belong to; beside the held rows, ``incarnations`` are theirs.
        self.incarnations = set(incarnations) if held else set()
        self.rows = FlushRows(self.held)
        # Set by ``seal``: the rows as bytes, or why they cannot be, and whose they are.
        self.encoded: dict[Table, Encoded] = {}
        self.encoding_error: DataRefused | None = None
        self.instants = Instants()
        # Rows of it may be stored already: the broker or the publisher sent a message again.
        self.suspect = False
        self.days = Days()
        self.repeats = Repeats()
        self._by_message_id: dict[str, list[Delivery]] = {}
        self._by_instant: dict[tuple[str, datetime], str] = {}
        # By the receipt of a refused delivery: the message id of the one in this flush that stood against it.
        self._refused_for: dict[Receipt, str] = {}

    def accept(self, delivery: Delivery, message: ColumnBatch | Event) -> None:
        """Note a delivery whose rows are in ``rows``."""
        self.deliveries.append(delivery)
        self.days.add(message.occurred_at if isinstance(message, Event) else message.sampled_at)
        identity = message_id(message)
        if delivery.redelivered or identity in self._by_message_id:
            self.suspect = True
        self._by_message_id.setdefault(identity, []).append(delivery)
        if not isinstance(message, Event):
            self._by_instant[message.host, message.sampled_at] = identity

    def refuse(self, delivery: Delivery, refusal: Refusal) -> None:
        """Note a delivery for quarantine."""
        self.deliveries.append(delivery)
        self.refused.append(RefusedMessage(delivery, refusal.reason, refusal.detail))

    def require_new(self, delivery: Delivery, message: ColumnBatch | Event) -> None:
        """Raise Refusal where another message of the same host and instant is in the flush already."""
        if not isinstance(message, Event):
            other = self._by_instant.get((message.host, message.sampled_at))
            if other is not None and other != message_id(message):
                self._refused_for[delivery.receipt] = other
                raise Refusal("collision", collision_detail(other))

    def set_aside(self, others: Mapping[str, str]) -> bool:
        """Refuse messages, by id, for those that are stored; return whether any was not refused yet.

        What was refused for one of them is refused no more: it may be the stored message, sent again.
        """
        refused = {each.delivery.receipt for each in self.refused}
        found = [
            RefusedMessage(delivery, "collision", collision_detail(other))
            for identity, other in others.items()
            for delivery in self._by_message_id.get(identity, ())
            if delivery.receipt not in refused
        ]
        self.refused = [
            each for each in self.refused if self._refused_for.get(each.delivery.receipt) not in others
        ]
        self.refused += found
        return bool(found)

    def seal(self) -> None:
        """Turn the rows into bytes; nothing may be added afterwards."""
        try:
            self.encoded = self.encoder.encode_all(self.rows.finish()) | self.rows.domains.encoded()
        except DataRefused as error:
            self.encoding_error = error
        self.instants = self.rows.instants
        # The rows are not needed any more.
        self.rows = FlushRows({})


def collision_detail(other: str) -> str:
    """Return why a message is refused: of one host and instant, the message that came first is stored."""
    return f"the message {other} is of the same host and instant: has the clock been set back?"
