# SPDX-License-Identifier: Apache-2.0
"""The slow reference: what is shown of devices must be what their counters counted in truth, or null.

It says which figures may be null at which tick. A null needs a reason that is told.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tests.unit.publisher.rates.counter_streams import LONGEST_SECONDS, Fault, Reading
from tests.unit.publisher.rates.null_share import NullShare

Numbers = tuple[int | None, ...]
Steps = Sequence[Sequence[int]]


class Figure(NamedTuple):
    """A figure of devices: the columns that it is made of, and what the steps of these make in a time.

    None where nothing was counted that it could be a share of.
    """

    name: str
    columns: tuple[int, ...]
    make: Callable[[Steps, float], float | None]


class Figures(NamedTuple):
    """What is shown of each device, and what of all of them together."""

    of_devices: Sequence[Figure]
    sums: Sequence[Figure] = ()


class Shown(NamedTuple):
    """What is shown at one tick: the interval, by device its figures, the sums, and the reasons."""

    seconds: float | None
    samples: Mapping[str, Any]
    sums: Mapping[str, float | None]
    told: str | None


class Interval:
    """Turns instants into intervals as samplers do: a long one has none."""

    def __init__(self) -> None:
        self._at_seconds: float | None = None

    def until(self, at_seconds: float) -> float | None:
        """Return the seconds since the tick before."""
        before, self._at_seconds = self._at_seconds, at_seconds
        return at_seconds - before if before is not None and at_seconds - before <= LONGEST_SECONDS else None


def rate(name: str, column: int, factor: float = 1.0) -> Figure:
    """Return the figure of one counter each second."""
    return Figure(name, (column,), lambda steps, seconds: factor * sum(step[0] for step in steps) / seconds)


def check(
    streams: Mapping[str, Sequence[Reading]],
    show: Callable[[float, Mapping[str, Numbers | None]], Shown],
    figures: Figures,
    share: NullShare,
    *,
    is_column_alone: bool,
) -> None:
    """Compare all that is shown with the truth; ``is_column_alone``: see ``strike_columns_alone``."""
    for place, ticks in enumerate(zip(*streams.values(), strict=True)):
        numbers = {device: tick.numbers for device, tick in zip(streams, ticks, strict=True)}
        shown = show(ticks[0].at_seconds, numbers)
        for device, sample in shown.samples.items():
            readings = streams[device]
            for figure in figures.of_devices:
                value = getattr(sample, figure.name)
                share.count(value)
                true = _truth(figure, [readings], place, shown.seconds)
                if value is not None:
                    assert is_right(true, value), f"{figure.name}: {value}, not {true}"
                elif true is not None:
                    assert any(
                        allows_null(readings, place, column, is_column_alone=is_column_alone)
                        for column in figure.columns
                    ), f"{figure.name}: null, not {true}"
                    # That a number is none the collector says.
                    assert shown.told or not _are_known(readings, place, figure)
        there = [streams[device] for device, known in numbers.items() if known]
        for figure in figures.sums:
            value = shown.sums.get(figure.name)
            share.count(value)
            true = _truth(figure, there, place, shown.seconds)
            if value is not None:
                assert is_right(true, value), f"{figure.name}: {value}, not {true}"
            elif true is not None:
                assert shown.told or not all(_are_known(each, place, figure) for each in streams.values())


def strike_columns_alone(wrong: Sequence[Fault]) -> bool:
    """Return whether each fault is one of a column by itself, which costs no other column anything."""
    return {fault.kind for fault in wrong} <= {"leap", "text", "gap"}


def _truth(
    figure: Figure, streams: Sequence[Sequence[Reading]], place: int, seconds: float | None
) -> float | None:
    if seconds is None or place == 0 or not streams:
        return None
    return figure.make(
        [
            [each[place].truth[column] - each[place - 1].truth[column] for column in figure.columns]
            for each in streams
        ],
        seconds,
    )


def _are_known(readings: Sequence[Reading], place: int, figure: Figure) -> bool:
    before, now = readings[place - 1].numbers, readings[place].numbers
    return bool(before and now) and all((now or ())[column] is not None for column in figure.columns)


def is_right(true: float | None, shown: float) -> bool:
    """Return whether a figure is the true one, within its seven digits."""
    return true is not None and abs(true - shown) <= 1e-6 * abs(true)


def allows_null(readings: Sequence[Reading], place: int, column: int, *, is_column_alone: bool) -> bool:
    """Return whether an interval may have no figure of a column."""
    before, now = readings[max(0, place - 1)], readings[place]
    is_gap = now.at_seconds - before.at_seconds > LONGEST_SECONDS
    if place == 0 or is_gap or before.numbers is None or now.numbers is None:
        return True
    if is_column_alone:
        return column in before.faulty | now.faulty
    # The number that a counter fell to may itself have been wrong, and so may what it fell from.
    recent = readings[max(0, place - 3) : place + 1]
    if any(each.numbers is None or each.faulty for each in recent):
        return True
    if any(later.at_seconds - each.at_seconds > LONGEST_SECONDS for each, later in pairwise(recent)):
        return True
    return _rests_since_a_fault(readings[:place]) or _is_back(readings[:place], now)


def _rests_since_a_fault(earlier: Sequence[Reading]) -> bool:
    """Return whether no counter has moved since something was wrong with one, or was right again."""
    first = len(earlier) - 1
    while first and earlier[first - 1].numbers == earlier[first].numbers:
        first -= 1
    return any(each.faulty for each in earlier[max(0, first - 1) : first + 1])


def _is_back(earlier: Sequence[Reading], now: Reading) -> bool:
    """Return whether some counter reaches a number that it had before it fell, or none moved since."""
    before = earlier[-1]
    for column in range(len(now.truth)):
        shown = [number for each in earlier if each.numbers and (number := each.numbers[column]) is not None]
        old, new = (before.numbers or ())[column], (now.numbers or ())[column]
        if old is None or new is None:
            continue
        lows = [min(shown[place:]) for place in range(len(shown))]
        if any(old < high <= new for high, low in zip(shown, lows, strict=True) if low < high):
            return True
    return before.numbers == now.numbers


def only(readings: Sequence[Reading], columns: range) -> list[Reading]:
    """Return the readings of some counters that have a file of their own."""
    first, end = columns.start, columns.stop
    return [
        reading._replace(
            numbers=reading.numbers and reading.numbers[first:end],
            truth=reading.truth[first:end],
            faulty=frozenset(column - first for column in reading.faulty if column in columns),
        )
        for reading in readings
    ]
