# SPDX-License-Identifier: Apache-2.0
"""Shares of the host's CPU time: pure but for the watch.

Each CPU is compared with itself. In the sum of all the counters of a CPU that went and came back hide: its
idle time starts anew. CPUs that are in one of the two readings only are left out. The divisor is the sum of
all increases, not the clock. Late ticks and the number of CPUs do not change it. Guest time is part of user
time and is not added again; waiting for I/O is idle.
"""

import operator
from collections.abc import Sequence
from typing import Final, TypedDict

from publisher.collectors.cpu import COLUMNS, CpuReading
from publisher.rates.bounds import CPUS, time_bound
from publisher.rates.counter import ratio
from publisher.rates.counter_watch import FELL, LEAPT, UNKNOWN_BEFORE, CounterWatch, watched

TICKS_PER_SECOND: Final = 100

# The kernel rounds each column by itself.
_ROUNDING_TICKS: Final = 2
_SUMMED: Final = COLUMNS[:8]
_IDLE: Final = COLUMNS.index("idle")
_IOWAIT: Final = COLUMNS.index("iowait")
_AT_REST: Final = frozenset({"idle", "iowait"})

_Line = Sequence[int | None]


class HostCpuRates(TypedDict, total=False):
    """Fields of HostSample."""

    cpu_busy_ratio: float | None
    cpu_guest_ratio: float | None
    cpu_user_ratio: float | None
    cpu_system_ratio: float | None
    cpu_interrupt_ratio: float | None
    cpu_steal_ratio: float | None
    cpu_iowait_ratio: float | None


def cpu_rates(
    previous: CpuReading | None,
    current: CpuReading | None,
    seconds: float | None,
    watch: CounterWatch | None = None,
) -> HostCpuRates:
    """Return the shares of the time between two readings.

    None without progress, where the idle time of a CPU is not known, or where most CPUs are new. A column
    that is not believed costs the shares that need it. The clock tells how long the others are a share of.
    """
    if previous is None or current is None or seconds is None:
        return {}
    watch = watched(watch)
    lines = [(before, now) for number, now in current.cpus.items() if (before := previous.cpus.get(number))]
    if 2 * len(lines) < len(current.cpus):
        watch.tell(f"{len(lines)} of {len(current.cpus)} CPUs were online at the sample before")
        return {}
    # A container may show no CPU of its own, but their sum.
    steps = _Steps(lines or [(previous.total, current.total)], seconds, CPUS if not lines else 1)
    lost = _lost(steps, watch)
    if lost & _AT_REST:
        return {}
    ticks = {column: ticks for column, ticks in steps.sums.items() if column not in lost}
    whole: float = sum(ticks.get(column, 0) for column in _SUMMED)
    if lost.intersection(_SUMMED):
        whole = max(whole, len(lines) * seconds * TICKS_PER_SECOND)
        if not lines:
            return {}
    if whole <= 0:
        watch.tell("no CPU time passed")
    return _shares(ticks, lost, whole)


def _shares(ticks: dict[str, int], lost: frozenset[str], whole: float) -> HostCpuRates:
    def of(*columns: str) -> float | None:
        known = [ticks[column] for column in columns if column in ticks]
        return None if not known or lost.intersection(columns) else sum(known)

    guest, user = of("guest", "guest_nice"), of("user", "nice")
    if user is not None:
        # Guest and user time are sampled apart, so that their difference can fall below zero by rounding.
        user = None if lost & {"guest", "guest_nice"} else max(0, user - (guest or 0))
    idle = ticks["idle"] + ticks.get("iowait", 0)
    return {
        "cpu_busy_ratio": ratio(whole - idle, whole),
        "cpu_guest_ratio": ratio(guest, whole),
        "cpu_user_ratio": ratio(user, whole),
        "cpu_system_ratio": ratio(of("system"), whole),
        "cpu_interrupt_ratio": ratio(of("irq", "softirq"), whole),
        "cpu_steal_ratio": ratio(of("steal"), whole),
        "cpu_iowait_ratio": ratio(of("iowait"), whole),
    }


def _lost(steps: "_Steps", watch: CounterWatch) -> frozenset[str]:
    """Return the columns that are not believed, those included that fell at the tick before."""
    for (column, words), count in steps.doubts.items():
        watch.doubt(f"{column} {words} on {count} CPU{'s' if count > 1 else ''}")
    found = frozenset(column for column, _ in steps.doubts)
    again = watch.dipped - found
    for column in sorted(again):
        watch.tell(f"{column} fell at the sample before")
    if any(steps.sums.values()):
        watch.dipped = frozenset(steps.dipped)
    return found | again


class _Steps:
    """The increases of all lines by column; ``doubts`` counts the lines of each that is not believed."""

    def __init__(self, lines: Sequence[tuple[_Line, _Line]], seconds: float, cpu_count: int) -> None:
        self._bound = time_bound(seconds, TICKS_PER_SECOND) * cpu_count
        self.doubts: dict[tuple[str, str], int] = {}
        # Fell by so little that the way back would pass for progress.
        self.dipped: set[str] = set()
        increases = [self._line(before, now) for before, now in lines]
        self.sums = dict(zip(COLUMNS, map(sum, zip(*increases, strict=False)), strict=False))

    def _line(self, before: _Line, now: _Line) -> list[int]:
        try:
            steps = list(map(operator.sub, now, before))
        except TypeError:
            return self._odd_line(before, now)
        if min(steps) < 0 or max(steps) > self._bound:
            return self._odd_line(before, now)
        return steps

    def _odd_line(self, before: _Line, now: _Line) -> list[int]:
        steps = [
            None if old is None or new is None else new - old for old, new in zip(before, now, strict=False)
        ]
        if len(steps) > _IOWAIT:
            _move_waiting(steps)
        return [self._believed(place, step) for place, step in enumerate(steps)]

    def _believed(self, place: int, step: int | None) -> int:
        if step is not None and -_ROUNDING_TICKS <= step <= self._bound:
            return max(0, step)
        column = COLUMNS[place]
        words = UNKNOWN_BEFORE if step is None else FELL if step < 0 else LEAPT
        self.doubts[column, words] = self.doubts.get((column, words), 0) + 1
        if step is not None and -self._bound <= step < 0:
            self.dipped.add(column)
        return 0


def _move_waiting(steps: list[int | None]) -> None:
    """Mend idle and iowait where time went from one to the other: their sum is right.

    The kernel decides at the end of a sleep whether it waited for I/O (proc_stat(5): either may decrease).
    """
    idle, waiting = steps[_IDLE], steps[_IOWAIT]
    if idle is None or waiting is None or (idle >= 0 and waiting >= 0) or idle + waiting < -_ROUNDING_TICKS:
        return
    rest = max(0, idle + waiting)
    steps[_IOWAIT] = min(max(0, waiting), rest)
    steps[_IDLE] = rest - (steps[_IOWAIT] or 0)
