# SPDX-License-Identifier: Apache-2.0
"""The truth over a sample's own interval, and the means of a step."""

from collections.abc import Sequence

import pytest

from loadgen.scenario.comparison import StepResult, StoredSample, Window, points, step_result
from loadgen.scenario.scenario import LevelExpectation
from loadgen.scenario.series import Track, TruthSeries

BUSY = Track("busy", cumulative=True)
EXPECT = LevelExpectation(error_ratio=0.03)


def series(track: Track, *readings: tuple[float, float]) -> TruthSeries:
    """Return a series of readings (second, value)."""
    made = TruthSeries(track)
    for second, value in readings:
        made.add(second, value)
    return made


def sample(at_seconds: float, measured: float | None, interval_seconds: float = 2.0) -> StoredSample:
    """Return a stored sample."""
    return StoredSample(at_seconds, interval_seconds, {"cpu_ratio": measured, "steal_ratio": 0.5})


def result(window: Window, samples: Sequence[StoredSample], busy: TruthSeries) -> StepResult:
    """Return a step's result."""
    return step_result(window, points(samples, [busy]), true="busy", measured="cpu_ratio", expect=EXPECT)


def test_a_cumulative_track_gives_its_rate_between_readings_too() -> None:
    """A window need not begin or end at a reading."""
    busy = series(BUSY, (0, 0.0), (2, 1.0), (4, 1.0))

    assert 0.5 == busy.over(0, 2)
    assert busy.over(1, 3) == pytest.approx(0.25)


def test_a_gauge_is_its_value_at_the_end_of_the_window() -> None:
    """As kvmgrid's own gauges are."""
    assert 15 == series(Track("used", cumulative=False), (0, 10), (2, 20)).over(0, 1)


def test_outside_the_readings_nothing_is_known() -> None:
    """No truth is guessed."""
    busy = series(BUSY, (10, 0.0), (20, 1.0))

    assert busy.over(9, 12) is None
    assert busy.over(18, 21) is None
    assert TruthSeries(BUSY).latest_over(5) is None


def test_a_clock_set_back_changes_nothing() -> None:
    """A reading that is older than the last one is passed over."""
    assert 0.5 == series(BUSY, (0, 0.0), (2, 1.0), (1, 9.0)).over(0, 2)


def test_the_longest_gap_is_known() -> None:
    """A generator that did not look for a while is late."""
    assert 7 == series(BUSY, (0, 0), (1, 0), (8, 0)).longest_gap_seconds


def test_a_sample_counts_for_the_step_that_holds_all_of_it() -> None:
    """Samples over a change of the level, or before it settled, are drawn and not counted."""
    busy = series(BUSY, (0, 0.0), (30, 9.0))
    step = result(
        Window(10, 20, 0.3), [sample(11.5, 0.9), sample(14, 0.31), sample(16, 0.31), sample(21, 0.9)], busy
    )

    assert 2 == step.sample_count
    assert step.true_ratio == pytest.approx(0.3)
    assert step.measured_ratio == pytest.approx(0.31)
    assert step.error_ratio == pytest.approx(0.01)
    assert {"steal_ratio": 0.5} == step.others
    assert step.reached
    assert step.met


def test_samples_weigh_as_long_as_they_are() -> None:
    """A tick that was missed makes the next sample longer."""
    busy = series(BUSY, (0, 0.0), (30, 9.0))
    step = result(Window(0, 20, 0.3), [sample(4, 0.1, 4.0), sample(16, 0.4, 12.0)], busy)

    assert step.measured_ratio == pytest.approx((0.1 * 4 + 0.4 * 12) / 16)


def test_a_wrong_figure_is_missed_and_a_weak_generator_is_not_reached() -> None:
    """The two are told apart."""
    weak = series(BUSY, (0, 0.0), (30, 3.0))
    wrong = result(Window(0, 20, 0.1), [sample(4, 0.2)], weak)
    unreached = result(Window(0, 20, 0.3), [sample(4, 0.1)], weak)

    assert (True, False) == (wrong.reached, wrong.met)
    assert (False, True) == (unreached.reached, unreached.met)


def test_a_step_without_samples_is_missed() -> None:
    """Nothing stored is no agreement; a null is no sample."""
    step = result(Window(0, 20, 0.3), [sample(4, None)], series(BUSY, (0, 0.0), (30, 9.0)))

    assert 0 == step.sample_count
    assert step.error_ratio is None
    assert not step.met
