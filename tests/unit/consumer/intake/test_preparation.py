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
from publisher.wire.topics import sample_key

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DOMAIN_COUNT = 2
FLEET = Fleet(FleetShape(host_count=2, domain_count_per_host=DOMAIN_COUNT))
BAD, GOOD = (FLEET.batch(ordinal, NOW.timestamp(), 1) for ordinal in range(2))


class Picky:
    """An inventory that takes every host but one."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def place(self, batch: ColumnBatch, received_at: datetime) -> Places:
        """Place the hosts that are not bad."""
        assert NOW == received_at
        if batch.host == BAD.host:
            raise self._error
        return Places(1, Placements.of([None] * DOMAIN_COUNT))


def prepared(error: Exception) -> Flush:
    """Return a flush of a bad delivery beside a good one."""
    inventory: Any = Picky(error)
    encoder: Any = Mock()
    preparation, flush = Preparation(inventory, timedelta(minutes=5)), Flush(encoder)
    for tag, batch in enumerate((BAD, GOOD), start=1):
        preparation.prepare(
            flush,
            Delivery(
                receipt=Receipt(1, tag),
                body=encode(batch),
                exchange="",
                routing_key=sample_key(batch.host),
                redelivered=False,
                received_at=NOW,
                user_id=batch.host,
            ),
        )
    return flush


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
