# SPDX-License-Identifier: Apache-2.0
"""The ack bookkeeping, against a model of the broker that knows which acks would lose or confuse messages."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from consumer.broker.receipts import Ack, Receipt, Receipts


def test_a_multiple_ack_waits_for_the_oldest() -> None:
    """It covers all deliveries before it; what is stored behind one that waits is acknowledged by itself."""
    receipts = Receipts()
    receipts.renew()
    first, second, third = (receipts.deliver(tag) for tag in (1, 2, 3))

    assert receipts.note_stored([second]) == [Ack(2, multiple=False)]
    assert receipts.note_stored([first]) == [Ack(1, multiple=True)]
    assert receipts.note_stored([third]) == [Ack(3, multiple=True)]
    assert not receipts._outstanding


def test_receipts_of_an_earlier_channel_acknowledge_nothing() -> None:
    """Tags begin anew on each channel: an old receipt names a delivery that the broker has taken back."""
    receipts = Receipts()
    receipts.renew()
    old = receipts.deliver(1)
    receipts.renew()
    receipts.deliver(1)

    assert receipts.note_stored([old]) == []
    assert [1] == list(receipts._outstanding)


class BrokerModel(RuleBasedStateMachine):
    """Deliveries, commits in any order and grouping, and channels that end at any moment."""

    pending = Bundle("pending")

    def __init__(self) -> None:
        super().__init__()
        self.receipts = Receipts()
        self.unacknowledged: list[int] = []
        self.committed: set[Receipt] = set()
        self.next_tag = 1
        self.generation = 0

    @initialize()
    def connect(self) -> None:
        """Open the first channel."""
        self.receipts.renew()

    @rule(target=pending, count=st.integers(1, 5))
    def deliver(self, count: int) -> object:
        """Hand out some messages."""
        given = []
        for _ in range(count):
            given.append(self.receipts.deliver(self.next_tag))
            self.unacknowledged.append(self.next_tag)
            self.next_tag += 1
        self.generation = given[0].generation
        return multiple(*given)

    @rule(flush=st.lists(consumes(pending), min_size=1, max_size=6))
    def commit(self, flush: list[Receipt]) -> None:
        """Commit a flush and send the ack that follows, if one does."""
        self.committed.update(flush)
        for tag, is_multiple in self.receipts.note_stored(flush):
            # The broker closes the channel over a tag it does not know.
            assert tag in self.unacknowledged
            covered = [each for each in self.unacknowledged if each == tag or (is_multiple and each < tag)]
            assert all(Receipt(self.generation, each) in self.committed for each in covered)
            self.unacknowledged = [each for each in self.unacknowledged if each not in covered]

    @rule()
    def lose_the_channel(self) -> None:
        """Open another channel; what was not acknowledged goes back to the queue."""
        self.receipts.renew()
        self.unacknowledged = []
        self.next_tag = 1

    @invariant()
    def nothing_committed_waits(self) -> None:
        """Whatever is committed is acknowledged: no ack is held back."""
        assert not any(Receipt(self.generation, each) in self.committed for each in self.unacknowledged)


TestBrokerModel = BrokerModel.TestCase
TestBrokerModel.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
