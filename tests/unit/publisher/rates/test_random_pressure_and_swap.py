# SPDX-License-Identifier: Apache-2.0
"""Random stall times and swap counters of a host: a figure is right, or null where it may be."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.collectors.pressure import PressureReading
from publisher.collectors.swap import SwapReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_pressure import pressure_rates
from publisher.rates.host_swap import swap_rates
from publisher.wire.samples import HostSample
from tests.unit.publisher.rates.counter_reference import (
    Figures,
    Interval,
    Numbers,
    Shown,
    check,
    only,
    rate,
    strike_columns_alone,
)
from tests.unit.publisher.rates.counter_streams import Fault, faults, of_few_counters, stream
from tests.unit.publisher.rates.null_share import NullShare

FILES = {"cpu": ("some",), "memory": ("some", "full"), "io": ("some", "full"), "irq": ("full",)}
# The columns of a stream that the files have.
SINGLE = {"cpu": range(1), "irq": range(1, 2)}
DOUBLE = {"memory": range(2, 4), "io": range(4, 6)}
# Microseconds: nobody waits for longer than the time that passes. Hardly ever do all, or interrupts.
STALL_STARTS = [10**12, 10, 10**9, 0, 10**10, 10**6]
STALL_STEPS = [9_000_000, 1, 9_000_000, 1, 9_000_000, 10**6]
SINGLE_FIGURES = Figures([rate("first", 0, 1 / 1_000_000)])
DOUBLE_FIGURES = Figures([rate("first", 0, 1 / 1_000_000), rate("second", 1, 1 / 1_000_000)])
SWAP_FIGURES = Figures([rate("swap_in_bytes_per_second", 0), rate("swap_out_bytes_per_second", 1)])


class Shares(NamedTuple):
    """What is shown of the lines of one file."""

    first: float | None
    second: float | None = None


class Host:
    """A host that waits and swaps."""

    def __init__(self) -> None:
        self._watch = CounterWatch()
        self._interval = Interval()
        self._pressure: PressureReading | None = None
        self._swap: SwapReading | None = None

    def show_pressure(self, at_seconds: float, totals: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its stalls at a tick."""
        known = {
            f"{file}_{kind}_total": number
            for file, numbers in totals.items()
            for kind, number in zip(FILES[file], numbers or (), strict=False)
        }
        now = PressureReading(**known) if known else None
        seconds = self._interval.until(at_seconds)
        shares = pressure_rates(self._pressure, now, seconds, self._watch)
        self._pressure = now
        samples = {}
        if shares:
            sample = HostSample(**shares)
            samples = {
                file: Shares(*(getattr(sample, f"pressure_{file}_{kind}_ratio") for kind in FILES[file]))
                for file in totals
            }
        return Shown(seconds, samples, {}, self._watch.take_findings())

    def show_swap(self, at_seconds: float, totals: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its swap at a tick."""
        numbers = totals["host"]
        now = SwapReading(in_bytes_total=numbers[0], out_bytes_total=numbers[1]) if numbers else None
        seconds = self._interval.until(at_seconds)
        rates = swap_rates(self._swap, now, seconds, self._watch)
        self._swap = now
        samples = {"host": HostSample(**rates)} if rates else {}
        return Shown(seconds, samples, {}, self._watch.take_findings())


def compare_pressure(seed: int, wrong: list[Fault]) -> None:
    """Compare the shares of all files with the truth."""
    wrong = of_few_counters(wrong)
    readings = stream(seed, wrong, starts=STALL_STARTS, largest_steps=STALL_STEPS)
    for files, figures in ((SINGLE, SINGLE_FIGURES), (DOUBLE, DOUBLE_FIGURES)):
        streams = {file: only(readings, columns) for file, columns in files.items()}
        check(
            streams,
            Host().show_pressure,
            figures,
            PRESSURE_NULLS,
            is_column_alone=strike_columns_alone(wrong),
        )


def compare_swap(seed: int, wrong: list[Fault], starts: tuple[int, int]) -> None:
    """Compare the bytes swapped with the truth."""
    wrong = of_few_counters(wrong)
    streams = {"host": stream(seed, wrong, starts=starts, largest_steps=[4096 * 3, 10**9])}
    check(streams, Host().show_swap, SWAP_FIGURES, SWAP_NULLS, is_column_alone=strike_columns_alone(wrong))


SEEDS = st.integers(0, 2**32 - 1)
SWAP_STARTS = st.sampled_from([(2, 0), (0, 10**10), (10**9, 10**12)])
PRESSURE_NULLS, SWAP_NULLS = NullShare(), NullShare()


@pytest.fixture(autouse=True, scope="module")
def _said() -> Iterator[None]:
    """Say how many figures were null."""
    yield
    PRESSURE_NULLS.say("pressure")
    SWAP_NULLS.say("swap")


@given(SEEDS, faults(len(STALL_STARTS)))
def test_a_share_of_waiting_is_right_or_null(seed: int, wrong: list[Fault]) -> None:
    """Resets, zeros, leaps, text, files that go and come, gaps."""
    compare_pressure(seed, wrong)


@given(SEEDS, faults(2), SWAP_STARTS)
def test_swapping_is_right_or_null(seed: int, wrong: list[Fault], starts: tuple[int, int]) -> None:
    """The same, on hosts that have never swapped too."""
    compare_swap(seed, wrong, starts)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=10_000)
@given(SEEDS, faults(len(STALL_STARTS)), SWAP_STARTS)
def test_both_are_right_or_null_ten_thousand_times(
    seed: int, wrong: list[Fault], starts: tuple[int, int]
) -> None:
    """The same, for long."""
    compare_pressure(seed, wrong)
    compare_swap(seed, [fault._replace(column=fault.column % 2) for fault in wrong], starts)
