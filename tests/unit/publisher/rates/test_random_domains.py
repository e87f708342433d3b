# SPDX-License-Identifier: Apache-2.0
"""Random counters of VMs, their disks, interfaces and CPUs: a figure is right, or null where it may be."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.hypervisor.readings import (
    BLOCK_COUNTERS,
    INTERFACE_COUNTERS,
    BlockReading,
    DomainInterfaceReading,
    DomainReading,
)
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.domain import NANOSECONDS, cpu_rates
from publisher.rates.domain_devices import block_rates, interface_rates
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
from tests.unit.publisher.rates.counter_streams import (
    LONGEST_SECONDS,
    Fault,
    faults,
    of_few_counters,
    stream,
)
from tests.unit.publisher.rates.null_share import NullShare

ADDRESSES = {"vnet0": "52:54:00:00:00:01", "vnet1": "52:54:00:00:00:02"}
NAMES = {address: name for name, address in ADDRESSES.items()}
# Requests, bytes and nanoseconds of reads and writes; hardly a flush.
BLOCK_STARTS = [10**6, 10**12, 10**13, 10**6, 10**12, 10**13, 0, 0]
BLOCK_STEPS = [10**4, 10**9, 10**10, 10**4, 10**9, 10**10, 2, 10**7]
INTERFACE_STARTS = [10**12, 10**9, 0, 3, 10**12, 10**9, 0, 0]
INTERFACE_STEPS = [10**9, 10**6, 1, 2, 10**9, 10**6, 1, 1]
# Gauges.
SIZES = (1, 1, 1)
CPU_COUNT = 4
CPU_FIGURES = Figures([rate("cores", 0, 1 / NANOSECONDS)])


def latency(steps: Steps, _seconds: float) -> float | None:
    """Return the mean seconds of a request of all disks; the steps are requests and nanoseconds of each."""
    requests = sum(sum(step[0::2]) for step in steps)
    return sum(sum(step[1::2]) for step in steps) / requests / NANOSECONDS if requests else None


BLOCK_FIGURES = Figures(
    [
        rate("read_requests_per_second", 0),
        rate("read_bytes_per_second", 1),
        rate("write_requests_per_second", 3),
        rate("write_bytes_per_second", 4),
        rate("flush_requests_per_second", 6),
        Figure("read_latency_seconds", (0, 2), latency),
        Figure("write_latency_seconds", (3, 5), latency),
        Figure("flush_latency_seconds", (6, 7), latency),
    ],
    sums=[
        rate("read_bytes_per_second", 1),
        rate("write_requests_per_second", 3),
        Figure("latency_seconds", (0, 2, 3, 5), latency),
    ],
)
INTERFACE_FIGURES = Figures(
    [rate(f"{name}_per_second", place) for place, name in enumerate(INTERFACE_COUNTERS)],
    sums=[rate("receive_bytes_per_second", 0), rate("transmit_bytes_per_second", 4)],
)


class Cpu(NamedTuple):
    """What is shown of a VM's CPU time."""

    cores: float | None


