# SPDX-License-Identifier: Apache-2.0
"""Which messages of a flush end in quarantine, against a writer that refuses what it is told to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.broker.delivery import Delivery
from consumer.broker.receipts import Receipt
from consumer.errors import DatabaseAway, DataRefused
from consumer.incarnation import IncarnationChanged
from consumer.intake.flush import Flush
from consumer.intake.refusal import Refusal
from consumer.rows.flush_rows import HeldBack, HostLatest
from consumer.store.storage import Storage
from consumer.store.writer import Written

# What the preparation refuses when it sees it again.
REFUSED_KEY = "hv001.sample"


class StorageUnderTest:
    """A storage whose writer refuses groups that hold a bad delivery; keeps what was stored and set aside."""

    def __init__(self, bad: set[int], *, certain: bool = True) -> None:
        self.bad, self.certain, self.works = bad, certain, True
        # How many flushes meet another incarnation of the database.
        self.change_count = 0
        self.stored: list[int] = []
        self.refused: list[int] = []
        self.held: list[str] = []
        # The parts that touch a database are replaced below; the preparation only gathers.
        unused: Any = Mock()
        unused.encode_all.return_value = {}
        self.preparation = gathering()
        self.storage = Storage(unused, self.preparation, unused)
        self.storage._write = self._write  # type: ignore[method-assign] # the seam of this test
        self.storage._quarantine_messages = self._quarantine_messages  # type: ignore[method-assign] # likewise
        self.storage.works = lambda: self.works  # type: ignore[method-assign] # likewise
        self.storage._set_lock_timeout = Mock()  # type: ignore[method-assign] # likewise
        self.storage._open_link = lambda: unused  # type: ignore[method-assign] # likewise
        self.storage._encoder = unused

    def _write(self, flush: Flush) -> Written:
        tags = [delivery.receipt.tag for delivery in flush.deliveries]
        if self.change_count:
            self.change_count -= 1
            raise IncarnationChanged("another database")
        self.held += list(flush.held)
        if self.bad & set(tags):
            raise DataRefused("no", certain=self.certain)
        self.stored += tags
        return Written(len(tags), 0)

    def _quarantine_messages(self, refused: Any) -> None:
        self.refused += [each.delivery.receipt.tag for each in refused]

    def store(self, count: int, held: HeldBack | None = None) -> None:
        """Store a flush of so many messages."""
        flush = Flush(self.storage.encoder, held)
        flush.deliveries = [delivery(tag) for tag in range(1, count + 1)]
        self.storage.store(flush)


def gathering() -> Any:
    """Return a preparation that only notes the deliveries."""

    class Gather:
        forgotten_count = 0

        def forget(self) -> None:
            self.forgotten_count += 1

        def prepare(self, flush: Flush, each: Delivery) -> int:
            if each.routing_key == REFUSED_KEY:
                flush.refuse(each, Refusal("refused", "a stay that is no more"))
            else:
                flush.deliveries.append(each)
            return 1

    return Gather()


def delivery(tag: int, routing_key: str = "hv000.sample") -> Delivery:
    """Return a delivery with a tag."""
    return Delivery(
        receipt=Receipt(1, tag),
        body=b"",
        exchange="",
        routing_key=routing_key,
        redelivered=False,
        received_at=datetime.now(UTC) - timedelta(seconds=1),
    )


@given(st.integers(1, 40), st.sets(st.integers(1, 40), max_size=8))
def test_exactly_the_bad_messages_are_set_aside(count: int, bad: set[int]) -> None:
    """Whatever the positions, neighbours are stored once and culprits set aside once."""
    subject = StorageUnderTest(bad)
    subject.store(count)

    everything = set(range(1, count + 1))
    assert sorted(everything - bad) == sorted(subject.stored)
    assert sorted(everything & bad) == sorted(subject.refused)


def test_what_the_flush_before_has_left_is_stored_without_the_bad_message() -> None:
    """It belongs to none of the messages that are tried one by one."""
    subject = StorageUnderTest({2})
    subject.store(4, {"hv007": HostLatest((7, 0), ())})

    # Once beside the bad message, once alone.
    assert ["hv007", "hv007"] == subject.held
    assert [1, 3, 4] == sorted(subject.stored)


def test_a_message_that_is_refused_at_the_second_look_is_set_aside_too() -> None:
    """What the inventory took before it may refuse when the database has changed meanwhile."""
    subject = StorageUnderTest({1})
    flush = Flush(subject.storage.encoder)
    flush.deliveries = [delivery(1), delivery(2), delivery(3, REFUSED_KEY), delivery(4)]
    subject.storage.store(flush)

    assert [1, 3] == sorted(subject.refused)


def test_an_unclear_error_is_a_message_s_fault_if_its_neighbours_go_through() -> None:
    """One message that fails beside others that are stored is set aside."""
    subject = StorageUnderTest({3}, certain=False)
    subject.store(8)

    assert [3] == subject.refused
    assert 7 == len(subject.stored)


@pytest.mark.parametrize("count", [1, 8])
def test_an_unclear_error_is_the_database_s_fault_while_it_takes_nothing(count: int) -> None:
    """As long as not even a batch beyond suspicion can be stored, no message is set aside; then at once."""
    subject = StorageUnderTest({1}, certain=False)
    subject.works = False
    for _ in range(20):
        with pytest.raises(DatabaseAway):
            subject.store(count)
    assert [] == subject.refused

    subject.works = True
    subject.store(count)
    assert [1] == subject.refused


def in_hand(encoder: Any) -> Flush:
    """Return a flush of two messages and a refused one, with latest rows that the flush before left."""
    flush = Flush(encoder, {"hv007": HostLatest((7, 0), ())})
    flush.deliveries = [delivery(1), delivery(2)]
    flush.refuse(delivery(3), Refusal("schema", "no message"))
    return flush


def test_a_flush_for_another_connection_is_prepared_anew() -> None:
    """Its types may be others by now. What was left to it is dropped, what was refused stays so."""
    subject = StorageUnderTest(set())
    subject.storage.store(in_hand(Mock()))

    assert [1, 2, 3] == subject.stored
    assert [3] == subject.refused
    assert ([], 0) == (subject.held, subject.preparation.forgotten_count)


def test_keys_of_another_incarnation_are_read_again() -> None:
    """Nothing is written with them; the flush is prepared from its deliveries after the inventory forgot."""
    subject = StorageUnderTest(set())
    subject.change_count = 1
    subject.storage.store(in_hand(subject.storage.encoder))

    assert [1, 2, 3] == subject.stored
    assert ([], 1) == (subject.held, subject.preparation.forgotten_count)


def test_a_database_that_goes_on_changing_is_waited_for() -> None:
    """The caller tries again, as with any database that cannot be used now."""
    subject = StorageUnderTest(set())
    flush = in_hand(subject.storage.encoder)
    subject.change_count = 2
    with pytest.raises(DatabaseAway):
        subject.storage.store(flush)
    assert [] == subject.stored

    subject.storage.store(flush)
    assert [1, 2, 3] == subject.stored
