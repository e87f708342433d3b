# SPDX-License-Identifier: Apache-2.0
"""CPU time: /proc/stat and the shares that follow from it."""

from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import structs

from publisher.collectors.cpu import COLUMNS, CpuCollector, CpuReading, parse
from publisher.procfs import SourceMalformedError, SystemTree
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_cpu import HostCpuRates, cpu_rates
from tests.unit.publisher.host.host_tree import HostTree, fixture_text

TEXT = fixture_text("hypervisor", "/proc/stat")
SECONDS = 10.0

Line = tuple[int | None, ...]


def line(**ticks: int) -> Line:
    """Return the ten columns of a CPU, 0 where not given."""
    return tuple(ticks.get(column, 0) for column in COLUMNS)


def advanced(before: Line, **ticks: int) -> Line:
    """Return the columns of a CPU after so many ticks."""
    return tuple((old or 0) + ticks.get(column, 0) for column, old in zip(COLUMNS, before, strict=True))


def reading(*cpus: Line | None) -> CpuReading:
    """Return a reading of CPUs 0, 1, …; None is offline."""
    online = {number: columns for number, columns in enumerate(cpus) if columns is not None}
    return CpuReading(total=line(idle=1), cpus=online)


BUSY = line(user=9000, idle=91_000)
BEFORE = reading(BUSY)


def after(**ticks: int) -> CpuReading:
    """Return BEFORE with the counters of its CPU advanced by the given ticks."""
    return reading(advanced(BUSY, **ticks))


def rates_of(before: CpuReading | None, now: CpuReading, watch: CounterWatch | None = None) -> HostCpuRates:
    """Return the rates over ten seconds."""
    return cpu_rates(before, now, SECONDS, watch)


def test_the_columns_are_read_by_position() -> None:
    """The ten columns of the sum and of each CPU, the number of CPUs and the scheduler's gauges."""
    found = parse(TEXT)

    assert (4705000, 1500, 1220000, 9100000, 61000, 0, 45000, 2500, 3900000, 500) == found.total
    assert (700000, 200, 180000, 1300000, 9000, 0, 9000, 400, 560000, 80) == found.cpus[0]
    assert (6, 5, 1) == (found.online_count, found.running_count, found.blocked_count)


def test_offline_cpus_have_no_line_and_are_not_counted() -> None:
    """cpu2 and cpu5 are offline: six lines, numbered up to 7, are six CPUs."""
    found = parse(TEXT)

    assert ([0, 1, 3, 4, 6, 7], 6) == (list(found.cpus), found.online_count)


def test_columns_of_an_old_kernel_are_absent(tmp_path: Path) -> None:
    """A kernel without steal and guest has fewer columns, no 0, and the remark names them."""
    tree = HostTree("ancient", tmp_path)
    collected = CpuCollector(SystemTree(tree.root)).collect()

    assert 7 == len(collected.reading.total)
    assert "/proc/stat: no steal, guest, guest_nice" == collected.remark


def test_a_column_that_is_no_number_is_none() -> None:
    """Negative, too large, missing: that column of that CPU."""
    text = f"cpu  1 2 3 4 5\ncpu0 1 -2 3 {2**64} 5\ncpu1 1 2 3\n"

    assert {0: (1, None, 3, None, 5), 1: (1, 2, 3, None, None)} == parse(text).cpus


@pytest.mark.parametrize("text", ["", "intr 1 2", "cpu  1 2 3\n", "cpu  1 x 3 4\n", "cpu0 1 2 3 4 5 6\n"])
def test_a_text_without_total_is_malformed(text: str) -> None:
    """Without user, nice, system and idle there is nothing to divide by."""
    with pytest.raises(SourceMalformedError):
        parse(text)


