# SPDX-License-Identifier: Apache-2.0
"""The grid of ticks: where it lies, what a late tick skips, and that the wall clock cannot move it."""

from datetime import UTC, timedelta
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.clock import SystemClock, TickGrid, phase_seconds
from tests.unit.publisher.sources import FakeClock

HOSTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)


@given(st.floats(1, 300), st.floats(0, 1, exclude_max=True))
def test_the_first_tick_lies_on_the_grid_of_the_wall_clock(interval: float, share: float) -> None:
    """It comes within one interval, at a multiple of the interval plus the phase."""
    clock = FakeClock()
    grid = TickGrid(interval_seconds=interval, phase_seconds=share * interval, clock=clock)
    wait = grid.due_seconds - clock.seconds
    wall = clock.now().timestamp() + wait

    assert 0 <= wait <= interval
    off = (wall - share * interval) % interval
    assert min(off, interval - off) < 1e-4


def test_ticks_follow_each_other_by_one_interval() -> None:
    """Work that takes part of an interval shifts no tick."""
    clock = FakeClock()
    grid = TickGrid(interval_seconds=10, phase_seconds=0, clock=clock)
    due = []
    for work_seconds in (0.1, 9.9, 3.0):
        due.append(grid.due_seconds)
        grid.advance(grid.due_seconds + work_seconds)

    assert [1006.5, 1016.5, 1026.5] == due
    assert 0 == grid.missed_count


def test_a_tick_that_overruns_skips_and_counts_the_missed_ones() -> None:
    """No tick is made up for; the next is on the grid again."""
    grid = TickGrid(interval_seconds=10, phase_seconds=0, clock=FakeClock())
    grid.advance(grid.due_seconds + 34)

    assert 1046.5 == grid.due_seconds
    assert 3 == grid.missed_count


def test_a_wait_that_ends_early_does_not_repeat_a_tick() -> None:
    """Advancing always goes to a later tick."""
    grid = TickGrid(interval_seconds=10, phase_seconds=0, clock=FakeClock())
    first = grid.due_seconds
    grid.advance(first - 0.001)

    assert first + 10 == grid.due_seconds


@given(HOSTS, st.floats(1, 300))
def test_a_phase_is_within_the_interval_and_always_the_same(host: str, interval: float) -> None:
    """A host's place on the grid depends on its id alone."""
    assert 0 <= phase_seconds(host, interval) < interval
    assert phase_seconds(host, interval) == phase_seconds(host, interval)


def test_phases_spread_a_fleet_over_the_interval() -> None:
    """Every tenth of the interval gets about its share of 1,000 hosts."""
    tenths = [int(phase_seconds(f"hv{number:04d}", 10.0)) for number in range(1_000)]

    assert all(60 < tenths.count(tenth) < 140 for tenth in range(10))


def test_the_system_clock_is_aware_and_does_not_wait_once_stopped() -> None:
    """UTC in whole microseconds; a set flag ends a wait at once."""
    clock = SystemClock()
    stop = Event()

    assert UTC == clock.now().tzinfo
    assert timedelta(0) == clock.now().utcoffset()
    assert not clock.wait(-1.0, stop)
    stop.set()
    began = clock.monotonic_seconds()
    assert clock.wait(3_600.0, stop)
    assert clock.monotonic_seconds() == pytest.approx(began, abs=60)
