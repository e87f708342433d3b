# SPDX-License-Identifier: Apache-2.0
"""What becomes of a delivery that the inventory does not take, before its rows are written."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.errors import DatabaseAway, DataRefused
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.inventory.inventory import Places
from consumer.inventory.placement import Placements
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import encode
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import sample_key

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DOMAIN_COUNT = 2
FLEET = Fleet(FleetShape(host_count=2, domain_count_per_host=DOMAIN_COUNT))
BAD, GOOD = (FLEET.batch(ordinal, NOW.timestamp(), 1) for ordinal in range(2))


class Picky:
    """An inventory that takes every host but one."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.incarnation = "the only one"
        self.works = True

    def rehearse(self) -> bool:
        """Tell that other hosts could be entered."""
        return self.works

    def place(self, batch: ColumnBatch, received_at: datetime) -> Places:
        """Place the hosts that are not bad."""
        assert NOW == received_at
        if batch.host == BAD.host and self.error is not None:
            raise self.error
        return Places(1, Placements.of([None] * DOMAIN_COUNT))


def prepared(error: Exception) -> Flush:
    """Return a flush of a bad delivery beside a good one."""
    inventory: Any = Picky(error)
    encoder: Any = Mock()
    preparation, flush = Preparation(inventory, timedelta(minutes=5)), Flush(encoder)
    for tag, batch in enumerate((BAD, GOOD), start=1):
        preparation.prepare(flush, delivery(tag, batch))
    return flush


def delivery(tag: int, batch: SampleBatch) -> Delivery:
    """Return a batch as it comes from the broker."""
    return Delivery(
        receipt=Receipt(1, tag),
        body=encode(batch),
        exchange="",
        routing_key=sample_key(batch.host),
        redelivered=False,
        received_at=NOW,
        user_id=batch.host,
    )


@pytest.mark.parametrize(
    "error", [DataRefused("54000: index row too large"), OverflowError("date out of range")]
)
def test_what_the_inventory_refuses_is_set_aside(error: Exception) -> None:
    """The message goes to quarantine with the reason, its neighbour into the flush."""
    flush = prepared(error)

    assert [(1, "refused")] == [(each.delivery.receipt.tag, each.reason) for each in flush.refused]
    assert str(error) in flush.refused[0].detail
    assert [1, 2] == [each.receipt.tag for each in flush.deliveries]


def test_an_unclear_refusal_is_waited_out() -> None:
    """Where the database cannot tell whether the message is at fault, the message is tried again."""
    with pytest.raises(DatabaseAway):
        prepared(DataRefused("XX000: cache lookup failed", certain=False))


@pytest.mark.parametrize(
    "error",
    [
        DatabaseAway("57014: statement timeout", sqlstate="57014"),
        DatabaseAway("55P03: lock timeout", sqlstate="55P03"),
        DataRefused("XX000: cache lookup failed", certain=False),
    ],
)
def test_what_fails_again_and_again_alone_is_set_aside(error: Exception) -> None:
    """After three equal failures, one of them between two proofs that other hosts could be entered."""
    inventory, encoder = Picky(error), Mock()
    subject: Any = inventory
    preparation, flush = Preparation(subject, timedelta(minutes=5)), Flush(encoder)
    inventory.works = False
    for _ in range(5):
        with pytest.raises(DatabaseAway):
            preparation.prepare(flush, delivery(1, BAD))
    inventory.works = True
    with pytest.raises(DatabaseAway):
        preparation.prepare(flush, delivery(1, BAD))
    preparation.prepare(flush, delivery(1, BAD))

    assert [(1, "refused")] == [(each.delivery.receipt.tag, each.reason) for each in flush.refused]


def test_a_lock_that_is_given_up_after_the_last_try_is_nobody_s_fault() -> None:
    """The other host could be entered only since it ended."""
    inventory, encoder = Picky(DatabaseAway("55P03: lock timeout", sqlstate="55P03")), Mock()
    subject: Any = inventory
    preparation, flush = Preparation(subject, timedelta(minutes=5)), Flush(encoder)
    inventory.works = False
    for try_number in range(5):
        inventory.works = try_number == 4
        with pytest.raises(DatabaseAway):
            preparation.prepare(flush, delivery(1, BAD))
    inventory.error = None
    preparation.prepare(flush, delivery(1, BAD))

    assert [] == flush.refused
    assert [1] == [each.receipt.tag for each in flush.deliveries]


def test_a_lost_connection_is_never_a_message_s_fault() -> None:
    """However often it is lost."""
    inventory: Any = Picky(DatabaseAway("08006: connection lost", sqlstate="08006"))
    encoder: Any = Mock()
    preparation = Preparation(inventory, timedelta(minutes=5))
    for _ in range(10):
        with pytest.raises(DatabaseAway):
            preparation.prepare(Flush(encoder), delivery(1, BAD))