def test_shares_divide_by_the_sum_of_all_increases() -> None:
    """1000 ticks of which 300 idle and 100 waiting are 60 % busy, whatever the clock says."""
    now = after(user=400, nice=10, system=100, idle=300, iowait=100, irq=10, softirq=30, steal=50, guest=350)

    for seconds in (9.0, SECONDS, 30.0):
        assert {
            "cpu_busy_ratio": 0.6,
            "cpu_guest_ratio": 0.35,
            "cpu_user_ratio": 0.06,
            "cpu_system_ratio": 0.1,
            "cpu_interrupt_ratio": 0.04,
            "cpu_steal_ratio": 0.05,
            "cpu_iowait_ratio": 0.1,
        } == cpu_rates(BEFORE, now, seconds)


def test_guest_time_is_not_added_to_user_time() -> None:
    """A CPU that runs a guest all the time is 100 % busy, not 200."""
    assert 1.0 == rates_of(BEFORE, after(user=1000, guest=1000))["cpu_busy_ratio"]


def test_waiting_for_io_is_not_busy() -> None:
    """A CPU that waits for a disk does nothing."""
    assert 0.0 == rates_of(BEFORE, after(iowait=500, idle=500))["cpu_busy_ratio"]


def test_user_time_without_guests_is_never_negative() -> None:
    """Guest ticks ahead of user ticks by rounding floor at 0."""
    assert 0.0 == rates_of(BEFORE, after(user=99, guest=101, idle=900))["cpu_user_ratio"]


def test_no_progress_is_no_value() -> None:
    """Two readings of the same instant have no shares, and that is told."""
    watch = CounterWatch()

    assert {None} == set(rates_of(BEFORE, BEFORE, watch).values())
    assert "no CPU time passed" == watch.take_findings()


def test_no_previous_reading_is_no_value() -> None:
    """The first reading after a start has no shares."""
    assert {} == rates_of(None, BEFORE)


def test_shares_that_the_kernel_does_not_count_are_absent() -> None:
    """Without the columns steal and guest their shares are None while busy is known."""
    old = CpuReading(total=(1, 1, 1, 1), cpus={0: (10, 0, 0, 90)})
    rates = rates_of(old, structs.replace(old, cpus={0: (510, 0, 0, 590)}))

    assert (0.5, None, None) == (rates["cpu_busy_ratio"], rates["cpu_steal_ratio"], rates["cpu_guest_ratio"])


def test_a_cpu_that_comes_and_goes_does_not_change_the_shares_of_the_others() -> None:
    """64 CPUs 10 % busy; CPU 3 is off, and comes back with an idle time from 0: 10 % at every tick."""
    online = [line(user=1000 * cpu, idle=500_000) for cpu in range(64)]
    readings = [reading(*online)]
    for tick in range(6):
        online = [advanced(one, user=100, idle=900) for one in online]
        if tick == 3:
            online[3] = (*online[3][:3], 0, *online[3][4:])
        shown = [one if cpu != 3 or tick >= 3 else None for cpu, one in enumerate(online)]
        readings.append(reading(*shown))

    assert [0.1] * 6 == [rates_of(before, now)["cpu_busy_ratio"] for before, now in pairwise(readings)]


def test_half_of_the_cpus_may_be_switched_off_at_once() -> None:
    """SMT off, 88 CPUs become 44 that are 2 % busy: 2 %, and 2 % when the others come back."""
    half = [line(user=100, idle=10_000 * cpu) for cpu in range(44)]
    later = [advanced(one, user=20, idle=980) for one in half]

    assert 0.02 == rates_of(reading(*half, *half), reading(*later))["cpu_busy_ratio"]
    assert 0.02 == rates_of(reading(*half), reading(*later, *half))["cpu_busy_ratio"]


def test_a_minority_of_cpus_says_nothing_of_all() -> None:
    """One of three was there before."""
    watch = CounterWatch()

    assert {} == rates_of(reading(BUSY), reading(advanced(BUSY, idle=1000), BUSY, BUSY), watch)
    assert "1 of 3 CPUs were online at the sample before" == watch.take_findings()


