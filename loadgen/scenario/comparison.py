# SPDX-License-Identifier: Apache-2.0
"""What was commanded, what was true and what was stored, side by side for each step. Pure.

The truth of a sample is taken over exactly the sample's own interval. A sample counts for the step that
contains all of it.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from msgspec import Struct

from loadgen.scenario.scenario import LevelExpectation
from loadgen.scenario.series import TruthSeries


class StoredSample(NamedTuple):
    """One sample as kvmgrid stored it: its end, its length, and columns by name."""

    at_seconds: float
    interval_seconds: float
    values: Mapping[str, float | None]


class Window(NamedTuple):
    """When a step counted, and the level that was commanded as a share."""

    begin_seconds: float
    end_seconds: float
    commanded_ratio: float


class Point(Struct, frozen=True, kw_only=True):
    """One sample beside the truth of its interval."""

    at_seconds: float
    interval_seconds: float
    measured: dict[str, float | None]
    true: dict[str, float | None]


class StepResult(Struct, frozen=True, kw_only=True):
    """The means of a step. ``error_ratio`` is measured less true; all are None without a sample."""

    commanded_ratio: float
    sample_count: int
    true_ratio: float | None
    measured_ratio: float | None
    error_ratio: float | None
    largest_error_ratio: float | None
    reached: bool
    met: bool
    others: dict[str, float | None]


def points(samples: Sequence[StoredSample], series: Sequence[TruthSeries]) -> list[Point]:
    """Return every sample with the truth of its interval, in the order of time."""
    return [
        Point(
            at_seconds=sample.at_seconds,
            interval_seconds=sample.interval_seconds,
            measured=dict(sample.values),
            true={
                each.track.name: each.over(sample.at_seconds - sample.interval_seconds, sample.at_seconds)
                for each in series
            },
        )
        for sample in sorted(samples, key=lambda each: each.at_seconds)
    ]


def step_result(
    window: Window, all_points: Sequence[Point], *, true: str, measured: str, expect: LevelExpectation
) -> StepResult:
    """Return the means over the samples of a step; ``true`` and ``measured`` name what is compared."""
    inside = [
        (point.interval_seconds, truth, stored, point)
        for point in all_points
        if window.begin_seconds <= point.at_seconds - point.interval_seconds
        and point.at_seconds <= window.end_seconds
        and (truth := point.true[true]) is not None
        and (stored := point.measured[measured]) is not None
    ]
    weights = [seconds for seconds, *_ in inside]
    true_ratio = _mean([truth for _, truth, _, _ in inside], weights)
    measured_ratio = _mean([stored for _, _, stored, _ in inside], weights)
    error = None if true_ratio is None or measured_ratio is None else measured_ratio - true_ratio
    others: dict[str, float | None] = {}
    for name in dict.fromkeys(name for *_, point in inside for name in (*point.true, *point.measured)):
        if name not in {true, measured}:
            values = [point.true.get(name, point.measured.get(name)) for *_, point in inside]
            others[name] = _mean([value for value in values if value is not None])
    return StepResult(
        commanded_ratio=window.commanded_ratio,
        sample_count=len(inside),
        true_ratio=true_ratio,
        measured_ratio=measured_ratio,
        error_ratio=error,
        largest_error_ratio=max((abs(stored - truth) for _, truth, stored, _ in inside), default=None),
        reached=true_ratio is not None
        and -expect.reach_below_ratio <= true_ratio - window.commanded_ratio <= expect.reach_above_ratio,
        met=error is not None and abs(error) <= expect.error_ratio,
        others=others,
    )


def _mean(values: Sequence[float], weights: Sequence[float] | None = None) -> float | None:
    return fmean(values, weights) if values else None
