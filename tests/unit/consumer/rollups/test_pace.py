# SPDX-License-Identifier: Apache-2.0
"""How much suits a step."""

import pytest

from consumer.rollups.pace import suited


@pytest.mark.parametrize(("seconds", "expected"), [(0.1, 24), (1.0, 12), (2.5, 6)])
def test_a_step_is_as_large_as_it_takes_a_second(seconds: float, expected: int) -> None:
    """Twice as many buckets where it was quick, half as many where it was slow."""
    assert expected == suited(12, seconds)


def test_a_step_is_of_one_bucket_at_least() -> None:
    """However long it takes."""
    assert 1 == suited(1, 60.0)
