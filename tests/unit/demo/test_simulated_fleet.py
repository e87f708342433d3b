# SPDX-License-Identifier: Apache-2.0
"""How much of the past the demo's fleet sends."""

import pytest

from deploy.demo.simulated_fleet import history_seconds

DAY_SECONDS = 86_400


@pytest.mark.parametrize(
    ("known_until", "expected"),
    [(None, 7 * DAY_SECONDS), (1e9 - 3_600, 3_600), (1e9 - 30 * DAY_SECONDS, 7 * DAY_SECONDS), (1e9 + 5, 0)],
)
def test_only_the_past_that_is_missing_is_sent(known_until: float | None, expected: int) -> None:
    """A first start sends a week, a later one what happened since, and a clock that was set back nothing."""
    assert expected == history_seconds(known_until, 1e9)
