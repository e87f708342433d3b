# SPDX-License-Identifier: Apache-2.0
"""CPU time: /proc/stat and the shares that follow from it."""

import pytest
from msgspec import structs

from publisher.collectors.cpu import CpuReading, parse
from publisher.procfs import SourceMalformedError
from publisher.rates.host_cpu import cpu_rates, hold_small_dips
from tests.unit.publisher.host.host_tree import fixture_text

BEFORE = parse(fixture_text("hypervisor", "/proc/stat"))


def after(**steps: int) -> CpuReading:
    """Return BEFORE with counters advanced by the given ticks."""
    return structs.replace(
        BEFORE, **{f"{name}_total": getattr(BEFORE, f"{name}_total") + step for name, step in steps.items()}
    )


def test_the_columns_are_read_by_position() -> None:
    """The ten columns, the number of CPU lines and the scheduler's gauges."""
    expected = CpuReading(
        user_total=4705000,
        nice_total=1500,
        system_total=1220000,
        idle_total=9100000,
        iowait_total=61000,
        irq_total=0,
        softirq_total=45000,
        steal_total=2500,
        guest_total=3900000,
        guest_nice_total=500,
        online_count=6,
        running_count=5,
        blocked_count=1,
    )

    assert expected == BEFORE


def test_offline_cpus_have_no_line_and_are_not_counted() -> None:
    """cpu2 and cpu5 are offline: six lines, numbered up to 7, are six CPUs."""
    assert 6 == BEFORE.online_count


def test_columns_of_an_old_kernel_are_absent() -> None:
    """A kernel without steal and guest has None there, not 0."""
    reading = parse(fixture_text("ancient", "/proc/stat"))

    assert (2, None, None, None) == (
        reading.softirq_total,
        reading.steal_total,
        reading.guest_total,
        reading.guest_nice_total,
    )


@pytest.mark.parametrize("text", ["", "intr 1 2", "cpu  1 2 3\n", "cpu  1 x 3 4\n", "cpu0 1 2 3 4 5 6\n"])
def test_a_text_without_total_is_malformed(text: str) -> None:
    """Without user, nice, system and idle there is nothing to divide by."""
    with pytest.raises(SourceMalformedError):
        parse(text)


def test_shares_divide_by_the_sum_of_all_increases() -> None:
    """1000 ticks of which 300 idle and 100 waiting are 60 % busy, whatever the clock says."""
    rates = cpu_rates(
        BEFORE,
        after(user=400, nice=10, system=100, idle=300, iowait=100, irq=10, softirq=30, steal=50, guest=350),
    )

    assert {
        "cpu_busy_ratio": 0.6,
        "cpu_guest_ratio": 0.35,
        "cpu_user_ratio": 0.06,
        "cpu_system_ratio": 0.1,
        "cpu_interrupt_ratio": 0.04,
        "cpu_steal_ratio": 0.05,
        "cpu_iowait_ratio": 0.1,
    } == rates


def test_guest_time_is_not_added_to_user_time() -> None:
    """A CPU that runs a guest all the time is 100 % busy, not 200."""
    assert 1.0 == cpu_rates(BEFORE, after(user=1000, guest=1000))["cpu_busy_ratio"]


def test_waiting_for_io_is_not_busy() -> None:
    """A CPU that waits for a disk does nothing."""
    assert 0.0 == cpu_rates(BEFORE, after(iowait=500, idle=500))["cpu_busy_ratio"]


def test_user_time_without_guests_is_never_negative() -> None:
    """Guest ticks ahead of user ticks by rounding floor at 0."""
    assert 0.0 == cpu_rates(BEFORE, after(user=99, guest=101, idle=900))["cpu_user_ratio"]


def test_no_progress_is_no_value() -> None:
    """Two readings of the same instant have no shares."""
    assert {None} == set(cpu_rates(BEFORE, BEFORE).values())


def test_no_previous_reading_is_no_value() -> None:
    """The first reading after a start has no shares."""
    assert {} == cpu_rates(None, BEFORE)


def test_shares_that_the_kernel_does_not_count_are_absent() -> None:
    """Without the columns steal and guest their shares are None while busy is known."""
    old = parse(fixture_text("ancient", "/proc/stat"))
    new = structs.replace(old, user_total=old.user_total + 50, idle_total=old.idle_total + 50)
    rates = cpu_rates(old, new)

    assert (0.5, None, None) == (rates["cpu_busy_ratio"], rates["cpu_steal_ratio"], rates["cpu_guest_ratio"])


@pytest.mark.parametrize("column", ["idle", "iowait"])
def test_a_small_dip_is_held(column: str) -> None:
    """Idle or iowait going back by less than three seconds counts as no progress."""
    current = hold_small_dips(BEFORE, after(**{"user": 500, "system": 500, column: -200}))

    assert getattr(BEFORE, f"{column}_total") == getattr(current, f"{column}_total")
    assert 1.0 == cpu_rates(BEFORE, current)["cpu_busy_ratio"]


def test_a_held_counter_counts_again_from_where_it_was() -> None:
    """The ticks that make good a dip are not counted twice."""
    dipped = hold_small_dips(BEFORE, after(user=1000, idle=-100))
    recovered = hold_small_dips(dipped, after(user=1500, idle=500))

    assert 0.5 == cpu_rates(dipped, recovered)["cpu_busy_ratio"]


def test_a_large_drop_ends_the_series_for_one_interval() -> None:
    """A CPU that came back online with fresh counters gives no shares once, then again."""
    replugged = hold_small_dips(BEFORE, after(user=500, idle=-1_000_000))
    later = structs.replace(
        replugged, user_total=replugged.user_total + 100, idle_total=replugged.idle_total + 300
    )

    assert {} == cpu_rates(BEFORE, replugged)
    assert 0.25 == cpu_rates(replugged, hold_small_dips(replugged, later))["cpu_busy_ratio"]


def test_the_formula_of_2011_would_say_98_percent() -> None:
    """Two CPUs idle but for 4 % are 4 % busy, not the 98 % that a divisor without the CPU count gives."""
    assert 0.04 == cpu_rates(BEFORE, after(user=80, idle=1920))["cpu_busy_ratio"]
