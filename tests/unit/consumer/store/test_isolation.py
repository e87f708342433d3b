# SPDX-License-Identifier: Apache-2.0
"""Which messages a search blames for an error that says nothing about whose fault it is."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.errors import DatabaseAway, DataRefused
from consumer.store.isolation import ALONE_TRY_COUNT, Isolated, Isolation
from consumer.store.writer import Written

CAUSE = DataRefused("53200: out of shared memory", certain=False)


class ServerOfLimits:
    """A store that takes groups of at most ``size``, and never the message ``stuck``."""

    def __init__(self, *, size: int = 1_000, stuck: int = 0, state: str = "53200") -> None:
        self.size, self.stuck, self.state = size, stuck, state
        self.stuck_try_count = 0
        self.stuck_until = 1_000
        self.is_working = True
        self.stored: list[int] = []

    def attempt(self, deliveries: Sequence[Delivery]) -> Isolated:
        """Store a group or fail."""
        tags = [each.receipt.tag for each in deliveries]
        if tags == [self.stuck]:
            self.stuck_try_count += 1
        if len(tags) > self.size or (self.stuck in tags and self.stuck_try_count < self.stuck_until):
            raise DatabaseAway("no", sqlstate=self.state)
        self.stored += tags
        return Isolated(Written(len(tags), 0), ())

    def works(self) -> bool:
        """Tell what the test says."""
        return self.is_working


def deliveries(count: int) -> list[Delivery]:
    """Return deliveries with the tags 1, 2, ..."""
    now = datetime.now(UTC)
    return [Delivery(Receipt(1, tag), b"", "", "hv000.sample", False, now) for tag in range(1, count + 1)]


def tags(isolated: Isolated) -> list[int]:
    """Return which deliveries were refused."""
    return [each.delivery.receipt.tag for each in isolated.refused]


def test_a_group_that_asks_for_too_much_is_stored_in_parts() -> None:
    """Nobody is at fault where each message is taken alone."""
    server = ServerOfLimits(size=3)
    isolated = Isolation(server).run(deliveries(100), CAUSE)

    assert [] == tags(isolated)
    assert list(range(1, 101)) == sorted(server.stored)
    assert Written(100, 0) == isolated.written


@pytest.mark.parametrize("state", ["53200", "53400", "57014", "55P03"])
def test_a_message_that_fails_alone_again_and_again_is_refused(state: str) -> None:
    """Its neighbours are stored."""
    server = ServerOfLimits(stuck=7, state=state)
    isolated = Isolation(server).run(deliveries(20), CAUSE)

    assert [7] == tags(isolated)
    assert ALONE_TRY_COUNT == server.stuck_try_count
    assert 19 == len(server.stored)


def test_a_message_that_only_waited_is_stored() -> None:
    """A lock that is given up between two tries is nobody's fault."""
    server = ServerOfLimits(stuck=7, state="55P03")
    server.stuck_until = ALONE_TRY_COUNT
    isolated = Isolation(server).run(deliveries(20), CAUSE)

    assert [] == tags(isolated)
    assert list(range(1, 21)) == sorted(server.stored)


def test_nobody_is_blamed_while_the_database_takes_nothing() -> None:
    """The whole flush is tried again later."""
    server = ServerOfLimits(size=0)
    server.is_working = False
    with pytest.raises(DatabaseAway):
        Isolation(server).run(deliveries(5), CAUSE)


def test_a_lost_connection_blames_nobody() -> None:
    """The search ends, and begins anew with the next connection."""
    with pytest.raises(DatabaseAway):
        Isolation(ServerOfLimits(stuck=2, state="08006")).run(deliveries(5), CAUSE)
