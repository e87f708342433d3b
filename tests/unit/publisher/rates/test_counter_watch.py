# SPDX-License-Identifier: Apache-2.0
"""Counters that stand: the short way through the watch says what the long way does."""

from publisher.rates.counter import significant, total
from publisher.rates.counter_watch import FELL, RESTING, CounterWatch
from publisher.rates.pace import Pace

NAMES = ("read", "written")
BOUNDS = (100.0, 100.0)


def test_counters_that_stand_advanced_by_nothing() -> None:
    """Each has an increase of 0, and nothing is told."""
    watch = CounterWatch()

    assert [0, 0] == watch.increases("vda", NAMES, (5, 7), (5, 7), BOUNDS)
    assert watch.take_findings() is None


def test_a_counter_that_stays_unknown_did_not_stand() -> None:
    """Two readings without a number are equal, and say nothing of how far it advanced."""
    assert [0, None] == CounterWatch().increases("vda", NAMES, (5, None), (5, None), BOUNDS)


def test_counters_that_stand_after_a_fall_stay_in_doubt() -> None:
    """They may be read wrongly still; the tick after the fall is told too."""
    watch = CounterWatch()
    watch.increases("vda", NAMES, (5, 7), (5, 7), BOUNDS)
    watch.increases("vda", NAMES, (5, 7), (0, 0), BOUNDS)
    assert f"vda: read, written {FELL} (1 time since the start)" == watch.take_findings()

    assert [None, None] == watch.increases("vda", NAMES, (0, 0), (0, 0), BOUNDS)
    assert watch.is_doubting is False
    assert f"vda: read, written {RESTING}" == watch.take_findings()


def test_the_sum_of_one_rate_is_that_rate() -> None:
    """Rates are rounded already; of several the sum is rounded again, and nothing is 0.0."""
    rate = significant(123.456789)

    assert rate == total([rate])
    assert 0.0 == total([0.0, 0.0])
    assert total([None]) is None


def test_the_shortest_of_the_latest_runs_is_the_pace() -> None:
    """A short run counts until eight others came after it; with none a run is all excess."""
    pace = Pace()
    assert 3.0 == pace.excess_seconds(3.0)

    pace.note(1.0)
    for _ in range(7):
        pace.note(2.0)
    assert 2.0 == pace.excess_seconds(3.0)

    pace.note(2.0)
    assert 1.0 == pace.excess_seconds(3.0)
