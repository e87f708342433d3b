# SPDX-License-Identifier: Apache-2.0
"""One run through the steps with a load and a store that stand in for the real ones."""

from collections.abc import Sequence
from typing import cast

import pytest

from loadgen.scenario.comparison import StoredSample
from loadgen.scenario.experiment import Experiment, Run
from loadgen.scenario.load.load import Reading
from loadgen.scenario.report import Levels
from loadgen.scenario.run_clock import RunClock
from loadgen.scenario.scenario import DomainCpu, LevelExpectation, LevelScenario, Step
from loadgen.scenario.series import Track
from loadgen.scenario.store import HostNow, Place, Store
from loadgen.scenario.truth import Truth

TICK_SECONDS = 2.0
BUSY = Track("busy", cumulative=True)
STEPS = (Step(level_ratio=0.5, duration_seconds=20.0), Step(level_ratio=1.0, duration_seconds=20.0))
SCENARIO = LevelScenario(
    purpose="a test",
    seed=1,
    subject=DomainCpu(domain="web-1"),
    steps=STEPS,
    expect=LevelExpectation(error_ratio=0.03, late_seconds=0.5),
    settle_seconds=0,
)


class Time:
    """A clock that stands still until somebody waits, and what the level was when."""

    def __init__(self) -> None:
        self.second = 1_760_000_000.0
        self.levels: list[tuple[float, float]] = [(self.second, 0.0)]

    def now(self) -> float:
        """Return the time, of either clock."""
        return self.second

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.second += seconds

    def busy_seconds(self, until: float) -> float:
        """Return how long the load was busy until a time."""
        ends = [*(begin for begin, _ in self.levels[1:]), float("inf")]
        return sum(
            max(0.0, min(until, end) - begin) * level
            for (begin, level), end in zip(self.levels, ends, strict=True)
        )


class ExactLoad:
    """Is busy for exactly what it was told."""

    subject = "domain_cpu"
    place = Place("domain", "web-1")
    tracks = (BUSY,)
    columns = ("cpu_ratio",)

    def __init__(self, time: Time, *, stall_seconds: float) -> None:
        self.notes: list[str] = []
        self._time = time
        self._stall_seconds = stall_seconds

    def command(self, step: Step) -> float:
        """Change the level."""
        self._time.levels.append((self._time.second, step.level_ratio or 0.0))
        return step.level_ratio or 0.0

    def work(self, until_seconds: float) -> None:
        """Wait, perhaps for too long, as a load whose disk hangs does."""
        self._time.wait(until_seconds - self._time.second + self._stall_seconds)

    def read(self) -> list[Reading]:
        """Return the busy time."""
        return [Reading(BUSY, self._time.second, self._time.busy_seconds(self._time.second))]

    def close(self) -> None:
        """Nothing to undo."""


class ExactStore:
    """Has a sample every two seconds, a tick late, that tells exactly what happened, or a little more."""

    def __init__(self, time: Time, *, error_ratio: float) -> None:
        self._time = time
        self._begin = time.second + 0.7
        self._error_ratio = error_ratio

    def host_now(self) -> HostNow:
        """Return a host."""
        return HostNow(TICK_SECONDS, 2, 1, "1")

    def samples(
        self, place: Place, columns: Sequence[str], *, since_seconds: float, until_seconds: float
    ) -> list[StoredSample]:
        """Return what is stored by now."""
        assert place.name == "web-1"
        ends = [self._begin + TICK_SECONDS * number for number in range(1, 60)]
        return [
            StoredSample(end, TICK_SECONDS, {columns[0]: self._mean(end) + self._error_ratio})
            for end in ends
            if since_seconds <= end <= min(until_seconds, self._time.second - TICK_SECONDS)
        ]

    def _mean(self, end: float) -> float:
        begin = end - TICK_SECONDS
        return (self._time.busy_seconds(end) - self._time.busy_seconds(begin)) / TICK_SECONDS


def carried_out(
    *, error_ratio: float = 0.0, stall_seconds: float = 0.0
) -> tuple[Levels, list[Truth], list[str]]:
    """Return what a run gave, what it published and what it told."""
    truths: list[Truth] = []
    told: list[str] = []
    time = Time()
    run = Run("0a1b2c3d", "test", "hv001", truths.append, told.append)
    load = ExactLoad(time, stall_seconds=stall_seconds)
    store = cast("Store", ExactStore(time, error_ratio=error_ratio))
    clock = RunClock(wall=time.now, monotonic=time.now, sleep=time.wait)
    return Experiment(SCENARIO, load, store, run, clock=clock).carry_out(), truths, told


def test_an_exact_load_and_an_exact_store_agree() -> None:
    """Each step has its samples, its truth, and its lines of progress."""
    levels, truths, told = carried_out()

    assert [0.5, 1.0] == [step.commanded_ratio for step in levels.steps]
    assert [(9, True, True)] * 2 == [(step.sample_count, step.reached, step.met) for step in levels.steps]
    assert [0.0, 0.0] == [pytest.approx(step.error_ratio, abs=1e-6) for step in levels.steps]
    assert {(0.5, "hv001"), (1.0, "hv001")} == {(truth.commanded_ratio, truth.host) for truth in truths}
    assert any("step 2/2" in line for line in told)
    assert levels.late_seconds < 0.1


def test_what_is_stored_wrong_is_missed() -> None:
    """The error is the one that was made."""
    levels, _, _ = carried_out(error_ratio=0.04)

    assert [pytest.approx(0.04)] * 2 == [step.error_ratio for step in levels.steps]
    assert not any(step.met for step in levels.steps)


def test_a_load_that_hangs_is_late() -> None:
    """Readings too far apart are lateness, whatever they say."""
    levels, _, _ = carried_out(stall_seconds=0.8)

    assert levels.late_seconds > levels.late_limit_seconds
