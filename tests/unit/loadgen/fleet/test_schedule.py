# SPDX-License-Identifier: Apache-2.0
"""Who speaks when: the grid of the past and of the present, and recurrences in closed form."""

from itertools import islice

from loadgen.fleet.recurrence import Recurrence
from loadgen.fleet.schedule import SimulatedPast, Turn, turns

NONE = SimulatedPast(0.0, 300.0)


def test_turns_continue_the_grid_of_an_earlier_run() -> None:
    """Hosts have their phases, and a later run lies on the same grid."""
    first = list(
        islice(turns(host_count=2, tick_seconds=10.0, now=1_005.0, history=SimulatedPast(20.0, 10.0)), 5)
    )

    assert [(0, 990.0), (1, 995.0), (0, 1_000.0), (1, 1_005.0), (0, 1_010.0)] == [turn[:2] for turn in first]
    later = next(turns(host_count=2, tick_seconds=10.0, now=1_000.0, history=NONE))
    assert Turn(0, 1_000.0, 10.0) == later


def test_the_past_becomes_finer_and_meets_the_present_without_a_hole() -> None:
    """Five minutes up to a day ago, then a minute, then the live tick. Each goes on where the last ended."""
    now = 10 * 86_400.0 + 95.0
    plan = turns(host_count=1, tick_seconds=10.0, now=now, history=SimulatedPast(86_400.0 + 700.0, 300.0))
    found = [(turn.second - 9 * 86_400.0, turn.tick_seconds) for turn in islice(plan, 1_446)]

    assert [(-600.0, 300.0), (-300.0, 300.0), (0.0, 300.0), (60.0, 60.0), (120.0, 60.0)] == found[:5]
    assert [(86_400.0, 60.0), (86_460.0, 60.0), (86_470.0, 10.0)] == found[-4:-1]


def test_the_past_is_never_finer_than_the_present() -> None:
    """A history interval below the interval is raised to it."""
    plan = turns(host_count=1, tick_seconds=60.0, now=600.0, history=SimulatedPast(120.0, 1.0))

    assert [480.0, 540.0, 600.0, 660.0] == [turn.second for turn in islice(plan, 4)]


def test_a_recurrence_can_be_asked_at_any_instant() -> None:
    """Its beginnings and ends tile the time, however it is cut."""
    each = Recurrence(period_seconds=100.0, phase_seconds=30.0, length_seconds=20.0)

    assert [False, True, True, False] == [each.holds(second) for second in (29.9, 30.0, 49.9, 50.0)]
    assert (230.0, 150.0) == (each.begun_at(245.0), each.ended_at(245.0))
    assert (230.0, 250.0) == (each.begun_at(250.0), each.ended_at(250.0))
    assert [130.0, 230.0] == [*each.begins(30.0, 229.9), *each.begins(229.9, 230.0)]
    assert [150.0] == list(each.ends(50.0, 150.0))


def test_a_run_that_follows_another_repeats_nothing() -> None:
    """A past that begins after the last tick of a minute has live ticks only, none before its beginning."""
    plan = turns(host_count=1, tick_seconds=10.0, now=1_234.0, history=SimulatedPast(12.0, 300.0))

    assert [1_230.0, 1_240.0] == [turn.second for turn in islice(plan, 2)]
