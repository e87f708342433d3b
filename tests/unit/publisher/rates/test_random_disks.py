# SPDX-License-Identifier: Apache-2.0
"""Random counters of a host's disks, four of which wrap: a figure is right, or null where it may be."""

from collections.abc import Iterator, Mapping
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.collectors.disks import SECTOR_BYTES, Disk, DiskCounters, DiskReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_disks import disk_rates
from tests.unit.publisher.rates.counter_reference import (
    Figure,
    Figures,
    Interval,
    Numbers,
    Shown,
    Steps,
    check,
    rate,
    strike_columns_alone,
)
from tests.unit.publisher.rates.counter_streams import LEAP, Fault, Reading, faults, stream
from tests.unit.publisher.rates.null_share import NullShare

COLUMNS = (
    "read_requests",
    "write_requests",
    "read_sectors",
    "write_sectors",
    "read_ms",
    "write_ms",
    "busy_ms",
    "waiting_ms",
)
READS, WRITES, READ_SECTORS, WRITE_SECTORS, READ_MS, WRITE_MS, BUSY_MS, WAITING_MS = range(8)
WRAP = 2**32
# What is read of a wrapping counter with one bit too many.
WRAPPING_LEAP = 2**31
# The times are about to wrap. A disk is busy for no more than the time that passes.
NEAR_WRAP = range(WRAP - 10**5, WRAP)
STARTS = (10**8, 10**8, 10**10, 10**10, NEAR_WRAP, NEAR_WRAP, NEAR_WRAP, NEAR_WRAP)
LARGEST_STEPS = [10**4, 10**4, 10**7, 10**7, 10**4, 10**5, 9_000, 10**5]


def latency(steps: Steps, _seconds: float) -> float | None:
    """Return the mean seconds of a request of all disks; the steps are requests and milliseconds of each."""
    requests = sum(sum(step[0::2]) for step in steps)
    return sum(sum(step[1::2]) for step in steps) / requests / 1000 if requests else None


def queue(steps: Steps, seconds: float) -> float | None:
    """Return the mean number of requests under way, if none took longer than the interval."""
    *requests_and_times, waiting_ms = steps[0]
    slowness = latency([requests_and_times], seconds)
    return None if slowness is not None and slowness > seconds else waiting_ms / 1000 / seconds


ALL = (READS, READ_MS, WRITES, WRITE_MS)
FIGURES = Figures(
    [
        rate("read_bytes_per_second", READ_SECTORS, SECTOR_BYTES),
        rate("write_bytes_per_second", WRITE_SECTORS, SECTOR_BYTES),
        rate("read_requests_per_second", READS),
        rate("write_requests_per_second", WRITES),
        rate("busy_ratio", BUSY_MS, 1 / 1000),
        Figure("queue_count", (*ALL, WAITING_MS), queue),
        Figure("latency_seconds", ALL, latency),
        Figure("read_latency_seconds", (READS, READ_MS), latency),
        Figure("write_latency_seconds", (WRITES, WRITE_MS), latency),
    ],
    sums=[
        rate("disk_read_bytes_per_second", READ_SECTORS, SECTOR_BYTES),
        rate("disk_write_requests_per_second", WRITES),
        Figure(
            "disk_busy_ratio",
            (BUSY_MS,),
            lambda steps, seconds: max(step[0] for step in steps) / 1000 / seconds,
        ),
        Figure("disk_latency_seconds", ALL, latency),
    ],
)


def as_printed(reading: Reading) -> Reading:
    """Return what the kernel prints of counters: the times as 32 bits."""

    def wrapped(number: int | None) -> int | None:
        if number is None:
            return None
        return (number if number < LEAP else number - LEAP + WRAPPING_LEAP) % WRAP

    numbers = reading.numbers
    return reading._replace(numbers=numbers and (*numbers[:READ_MS], *map(wrapped, numbers[READ_MS:])))


def counters_of(numbers: Numbers) -> DiskCounters:
    """Return the counters of a line."""
    return DiskCounters(**{f"{name}_total": value for name, value in zip(COLUMNS, numbers, strict=True)})


class Host:
    """A host with disks."""

    def __init__(self) -> None:
        self._watch = CounterWatch()
        self._interval = Interval()
        self._before: DiskReading | None = None

    def show(self, at_seconds: float, disks: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its disks at a tick."""
        now = DiskReading(
            disks=tuple(
                Disk(device, None, True, counters_of(numbers))
                for device, numbers in disks.items()
                if numbers is not None
            )
        )
        seconds = self._interval.until(at_seconds)
        rates = disk_rates(self._before, now, seconds, self._watch)
        self._before = now
        samples = {sample.device: sample for sample in rates.samples}
        sums = cast("dict[str, float | None]", rates.totals)
        return Shown(seconds, samples, sums, self._watch.take_findings())


def compare(seed: int, wrong: list[Fault]) -> None:
    """Compare all that is shown of two disks, of which the first has faults, with the truth."""
    gaps = [fault for fault in wrong if fault.kind == "gap"]
    streams = {
        device: list(map(as_printed, stream(seed, each, starts=STARTS, largest_steps=LARGEST_STEPS)))
        for device, each in (("sda", wrong), ("sdb", gaps))
    }
    # A time with a bit too many may look like one that fell.
    is_column_alone = strike_columns_alone(wrong) and all(
        fault.kind != "leap" or fault.column < READ_MS for fault in wrong
    )
    check(streams, Host().show, FIGURES, NULLS, is_column_alone=is_column_alone)


SEEDS = st.integers(0, 2**32 - 1)
NULLS = NullShare()


@pytest.fixture(autouse=True, scope="module")
def _said() -> Iterator[None]:
    """Say how many figures were null."""
    yield
    NULLS.say("disks")


@given(SEEDS, faults(len(COLUMNS)))
# Times that wrap while they cannot be read: for long, and so that no other counter tells of it.
@example(86372906, [Fault("text", 3, 3, BUSY_MS)])
@example(2927800643, [Fault("text", 3, 2, READ_MS)])
def test_a_figure_is_right_or_null(seed: int, wrong: list[Fault]) -> None:
    """Wraps, resets, zeros, leaps, text, disks that go and come, gaps."""
    compare(seed, wrong)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=10_000)
@given(SEEDS, faults(len(COLUMNS)))
def test_a_figure_is_right_or_null_ten_thousand_times(seed: int, wrong: list[Fault]) -> None:
    """The same, for long."""
    compare(seed, wrong)
