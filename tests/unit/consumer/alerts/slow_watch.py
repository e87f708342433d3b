# SPDX-License-Identifier: Apache-2.0
"""What a rule makes of the samples of one object, by looking at all of them at each cycle."""

from typing import NamedTuple

from consumer.alerts.states import Phase
from consumer.rules.rule import SEVERITIES, Alert, Level


class Sample(NamedTuple):
    """One sample: when it was taken, when a cycle got it, what it says, how many seconds it covers."""

    taken_at: float
    arrived_at: float
    value: float | None
    covers_seconds: float


def newest(samples: list[Sample], now: float) -> float | None:
    """Return what the newest sample says, None once its host is silent."""
    best: Sample | None = None
    for sample in samples:
        if best is None or taken_at(sample) >= taken_at(best):
            best = sample
    if best is None or now > taken_at(best) + max(60.0, 5 * best.covers_seconds):
        return None
    return best.value


def taken_at(sample: Sample) -> float:
    """Return when a sample was taken: nothing is of later than its arrival."""
    return min(sample.taken_at, sample.arrived_at)


def windowed(samples: list[Sample], now: float, window_seconds: int, kind: str) -> float | None:
    """Return mean, sum or number over a window of whole cells."""
    cell = 60
    while window_seconds > 60 * cell:
        cell += 60
    first = now // cell - (window_seconds + cell - 1) // cell
    counted = [each for each in samples if each.value is not None and taken_at(each) // cell >= first]
    covered = sum(each.covers_seconds for each in counted)
    if kind == "mean":
        if covered < window_seconds / 2:
            return None
        return sum((each.value or 0.0) * each.covers_seconds for each in counted) / covered
    if kind == "sum" and not covered:
        return None
    return sum(each.value or 0.0 for each in counted)


def fires_at(values: list[tuple[float, float | None]], level: Level, *, low_enters: bool) -> list[bool]:
    """Tell of each cycle whether the level fires then."""
    phase, held, previous, fires = Phase.CLEAR, 0.0, None, []
    for place, (now, value) in enumerate(values):
        begun = phase in {Phase.PENDING, Phase.FIRING}
        limit = level.leave if begun else level.enter
        if value is not None and (value <= limit if low_enters else value >= limit):
            if begun and previous is not None:
                held += min(60.0, now - values[place - 1][0])
            elif not begun:
                phase, held = Phase.PENDING, 0.0
            if held >= level.for_seconds:
                phase = Phase.FIRING
        elif value is not None and begun:
            phase = Phase.RESOLVED if phase is Phase.FIRING else Phase.CLEAR
        previous = value
        fires.append(phase is Phase.FIRING)
    return fires


def worst_at(values: list[tuple[float, float | None]], alert: Alert) -> tuple[list[int], list[float]]:
    """Return the worst severity that fires at each cycle, and the times at which it became another one."""
    levels = [fires_at(values, level, low_enters=alert.low_enters) for level in alert.levels().values()]
    places = [SEVERITIES.index(severity) for severity in alert.levels()]
    worst = [
        max((place for place, fires in zip(places, cycle, strict=True) if fires), default=-1)
        for cycle in zip(*levels, strict=True)
    ]
    before = [-1, *worst]
    return worst, [now for (now, _), old, new in zip(values, before, worst, strict=False) if old != new]


def is_flapping(changes: list[float], now: float) -> bool:
    """Tell whether five changes came within half an hour, with no quarter of an hour of calm since."""
    run: list[float] = []
    flaps = False
    if not changes:
        return False
    for at in changes:
        if run and at - run[-1] > 900.0:
            run, flaps = [], False
        run.append(at)
        flaps = flaps or (len(run) > 4 and at - run[-5] <= 1_800.0)
    return flaps and now - run[-1] <= 900.0
