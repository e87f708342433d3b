# SPDX-License-Identifier: Apache-2.0
"""The waits of an outage."""

from publisher.wire.backoff import Backoff


def test_waits_double_up_to_half_a_minute_and_begin_again() -> None:
    """Without jitter: 1, 2, 4, 8, 16, then 30 seconds for ever."""
    backoff = Backoff(lambda _low, high: high)
    waits = [backoff.next_seconds() for _ in range(8)]
    backoff.reset()

    assert [1, 2, 4, 8, 16, 30, 30, 30] == waits
    assert 1 == backoff.next_seconds()


def test_jitter_spreads_a_wait_over_its_second_half() -> None:
    """A fleet that lost its broker in one moment does not come back in one moment."""
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return low

    backoff = Backoff(uniform)
    for _ in range(6):
        backoff.next_seconds()

    assert [(0.5, 1), (1, 2), (2, 4), (4, 8), (8, 16), (15, 30)] == bounds
