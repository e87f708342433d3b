# SPDX-License-Identifier: Apache-2.0
"""Alerts that come and go again and again."""

import pytest

from consumer.alerts.flapping import Flapping

MINUTE = 60.0


@pytest.mark.parametrize(
    ("minutes", "now", "expected"),
    [
        ((0, 1, 2, 3), 3, False),
        ((0, 1, 2, 3, 4), 4, True),
        ((0, 1, 2, 3, 4), 19, True),
        ((0, 1, 2, 3, 4), 20, False),
        ((0, 7, 14, 21, 30), 30, True),
        ((0, 7, 14, 22, 31), 31, False),
        ((0, 1, 2, 3, 4, 20), 20, False),
    ],
    ids=["four", "five", "held", "calm", "within", "too slow", "begins anew"],
)
def test_five_changes_in_half_an_hour_are_flapping(
    minutes: tuple[int, ...], now: int, expected: bool
) -> None:
    """It is over after a quarter of an hour without one."""
    flapping = Flapping()
    for minute in minutes:
        flapping.note(minute * MINUTE, [7])

    assert ({7} if expected else set()) == flapping.flapping(now * MINUTE)


def test_what_is_long_past_takes_no_room() -> None:
    """An object that changed once is forgotten."""
    flapping = Flapping()
    flapping.note(0.0, range(1_000))
    flapping.flapping(16 * MINUTE)

    assert {} == flapping._changes


def test_what_is_stored_is_put_back() -> None:
    """One that flaps goes on to, also where its last changes were slower than those that made it flap."""
    before, after = Flapping(), Flapping()
    for minute in (0, 1, 2, 3, 4, 14, 24, 34):
        before.note(minute * MINUTE, [7])
    after.restore(before.kept())

    assert {7} == after.flapping(49 * MINUTE)
    assert set() == after.flapping(50 * MINUTE)