class Domain:
    """One start of a VM."""

    def __init__(self) -> None:
        self._watch = CounterWatch()
        self._interval = Interval()
        self._before: Any = ()

    def show_blocks(self, at_seconds: float, disks: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its disks at a tick."""
        now = [
            BlockReading._make((name, *numbers, *SIZES))
            for name, numbers in disks.items()
            if numbers is not None
        ]
        seconds = self._interval.until(at_seconds)
        rates = block_rates(self._before, now, seconds, self._watch)
        self._before = now
        samples = {sample.device: sample for sample in rates.samples}
        return Shown(seconds, samples, rates.totals._asdict(), self._watch.take_findings())

    def show_interfaces(self, at_seconds: float, cards: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its interfaces at a tick."""
        now = [DomainInterfaceReading(name, *numbers) for name, numbers in cards.items() if numbers]
        seconds = self._interval.until(at_seconds)
        rates = interface_rates(self._before, now, seconds, ADDRESSES, self._watch)
        self._before = now
        samples = {NAMES[sample.device]: sample for sample in rates.samples}
        sums = {
            "receive_bytes_per_second": rates.receive_bytes_per_second,
            "transmit_bytes_per_second": rates.transmit_bytes_per_second,
        }
        return Shown(seconds, samples, sums, self._watch.take_findings())

    def show_cpu(self, at_seconds: float, times: Mapping[str, Numbers | None]) -> Shown:
        """Return what it shows of its CPU time at a tick."""
        numbers = times["cpu"]
        now = DomainReading(
            uuid="u",
            name="a",
            libvirt_id=1,
            state=1,
            state_reason=1,
            at_seconds=at_seconds,
            cpu_time_ns=numbers[0] if numbers else None,
            vcpu_count=CPU_COUNT,
        )
        seconds = self._interval.until(at_seconds)
        before = self._before or None
        rates = cpu_rates(before, now, LONGEST_SECONDS, self._watch, host_cpu_count=CPU_COUNT)
        self._before = now
        return Shown(seconds, {"cpu": Cpu(rates.cores)}, {}, self._watch.take_findings())


def without_faults(wrong: list[Fault]) -> list[Fault]:
    """Return those of a device that only shares the gaps of another."""
    return [fault for fault in wrong if fault.kind == "gap"]


def compare_blocks(seed: int, wrong: list[Fault]) -> None:
    """Compare all that is shown of two disks, of which the first has faults, with the truth."""
    streams = {
        name: stream(seed, each, starts=BLOCK_STARTS, largest_steps=BLOCK_STEPS)
        for name, each in (("vda", wrong), ("vdb", without_faults(wrong)))
    }
    check(
        streams,
        Domain().show_blocks,
        BLOCK_FIGURES,
        NULLS["disks of a VM"],
        is_column_alone=strike_columns_alone(wrong),
    )


def compare_interfaces(seed: int, wrong: list[Fault]) -> None:
    """Compare all that is shown of two interfaces, of which the first has faults, with the truth."""
    streams = {
        name: stream(seed, each, starts=INTERFACE_STARTS, largest_steps=INTERFACE_STEPS)
        for name, each in (("vnet0", wrong), ("vnet1", without_faults(wrong)))
    }
    check(
        streams,
        Domain().show_interfaces,
        INTERFACE_FIGURES,
        NULLS["interfaces of a VM"],
        is_column_alone=strike_columns_alone(wrong),
    )


def compare_cpu(seed: int, wrong: list[Fault]) -> None:
    """Compare the CPU time with the truth."""
    alone = [fault._replace(column=0) for fault in of_few_counters(wrong)]
    largest = 9 * CPU_COUNT * NANOSECONDS
    streams = {"cpu": stream(seed, alone, starts=[10**15], largest_steps=[largest])}
    check(
        streams,
        Domain().show_cpu,
        CPU_FIGURES,
        NULLS["CPU time of a VM"],
        is_column_alone=strike_columns_alone(alone),
    )


SEEDS = st.integers(0, 2**32 - 1)
FAULTS = faults(len(BLOCK_COUNTERS))
NULLS = {subject: NullShare() for subject in ("disks of a VM", "interfaces of a VM", "CPU time of a VM")}


@pytest.fixture(autouse=True, scope="module")
def _said() -> Iterator[None]:
    """Say how many figures were null."""
    yield
    for subject, share in NULLS.items():
        share.say(subject)


@pytest.mark.parametrize("compare", [compare_blocks, compare_interfaces, compare_cpu])
@given(seed=SEEDS, wrong=FAULTS)
def test_a_figure_is_right_or_null(compare: Any, seed: int, wrong: list[Fault]) -> None:
    """Resets, zeros, leaps, text, devices that go and come, gaps."""
    compare(seed, wrong)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("compare", [compare_blocks, compare_interfaces, compare_cpu])
@settings(max_examples=10_000)
@given(seed=SEEDS, wrong=FAULTS)
def test_a_figure_is_right_or_null_ten_thousand_times(compare: Any, seed: int, wrong: list[Fault]) -> None:
    """The same, for long."""
    compare(seed, wrong)
