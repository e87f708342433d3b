# SPDX-License-Identifier: Apache-2.0
"""Figures over windows, from partial sums."""

import math

import numpy as np
import pytest

from consumer.alerts.windows import Kind, Newest, Numbers, Windows, cell_seconds

START = 1.7e9 - 1.7e9 % 3_600


def of_one(window: Windows | Newest, now: float, *samples: tuple[float, float, float]) -> float:
    """Add samples of one object, each as time, value and seconds that it covers; return its figure."""
    columns: list[Numbers] = [np.array(column) for column in zip(*samples, strict=True)]
    window.add(now, np.zeros(len(samples), dtype=np.int64), *columns)
    return float(window.values(now)[0])


@pytest.mark.parametrize(
    ("window_seconds", "expected"), [(60, 60), (3_600, 60), (3_660, 120), (86_400, 1_440)]
)
def test_a_window_has_sixty_cells_at_most(window_seconds: int, expected: int) -> None:
    """Of whole minutes: a day of 50,000 VMs takes as much memory as an hour."""
    assert expected == cell_seconds(window_seconds)


def test_a_mean_is_known_where_samples_tell_of_half_the_window() -> None:
    """However long the tick is: a sample stands for the seconds that it covers."""
    window = Windows(1, 600, "mean")

    assert math.isnan(of_one(window, START, (START, 1.0, 299.0)))
    assert 1.0 == of_one(window, START, (START, 1.0, 1.0))
    assert 2.0 == of_one(window, START, (START, 3.0, 300.0))


@pytest.mark.parametrize(("kind", "expected"), [("sum", math.nan), ("number", 0.0)])
def test_without_samples_a_sum_is_unknown_and_a_number_of_events_is_none(kind: Kind, expected: float) -> None:
    """A host that is silent did not kill nothing; no event is no event."""
    found = float(Windows(1, 600, kind).values(START)[0])

    assert expected == found or (math.isnan(expected) and math.isnan(found))


def test_what_is_of_later_counts_as_of_now() -> None:
    """A clock that is ahead neither empties the window nor stays in it for longer than others."""
    window = Windows(1, 60, "sum")

    assert 5.0 == of_one(window, START + 59.0, (START + 3_600.0, 5.0, 60.0), (START + 61.0, 0.0, 60.0))
    assert 5.0 == window.values(START + 119.0)[0]
    assert math.isnan(window.values(START + 120.0)[0])


def test_what_is_late_counts_in_the_window_that_is_under_way() -> None:
    """What is older than that is past: nobody is alarmed about it."""
    window = Windows(1, 120, "sum")

    assert math.isnan(of_one(window, START, (START - 121.0, 5.0, 60.0)))
    assert 7.0 == of_one(window, START, (START - 120.0, 7.0, 60.0))
    assert math.isnan(window.values(START + 60.0)[0])


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    """The sums stay where they are until time has come there again."""
    window = Windows(1, 600, "sum")
    of_one(window, START + 300.0, (START + 300.0, 1.0, 300.0))

    assert 3.0 == of_one(window, START, (START, 2.0, 300.0))
    assert 3.0 == window.values(START + 300.0)[0]


def test_the_newest_sample_counts_until_its_host_is_silent() -> None:
    """Five ticks, and a minute at least; one that does not know its figure is the newest too."""
    newest = Newest(1)

    assert 1.0 == of_one(newest, START, (START, 1.0, 10.0), (START - 10.0, 2.0, 10.0))
    assert 1.0 == newest.values(START + 60.0)[0]
    assert math.isnan(newest.values(START + 61.0)[0])
    assert 3.0 == of_one(newest, START + 61.0, (START + 61.0, 3.0, 60.0))
    assert 3.0 == newest.values(START + 361.0)[0]
    assert math.isnan(of_one(newest, START + 361.0, (START + 361.0, math.nan, 60.0)))
