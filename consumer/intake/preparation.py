# SPDX-License-Identifier: Apache-2.0
"""From a delivery to the rows of a flush: admission, keys, health."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt  # noqa: TC001 - annotates an attribute; one import style
from consumer.database import BATCH_STATES
from consumer.errors import DatabaseAway, DataRefused
from consumer.intake.admission import admit, weight
from consumer.intake.flush import Flush
from consumer.intake.host_clocks import HostClocks
from consumer.intake.refusal import Refusal
from consumer.intake.repeats import Repeats
from consumer.intake.stored_range import StoredRange
from consumer.inventory.influx import TooManyDomains
from consumer.inventory.inventory import Inventory
from consumer.rows.health import assess
from publisher.wire.codec import unknown_fields
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import Event

# From the time of a message to the flush that takes it.
Choice = Callable[[datetime | None], Flush | None]

# A sender can invent as many fields as its message holds.
_LOGGED_FIELD_COUNT = 20


class Preparation:
    """Used by the intake and, to isolate a bad message, by the storing thread: one delivery at a time."""

    def __init__(
        self,
        inventory: Inventory,
        ahead: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inventory = inventory
        self._stored = StoredRange(ahead)
        self._now = now
        self._clocks = HostClocks()
        self._lock = threading.Lock()
        self._held_rules: dict[str, frozenset[str]] = {}
        self._versions: dict[str, str] = {}
        # One for each delivery that the database answered with an error at its last try.
        self._repeats: dict[Receipt, Repeats] = {}
        self._log = structlog.get_logger()

    def prepare(self, flush: Flush, delivery: Delivery) -> int:
        """Add a delivery to a flush and return its weight; raise DatabaseAway."""
        return self.sort(delivery, lambda _at: flush)[1]

    def sort(self, delivery: Delivery, choose: Choice) -> tuple[Flush | None, int]:
        """Add a delivery to the flush that is chosen by its time; return it and the message's weight.

        ``choose`` gets None for a message that is refused, and returns None for one to be left alone.
        Raises DatabaseAway.
        """
        flush: Flush | None = None
        try:
            message = admit(delivery, self._stored, self._now())
            flush = choose(message.occurred_at if isinstance(message, Event) else message.sampled_at)
            if flush is None:
                return None, 0
            flush.require_new(delivery, message)
            with self._lock:
                self._add(flush, delivery, message)
        except Refusal as refusal:
            self._repeats.pop(delivery.receipt, None)
            flush = flush or choose(None)
            if flush is not None:
                flush.refuse(delivery, refusal)
            return flush, 0
        self._repeats.pop(delivery.receipt, None)
        flush.accept(delivery, message)
        return flush, weight(message)

    def keep(self, samples: timedelta | None, events: timedelta | None) -> None:
        """Set how long raw samples and events are kept; what is older is refused. None is for ever."""
        self._stored = StoredRange(self._stored.ahead, samples, events)

    def judge_again(self) -> None:
        """Judge anew where domains live that were claimed in a wrong order; raise DatabaseAway."""
        with self._lock:
            self._inventory.judge_again()

    def forget(self) -> None:
        """Forget what was read of the database: it is read again for the next delivery."""
        with self._lock:
            self._inventory.forget()

    def _add(self, flush: Flush, delivery: Delivery, message: ColumnBatch | Event) -> None:
        try:
            if isinstance(message, Event):
                flush.rows.add_event(message, *self._inventory.place_event(message))
            else:
                self._add_batch(flush, delivery, message)
            flush.incarnations.add(self._inventory.incarnation)
        except TooManyDomains as error:
            raise Refusal("too_large", str(error)) from error
        except OverflowError as error:
            raise Refusal("refused", f"a figure that is too large to compute with: {error}") from error
        except DataRefused as error:
            if error.certain:
                raise Refusal("refused", str(error)) from error
            # The error does not say whether the message is at fault: try again.
            self._suspect(delivery, error, "")
            raise DatabaseAway(str(error)) from error
        except DatabaseAway as error:
            if error.sqlstate in BATCH_STATES:
                self._suspect(delivery, error, error.sqlstate)
            raise

    def _suspect(self, delivery: Delivery, error: Exception, sqlstate: str) -> None:
        """Raise Refusal where an error comes with this message again and again, and with no other."""
        repeats = self._repeats.setdefault(delivery.receipt, Repeats())
        if repeats.note(sqlstate) and repeats.confirm(works=self._inventory.rehearse()):
            raise Refusal("refused", str(error)) from error

    def _add_batch(self, flush: Flush, delivery: Delivery, batch: ColumnBatch) -> None:
        if self._versions.get(batch.host) != batch.publisher_version:
            self._versions[batch.host] = batch.publisher_version
            if unknown := unknown_fields(delivery.body):
                self._log.warning(
                    "fields_unknown",
                    sender=batch.host,
                    publisher_version=batch.publisher_version,
                    fields=sorted(unknown)[:_LOGGED_FIELD_COUNT],
                    field_count=len(unknown),
                )
        places = self._inventory.place(batch, delivery.received_at)
        offset_seconds = self._clocks.note(batch, delivery.received_at)
        held_rules = self._held_rules.get(batch.host, frozenset())
        health = assess(batch, held_rules, clock_offset_seconds=offset_seconds)
        self._held_rules[batch.host] = frozenset(reason.rule for reason in health.reasons)
        flush.rows.add_batch(
            batch, places.host_id, places.domains, health=health, received_at=delivery.received_at
        )
