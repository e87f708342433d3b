# SPDX-License-Identifier: Apache-2.0
"""Marks of the axes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dashboard import units
from dashboard.charts.ticks import time_ticks, value_ticks

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("midnight", "hours"),
    [(datetime(2026, 3, 29, tzinfo=BERLIN), 23), (datetime(2026, 10, 25, tzinfo=BERLIN), 25)],
    ids=["spring", "autumn"],
)
def test_a_day_of_clock_change_never_runs_backwards(midnight: datetime, hours: int) -> None:
    """Marks rise strictly over 23 or 25 hours, and each says the time of the wall clock."""
    start = midnight.astimezone(UTC)
    ticks = time_ticks(start, start + timedelta(hours=hours), BERLIN, 30)
    assert all(left.value < right.value for left, right in pairwise(ticks))
    assert hours + 1 == len(ticks)
    for tick in ticks:
        assert datetime.fromtimestamp(tick.value, BERLIN).strftime("%H:%M") == tick.text.splitlines()[0]


def test_an_hour_that_comes_twice_says_which_it_is() -> None:
    """Where clocks go back both marks have the offset below, and no other has one."""
    midnight = datetime(2026, 10, 25, tzinfo=BERLIN).astimezone(UTC)
    texts = [tick.text for tick in time_ticks(midnight, midnight + timedelta(hours=5), BERLIN, 6)]
    assert ["00:00\nSun 25 Oct", "01:00", "02:00\n+02:00", "02:00\n+01:00", "03:00", "04:00"] == texts
    spring = datetime(2026, 3, 29, tzinfo=BERLIN).astimezone(UTC)
    texts = [tick.text for tick in time_ticks(spring, spring + timedelta(hours=4), BERLIN, 6)]
    assert ["00:00\nSun 29 Mar", "01:00", "03:00", "04:00", "05:00"] == texts


def test_half_hour_zones_have_round_times() -> None:
    """In a zone of half hours the marks are round on its own clock."""
    start = datetime(2026, 11, 23, tzinfo=UTC)
    ticks = time_ticks(start, start + timedelta(hours=6), ZoneInfo("Asia/Kolkata"), 8)
    assert {"00"} == {tick.text.splitlines()[0][3:5] for tick in ticks}


WINDOWS = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(hours=6),
    timedelta(days=2),
    timedelta(days=30),
    timedelta(days=365),
    timedelta(days=3650),
)


@pytest.mark.parametrize("window", WINDOWS)
def test_every_range_has_some_marks_and_not_too_many(window: timedelta) -> None:
    """Whatever the range, there are marks, and they do not crowd."""
    start = datetime(2020, 1, 31, 3, 7, 9, tzinfo=UTC)
    assert 2 <= len(time_ticks(start, start + window, BERLIN, 12)) <= 13


def test_bytes_have_binary_marks() -> None:
    """An axis of bytes stands at round numbers of its binary unit and covers the greatest value."""
    ticks = value_ticks(33 * 1024**3, units.data_size, is_binary=True)
    assert ["0 B", "10 GiB", "20 GiB", "30 GiB", "40 GiB"] == [
        tick.text.replace("\u00a0", " ") for tick in ticks
    ]


@pytest.mark.parametrize("maximum", [0.0, float("nan"), 1e-9, 0.3, 1.0, 7.0, 1023.0, 1e12])
def test_an_axis_covers_its_maximum(maximum: float) -> None:
    """The last mark is at or above the greatest value; nothing known gives a plain axis."""
    ticks = value_ticks(maximum, str)
    assert 2 <= len(ticks) <= 6
    assert not ticks[-1].value < maximum
