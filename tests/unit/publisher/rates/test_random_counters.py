# SPDX-License-Identifier: Apache-2.0
"""Random streams of counters: whatever goes wrong, a rate is right, or null where the reference allows it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.collectors.interfaces import Interface, InterfaceCounters, InterfaceReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_interfaces import InterfaceRates, interface_rates
from tests.unit.publisher.rates.counter_streams import LONGEST_SECONDS, Fault, Reading, faults, stream
from tests.unit.publisher.rates.null_share import NullShare

COLUMNS = InterfaceCounters.__struct_fields__
RATES = [f"{column.removesuffix('_total')}_per_second" for column in COLUMNS]
# Bytes and packets of a busy card; errors and drops that hardly move, and may not move at all.
STARTS = [10**12, 10**9, 40, 0, 10**12, 10**9, 0, 3]
LARGEST_STEPS = [10**10, 10**7, 2, 1, 10**10, 10**7, 1, 3]


class Shown:
    """What a host with two cards shows of its two streams, tick by tick."""

    def __init__(self) -> None:
        self._watch = CounterWatch()
        self._before: InterfaceReading | None = None
        self._at_seconds = 0.0

    def tick(
        self, at_seconds: float, cards: Sequence[tuple[int | None, ...] | None]
    ) -> tuple[float | None, InterfaceRates, str | None]:
        """Return interval, rates and findings."""
        now = InterfaceReading(
            interfaces=tuple(
                Interface(f"eth{number}", True, InterfaceCounters(*numbers))
                for number, numbers in enumerate(cards)
                if numbers is not None
            )
        )
        seconds = at_seconds - self._at_seconds if self._before else LONGEST_SECONDS + 1
        interval_seconds = seconds if seconds <= LONGEST_SECONDS else None
        rates = interface_rates(
            None if interval_seconds is None else self._before, now, interval_seconds, self._watch
        )
        self._before, self._at_seconds = now, at_seconds
        return interval_seconds, rates, self._watch.take_findings()


def check(seed: int, wrong: list[Fault], share: NullShare) -> None:
    """Compare all that is shown of two cards, of which the first has faults, with the truth."""
    gaps = [fault for fault in wrong if fault.kind == "gap"]
    first, second = (
        stream(seed, faults, starts=STARTS, largest_steps=LARGEST_STEPS) for faults in (wrong, gaps)
    )
    shown = Shown()
    is_column_alone = {fault.kind for fault in wrong} <= {"leap", "text", "gap"}
    for place, (one, other) in enumerate(zip(first, second, strict=True)):
        seconds, rates, told = shown.tick(one.at_seconds, (one.numbers, other.numbers))
        samples = {sample.device: sample for sample in rates.samples}
        for device, readings in (("eth0", first), ("eth1", second)):
            if device not in samples:
                continue
            for column, rate in enumerate(RATES):
                value = getattr(samples[device], rate)
                share.count(value)
                if value is not None:
                    assert is_right(increase(readings, place, column), seconds, value)
                    continue
                assert allows_null(readings, place, column, is_column_alone=is_column_alone)
                # That a number is none the collector says.
                numbers = readings[place - 1].numbers and readings[place].numbers
                assert told or seconds is None or numbers is None or numbers[column] is None
        total = rates.totals["network_receive_bytes_per_second"]
        if total is not None:
            there = [each for each in (first, second) if each[place].numbers]
            step = sum(increase(each, place, 0) for each in there)
            assert is_right(step, seconds, total)
        else:
            assert told or seconds is None or (one.numbers and one.numbers[0] is None)


def increase(readings: Sequence[Reading], place: int, column: int) -> int:
    """Return what a column counted in truth within the interval that ends with a reading."""
    return readings[place].truth[column] - readings[place - 1].truth[column]


def is_right(step: int, seconds: float | None, shown: float) -> bool:
    """Return whether a rate is that of an increase, within its seven digits."""
    return seconds is not None and abs(step / seconds - shown) <= 1e-6 * shown


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
    return _is_back(readings[:place], now)


def _is_back(earlier: Sequence[Reading], now: Reading) -> bool:
    """Return whether some counter reaches a number that it had before it fell, or none moved since."""
    before = earlier[-1]
    for column in range(len(COLUMNS)):
        shown = [number for each in earlier if each.numbers and (number := each.numbers[column]) is not None]
        old, new = (before.numbers or ())[column], (now.numbers or ())[column]
        if old is None or new is None:
            continue
        lows = [min(shown[place:]) for place in range(len(shown))]
        if any(old < high <= new for high, low in zip(shown, lows, strict=True) if low < high):
            return True
    return before.numbers == now.numbers


SEEDS = st.integers(0, 2**32 - 1)
NULLS = NullShare()


@pytest.fixture(autouse=True, scope="module")
def _said() -> Iterator[None]:
    """Say how many figures were null."""
    yield
    NULLS.say("interfaces")


@given(SEEDS, faults(len(COLUMNS)))
def test_a_rate_is_right_or_null(seed: int, wrong: list[Fault]) -> None:
    """Resets, zeros, leaps, text, devices that go and come, gaps."""
    check(seed, wrong, NULLS)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=10_000)
@given(SEEDS, faults(len(COLUMNS)))
def test_a_rate_is_right_or_null_ten_thousand_times(seed: int, wrong: list[Fault]) -> None:
    """The same, for long."""
    check(seed, wrong, NULLS)
