# SPDX-License-Identifier: Apache-2.0
"""When a flush is due."""

from consumer.intake.batcher import Batcher, FlushLimits

LIMITS = FlushLimits(row_count=100, message_count=10, age_seconds=0.5)


def test_nothing_gathered_is_never_due() -> None:
    """Without a message there is nothing to wait for."""
    assert Batcher(LIMITS).wait_seconds(now=99.0) is None


def test_rows_messages_and_age_each_make_it_due() -> None:
    """Whichever limit is reached first counts."""
    by_rows, by_messages, by_age = Batcher(LIMITS), Batcher(LIMITS), Batcher(LIMITS)

    assert [False, True] == [by_rows.add(count, now=0.0) for count in (99, 1)]
    assert [False] * 9 + [True] == [by_messages.add(0, now=0.0) for _ in range(10)]
    assert [False, True] == [by_age.add(1, now=now) for now in (0.0, 0.5)]


def test_the_age_counts_from_the_first_message() -> None:
    """Later messages do not put the flush off."""
    batcher = Batcher(LIMITS)
    batcher.add(1, now=10.0)
    batcher.add(1, now=10.25)

    assert batcher.wait_seconds(now=10.25) == 0.25
    assert batcher.wait_seconds(now=11.0) == 0.0


def test_a_flush_begins_with_nothing() -> None:
    """After a reset neither rows nor age carry over."""
    batcher = Batcher(LIMITS)
    batcher.add(99, now=0.0)
    batcher.reset()

    assert batcher.wait_seconds(now=5.0) is None
    assert not batcher.add(99, now=5.0)