def test_a_cpu_that_was_off_between_two_readings_costs_the_shares() -> None:
    """Its idle time fell: how long it was on nobody knows, nor what it did."""
    watch = CounterWatch()
    now = reading(advanced(BUSY, idle=1000), line(user=9300, idle=400))

    assert {} == rates_of(reading(BUSY, BUSY), now, watch)
    assert "idle fell on 1 CPU (1 time since the start)" == watch.take_findings()


def test_time_that_went_from_idle_to_waiting_is_neither_lost_nor_counted_twice() -> None:
    """The kernel calls a sleep of five seconds waiting after all: half of the ten seconds is rest."""
    rates = rates_of(BEFORE, after(user=500, idle=-4500, iowait=5000))
    assert (0.5, 0.5) == (rates["cpu_busy_ratio"], rates["cpu_iowait_ratio"])

    rates = rates_of(reading(line(idle=100, iowait=9000)), reading(line(user=500, idle=5600, iowait=4000)))
    assert (0.5, 0.0) == (rates["cpu_busy_ratio"], rates["cpu_iowait_ratio"])


def test_a_step_back_by_rounding_is_no_step() -> None:
    """The kernel rounds each column by itself."""
    before, now = line(steal=50), line(user=500, idle=500, steal=48)

    assert 0.5 == rates_of(reading(before), reading(now))["cpu_busy_ratio"]


@pytest.mark.parametrize("steal", [-3000, 2**63], ids=["keeps falling", "leaps"])
def test_one_bad_column_costs_its_own_share(steal: int) -> None:
    """Steal that cannot be is not known; the shares of the rest are of the time that passed."""
    watch = CounterWatch()
    before, now = line(steal=5000), line(user=400, system=100, idle=300, steal=5000 + steal)
    for _ in range(3):
        rates = rates_of(reading(before, before), reading(now, now), watch)
        assert (None, 0.7, 0.4) == (
            rates["cpu_steal_ratio"],
            rates["cpu_busy_ratio"],
            rates["cpu_user_ratio"],
        )
        assert (watch.take_findings() or "").startswith("steal ")
    assert 3 == watch.doubt_count


def test_a_column_that_fell_a_little_is_not_believed_on_its_way_back() -> None:
    """Whether the lower or the higher number was wrong shows at the tick after."""
    watch = CounterWatch()
    rates_of(reading(line(steal=5000)), reading(line(steal=4900, idle=1000)), watch)
    rates = rates_of(reading(line(steal=4900)), reading(line(steal=5100, idle=800)), watch)
    assert (None, 0.2) == (rates["cpu_steal_ratio"], rates["cpu_busy_ratio"])

    rates = rates_of(reading(line(steal=5100)), reading(line(steal=5200, idle=900)), watch)
    assert 0.1 == rates["cpu_steal_ratio"]


def test_more_time_than_passed_is_not_believed() -> None:
    """A text of zeros for a tick: null, and null when the numbers are back."""
    zeros, watch = reading(line()), CounterWatch()

    assert {} == rates_of(BEFORE, zeros, watch)
    assert {} == rates_of(zeros, BEFORE, watch)
    assert 0.1 == rates_of(BEFORE, after(user=100, idle=900), watch)["cpu_busy_ratio"]


def test_a_container_without_lines_of_cpus_has_the_sum() -> None:
    """Then the first line is all there is."""
    before = CpuReading(total=line(user=1, idle=1))

    assert 0.25 == rates_of(before, CpuReading(total=line(user=101, idle=301)))["cpu_busy_ratio"]


def test_the_formula_of_2011_would_say_98_percent() -> None:
    """Two CPUs idle but for 4 % are 4 % busy, not the 98 % that a divisor without the CPU count gives."""
    now = reading(*[advanced(BUSY, user=40, idle=960)] * 2)

    assert 0.04 == rates_of(reading(BUSY, BUSY), now)["cpu_busy_ratio"]
