# SPDX-License-Identifier: Apache-2.0
"""The waits of an outage."""

from publisher.wire.backoff import Backoff


def test_waits_double_up_to_half_a_minute_and_begin_again() -> None:
    """Without jitter: 1, 2, 4, 8, 16, then 30 seconds for ever."""
    backoff = Backoff(draw=lambda: 1.0)
    waits = [backoff.next_seconds() for _ in range(8)]
    backoff.reset()

    assert [1, 2, 4, 8, 16, 30, 30, 30] == waits
    assert 1 == backoff.next_seconds()


def test_jitter_spreads_a_wait_over_its_second_half() -> None:
    """A fleet that lost its broker in one moment does not come back in one moment."""
    shortest, longest = Backoff(draw=lambda: 0.0), Backoff(draw=lambda: 1.0)
    bounds = [(shortest.next_seconds(), longest.next_seconds()) for _ in range(6)]

    assert [(0.5, 1), (1, 2), (2, 4), (4, 8), (8, 16), (15, 30)] == bounds


def test_a_limit_below_the_first_wait_holds() -> None:
    """No wait is longer than the limit."""
    assert 2.0 == Backoff(5.0, 2.0, draw=lambda: 1.0).next_seconds()
