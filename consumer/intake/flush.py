# SPDX-License-Identifier: Apache-2.0
"""Deliveries on their way into one transaction."""

from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

from consumer.broker.delivery import Delivery
from consumer.errors import DataRefused
from consumer.incarnation import Incarnation
from consumer.intake.days import Days
from consumer.intake.refusal import Refusal, RefusedMessage
from consumer.intake.repeats import Repeats
from consumer.rows.encoding import Encoded, Encoder
from consumer.rows.flush_rows import FlushRows, HeldBack
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
        # Of all its samples; None for one that takes several days.
        self.day: date | None = None
        # The latest rows that the flush before left to this one.
        self.held = held or {}
        # Those that the keys of the rows belong to; beside the held rows, ``incarnations`` are theirs.
        self.incarnations = set(incarnations) if held else set()
        self.rows = FlushRows(self.held)
        # Set by ``seal``: the rows as bytes, or why they cannot be.
        self.encoded: dict[Table, Encoded] = {}
        self.encoding_error: DataRefused | None = None
        # Rows of it may be stored already: the broker or the publisher sent a message again.
        self.suspect = False
        self.days = Days()
        self.repeats = Repeats()
        self._message_ids: set[str] = set()

    def accept(self, delivery: Delivery, message: ColumnBatch | Event) -> None:
        """Note a delivery whose rows are in ``rows``."""
        self.deliveries.append(delivery)
        self.days.add(message.occurred_at if isinstance(message, Event) else message.sampled_at)
        identity = message_id(message)
        if delivery.redelivered or identity in self._message_ids:
            self.suspect = True
        self._message_ids.add(identity)

    def refuse(self, delivery: Delivery, refusal: Refusal) -> None:
        """Note a delivery for quarantine."""
        self.deliveries.append(delivery)
        self.refused.append(RefusedMessage(delivery, refusal.reason, refusal.detail))

    def seal(self) -> None:
        """Turn the rows into bytes; nothing may be added afterwards."""
        try:
            self.encoded = self.encoder.encode_all(self.rows.finish()) | self.rows.domains.encoded()
        except DataRefused as error:
            self.encoding_error = error
        # The rows are not needed any more.
        self.rows = FlushRows({})
