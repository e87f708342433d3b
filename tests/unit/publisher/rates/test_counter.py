# SPDX-License-Identifier: Apache-2.0
"""Differences of counters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rates.counter import increase, increase_of_32_bits, per_second, ratio, significant

counters = st.none() | st.integers(min_value=0, max_value=2**64 - 1)


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [(5, 8, 3), (5, 5, 0), (5, 4, None), (None, 4, None), (4, None, None)],
)
def test_an_increase_is_never_negative(
    previous: int | None, current: int | None, expected: int | None
) -> None:
    """Going backwards is a reset and gives no value."""
    assert expected == increase(previous, current)


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [
        (10, 12, 2),
        (2**32 - 10, 5, 15),
        (2**32 - 1, 0, 1),
        (900_000, 0, None),
        (3_000_000_000, 100, None),
        (2**40, 5, None),
        (None, 1, None),
    ],
)
def test_a_32_bit_counter_wraps(previous: int | None, current: int | None, expected: int | None) -> None:
    """Close below 2**32 going backwards is a wrap, anywhere else a reset."""
    assert expected == increase_of_32_bits(previous, current)


def test_a_rate_divides_by_the_interval() -> None:
    """300 in 10 s are 30 per second; without interval there is no rate."""
    assert 30.0 == per_second(100, 400, 10.0)
    assert per_second(100, 400, None) is None
    assert per_second(100, 400, 0.0) is None
    assert per_second(400, 100, 10.0) is None


def test_a_ratio_of_nothing_is_no_value() -> None:
    """A whole of zero has no parts."""
    assert 0.25 == ratio(1, 4)
    assert ratio(1, 0) is None
    assert ratio(None, 4) is None


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_rounding_loses_less_than_the_column_does(value: float) -> None:
    """Seven significant digits are within one part in a million and print short."""
    rounded = significant(value)

    assert abs(rounded - value) <= value * 1e-6
    assert len(f"{rounded!r}") <= len("1.234567e-09") + 6


@given(counters, counters, st.floats(min_value=0.001, max_value=1e6))
def test_no_rate_is_negative(previous: int | None, current: int | None, interval_seconds: float) -> None:
    """Whatever the counters do, a rate is absent or at least zero."""
    rate = per_second(previous, current, interval_seconds)
    step = increase_of_32_bits(previous, current)

    assert rate is None or rate >= 0
    assert step is None or step >= 0
