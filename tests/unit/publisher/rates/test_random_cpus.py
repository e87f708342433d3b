# SPDX-License-Identifier: Apache-2.0
"""Random CPUs that come and go and are read wrongly: shares are right, or null where the reference allows.

The truth is what each CPU did within the interval. A share is that of the CPUs that were online at both ends.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.collectors.cpu import COLUMNS, CpuReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_cpu import TICKS_PER_SECOND, cpu_rates
from publisher.wire.samples import HostSample
from tests.unit.publisher.rates.counter_streams import apart
from tests.unit.publisher.rates.null_share import NullShare

TICK_SECONDS = 10.0
TICK_COUNT = 16
IDLE, STEAL = COLUMNS.index("idle"), COLUMNS.index("steal")
BUSY = tuple(COLUMNS.index(name) for name in ("user", "nice", "system", "irq", "softirq", "steal"))
# How much of a share is lost where a column is not known and the clock stands for it.
TOLERANCE = 0.01

# off: a CPU is not there. between: it was off and is on again. shift: time goes from idle to iowait.
# zero: all lines are 0. leap: a column of a CPU is far too high. fall: a column of all CPUs falls.
Kind = Literal["off", "between", "shift", "zero", "leap", "fall"]


class Fault(NamedTuple):
    """What happens from which tick on, for how many, to which CPU and column where it is one."""

    kind: Kind
    tick: int
    tick_count: int
    cpu: int
    column: int


FAULTS = st.lists(
    st.builds(
        Fault,
        st.sampled_from(["off", "between", "shift", "zero", "leap", "fall"]),
        st.integers(2, TICK_COUNT - 1),
        st.integers(1, 3),
        st.integers(0, 7),
        st.sampled_from([*BUSY, IDLE]),
    ),
    max_size=3,
    # A CPU that is switched off twice in a row leaves no trace of it.
    unique_by=lambda fault: "off" if fault.kind == "between" else fault.kind,
).map(apart)


class Tick(NamedTuple):
    """A reading, what each CPU did since the one before, and the faults at work."""

    seconds: float
    reading: CpuReading
    work: dict[int, list[int]]
    kinds: frozenset[Kind]


def ticks(seed: int, cpu_count: int, wrong: Sequence[Fault]) -> Iterator[Tick]:
    """Give the readings of a host, one after the other."""
    chance = Random(seed)  # noqa: S311 - repeatable, not secret
    totals = {cpu: [chance.randrange(10**6, 10**7) for _ in COLUMNS] for cpu in range(cpu_count)}
    for tick in range(TICK_COUNT):
        now = [fault for fault in wrong if fault.tick <= tick < fault.tick + fault.tick_count]
        begun = {fault for fault in now if fault.tick == tick}
        seconds = TICK_SECONDS * chance.uniform(0.97, 1.03)
        work = {cpu: _work(chance, seconds) for cpu in totals}
        for cpu, columns in work.items():
            totals[cpu] = [old + new for old, new in zip(totals[cpu], columns, strict=True)]
        off = {fault.cpu % cpu_count for fault in now if fault.kind == "off"}
        ended = {fault for fault in wrong if fault.tick + fault.tick_count == tick}
        for fault in begun | ended:
            cpu = fault.cpu % cpu_count
            if fault in begun if fault.kind == "between" else fault.kind == "off" and fault in ended:
                # A CPU that is switched on counts its idle time from 0.
                totals[cpu][IDLE] = chance.randrange(500)
            if fault.kind == "shift" and fault in begun:
                moved = chance.randrange(5000)
                totals[cpu][IDLE] -= moved
                totals[cpu][IDLE + 1] += moved
        lines = _shown({cpu: list(line) for cpu, line in totals.items() if cpu not in off}, now, tick)
        kinds = frozenset(
            fault.kind for fault in wrong if fault.tick - 1 <= tick <= fault.tick + fault.tick_count + 1
        )
        yield Tick(seconds, CpuReading(total=(1, 1, 1, 1), cpus=lines), work, kinds)


def _shown(
    columns: dict[int, list[int]], wrong: Sequence[Fault], tick: int
) -> dict[int, tuple[int | None, ...]]:
    """Return what is read of CPUs that are online."""
    for fault in wrong:
        if fault.kind == "zero":
            columns = {cpu: [0] * len(COLUMNS) for cpu in columns}
        elif fault.kind == "leap" and columns:
            columns[sorted(columns)[fault.cpu % len(columns)]][fault.column] += 2**60
        elif fault.kind == "fall":
            for line in columns.values():
                line[STEAL] = max(0, line[STEAL] - 5000 * (tick - fault.tick + 1))
    return {cpu: tuple(line) for cpu, line in columns.items()}


def _work(chance: Random, seconds: float) -> list[int]:
    """Return the ticks that a CPU spent on each column, all of them the time that passed."""
    left = round(seconds * TICKS_PER_SECOND)
    columns = [0] * len(COLUMNS)
    for place in BUSY:
        columns[place] = chance.randrange(left + 1) if chance.random() < 0.3 else 0
        left -= columns[place]
    columns[IDLE] = left
    columns[-2] = chance.randrange(columns[0] + 1)
    return columns


def check(seed: int, cpu_count: int, wrong: Sequence[Fault], share: NullShare) -> None:
    """Compare the shares with the truth, tick by tick."""
    watch, before = CounterWatch(), CpuReading(total=())
    for now in ticks(seed, cpu_count, wrong):
        sample = HostSample(**cpu_rates(before, now.reading, now.seconds, watch))
        told = watch.take_findings()
        both = [cpu for cpu in now.reading.cpus if cpu in before.cpus]
        whole = sum(sum(now.work[cpu][:8]) for cpu in both)
        for name, places in (("busy", BUSY), ("user", (0, 1)), ("system", (2,)), ("steal", (STEAL,))):
            value = getattr(sample, f"cpu_{name}_ratio")
            if before.cpus:
                share.count(value)
            if value is None:
                assert told
                assert now.kinds - {"shift"} or 2 * len(both) < len(now.reading.cpus)
                continue
            spent = sum(now.work[cpu][place] for cpu in both for place in places)
            if name == "user":
                spent -= sum(now.work[cpu][-2] for cpu in both)
            assert abs(spent / whole - value) <= TOLERANCE
        before = now.reading


SEEDS, CPUS = st.integers(0, 2**32 - 1), st.integers(1, 8)
NULLS = NullShare()


@pytest.fixture(autouse=True, scope="module")
def _said() -> Iterator[None]:
    """Say how many figures were null."""
    yield
    NULLS.say("CPUs")


@given(SEEDS, CPUS, FAULTS)
def test_a_share_is_right_or_null(seed: int, cpu_count: int, wrong: list[Fault]) -> None:
    """CPUs that go and come, columns that leap and fall, time that moves from idle to waiting."""
    check(seed, cpu_count, wrong, NULLS)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=10_000)
@given(SEEDS, CPUS, FAULTS)
def test_a_share_is_right_or_null_ten_thousand_times(seed: int, cpu_count: int, wrong: list[Fault]) -> None:
    """The same, for long."""
    check(seed, cpu_count, wrong, NULLS)
