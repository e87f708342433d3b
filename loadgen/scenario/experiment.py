# SPDX-License-Identifier: Apache-2.0
"""Drives a load through the steps of a scenario, keeps the truth, and compares it with what was stored."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from loadgen.scenario.comparison import StoredSample, Window, points, step_result
from loadgen.scenario.load.load import Load
from loadgen.scenario.report import Levels, percent
from loadgen.scenario.run_clock import RunClock
from loadgen.scenario.scenario import LevelScenario, Step
from loadgen.scenario.series import TruthSeries
from loadgen.scenario.store import Store
from loadgen.scenario.truth import Truth

_READING_SECONDS = 0.5
_PROGRESS_SECONDS = 5.0
# A sample is stored within a tick or two; a busy machine takes longer, a broken pipeline for ever.
_STORED_TICKS, _STORED_SECONDS = 4.0, 20.0


class Run(NamedTuple):
    """What a run of any scenario has: its names, and where its truth and its progress go."""

    run: str
    scenario: str
    host: str
    publish: Callable[[Truth], None]
    progress: Callable[[str], None]


class Experiment:
    """One run through the steps of a level scenario."""

    def __init__(
        self, scenario: LevelScenario, load: Load, store: Store, run: Run, *, clock: RunClock | None = None
    ) -> None:
        self._clock = clock or RunClock()
        self._scenario = scenario
        self._load = load
        self._store = store
        self._run = run
        self._series = {track: TruthSeries(track) for track in load.tracks}
        self._commanded: list[tuple[float, float]] = []
        self._late_seconds = 0.0

    def carry_out(self) -> Levels:
        """Go through the steps and wait for their samples; raise LoadgenError."""
        tick_seconds = self._store.host_now().tick_seconds
        begin_seconds, begin = self._clock.wall(), self._clock.monotonic()
        windows: list[Window] = []
        due = begin
        for number, step in enumerate(self._scenario.steps, 1):
            self._late_seconds = max(self._late_seconds, self._clock.monotonic() - due)
            step_begin = self._clock.wall()
            commanded = self._load.command(step)
            self._commanded.append((step_begin, commanded))
            due += step.duration_seconds
            self._hold(number, step, commanded, due)
            windows.append(Window(step_begin + self._scenario.settle_seconds, self._clock.wall(), commanded))
        self._commanded.append((self._clock.wall(), commanded))
        self._read(commanded)
        samples = self._await_samples(begin_seconds, tick_seconds)
        return self._levels(windows, samples)

    def _hold(self, number: int, step: Step, commanded: float, until: float) -> None:
        told = self._clock.monotonic()
        while (now := self._clock.monotonic()) < until:
            self._load.work(min(now + _READING_SECONDS, until))
            self._read(commanded)
            if self._clock.monotonic() - told >= _PROGRESS_SECONDS or self._clock.monotonic() >= until:
                told = self._clock.monotonic()
                self._tell(number, step, commanded, until - told)

    def _read(self, commanded: float) -> None:
        values = {}
        for reading in self._load.read():
            series = self._series[reading.track]
            series.add(reading.at_seconds, reading.value)
            value = series.latest_over(2 * _READING_SECONDS)
            if value is not None:
                values[reading.track.name] = value
        self._run.publish(
            Truth(
                run=self._run.run,
                scenario=self._run.scenario,
                host=self._run.host,
                subject=self._load.subject,
                at=datetime.fromtimestamp(self._clock.wall(), UTC),
                commanded_ratio=commanded,
                values=values,
            )
        )

    def _tell(self, number: int, step: Step, commanded: float, left_seconds: float) -> None:
        true = self._series[self._load.tracks[0]].latest_over(_PROGRESS_SECONDS)
        now = self._clock.wall()
        stored = self._samples(now - 60.0, now)
        latest = stored[-1].values[self._load.columns[0]] if stored else None
        self._run.progress(
            f"step {number}/{len(self._scenario.steps)}  {max(0.0, left_seconds):3.0f} of "
            f"{step.duration_seconds:.0f} s left   commanded {percent(commanded)}   true {percent(true)}   "
            f"stored last {percent(latest)}"
        )

    def _samples(self, since_seconds: float, until_seconds: float) -> list[StoredSample]:
        return self._store.samples(
            self._load.place, self._load.columns, since_seconds=since_seconds, until_seconds=until_seconds
        )

    def _await_samples(self, begin_seconds: float, tick_seconds: float) -> list[StoredSample]:
        """Return the samples of the run once one that ends after it is stored, or when it is overdue."""
        end_seconds = self._clock.wall()
        deadline = self._clock.monotonic() + _STORED_TICKS * tick_seconds + _STORED_SECONDS
        self._run.progress("waiting for the last samples to be stored")
        while self._clock.monotonic() < deadline:
            samples = self._samples(begin_seconds, end_seconds + _STORED_TICKS * tick_seconds)
            if samples and samples[-1].at_seconds > end_seconds:
                return samples
            self._clock.sleep(min(1.0, tick_seconds / 4))
        return self._samples(begin_seconds, end_seconds)

    def _levels(self, windows: list[Window], samples: list[StoredSample]) -> Levels:
        true, measured = self._load.tracks[0].name, self._load.columns[0]
        expect = self._scenario.expect
        beside = points(samples, list(self._series.values()))
        gap_seconds = max(series.longest_gap_seconds for series in self._series.values()) - _READING_SECONDS
        return Levels(
            subject=self._load.subject,
            true=true,
            measured=measured,
            error_limit_ratio=expect.error_ratio,
            steps=[
                step_result(window, beside, true=true, measured=measured, expect=expect) for window in windows
            ],
            points=beside,
            commanded=self._commanded,
            late_seconds=max(self._late_seconds, gap_seconds),
            late_limit_seconds=expect.late_seconds,
        )
