# SPDX-License-Identifier: Apache-2.0
"""Load, pressure and swapping."""

import errno
import os
from itertools import pairwise
from pathlib import Path

import pytest

from publisher.collectors import load, pressure, swap
from publisher.procfs import SourceMalformedError, SourceUnavailableError, SystemTree
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_pressure import pressure_rates
from publisher.rates.host_swap import swap_rates
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree, fixture_text


def test_load_and_uptime() -> None:
    """Three averages and the first number of /proc/uptime."""
    expected = load.LoadReading(load_1m=3.52, load_5m=2.75, load_15m=2.01, uptime_seconds=372345.67)

    assert expected == load.LoadCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading


def test_load_without_uptime_says_what_is_missing(tmp_path: Path) -> None:
    """The load is published although the uptime is absent."""
    tree = HostTree("hypervisor", tmp_path)
    tree.remove("/proc/uptime")
    collected = load.LoadCollector(SystemTree(tree.root)).collect()

    assert (3.52, None) == (collected.reading.load_1m, collected.reading.uptime_seconds)
    assert "/proc/uptime: absent" == collected.remark


@pytest.mark.parametrize("text", ["", "1.0 2.0", "a b c", "nan 1 1", "1 inf 1", "-1 0 0"])
def test_a_load_that_is_no_number_is_malformed(text: str) -> None:
    """Fewer than three numbers, or numbers that no load can be, are refused."""
    with pytest.raises(SourceMalformedError):
        load.parse(text)


def test_pressure_takes_totals() -> None:
    """The totals of the lines that are published; "full" of the CPU is not one of them."""
    expected = pressure.PressureReading(
        cpu_some_total=81234567,
        memory_some_total=1234567,
        memory_full_total=1034567,
        io_some_total=20234567,
        io_full_total=18234567,
        irq_full_total=4234567,
    )

    assert expected == pressure.PressureCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading


def test_a_kernel_without_pressure_is_not_at_fault() -> None:
    """No folder at all is "unavailable"."""
    with pytest.raises(SourceUnavailableError, match="/proc/pressure/cpu: absent"):
        pressure.PressureCollector(SystemTree(FIXTURES / "ancient")).collect()


def test_pressure_that_was_switched_off_is_not_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are there and answer "not supported" (psi=0) are "unavailable" with that reason."""
    tree = HostTree("hypervisor", tmp_path)

    def refuse(*_: object) -> bytes:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "pread", refuse)
    with pytest.raises(SourceUnavailableError, match="not supported"):
        pressure.PressureCollector(SystemTree(tree.root)).collect()


def test_a_kernel_without_interrupt_pressure_says_so(tmp_path: Path) -> None:
    """The other three files are published and the remark names the fourth."""
    tree = HostTree("hypervisor", tmp_path)
    tree.remove("/proc/pressure/irq")
    collected = pressure.PressureCollector(SystemTree(tree.root)).collect()

    assert (81234567, None) == (collected.reading.cpu_some_total, collected.reading.irq_full_total)
    assert "/proc/pressure/irq: absent" == collected.remark


def test_pressure_without_a_total_says_so(tmp_path: Path) -> None:
    """A line that is cut has no total, and the remark names it."""
    tree = HostTree("hypervisor", tmp_path)
    tree.edit("/proc/pressure/io", "total=18234567", "tot")
    collected = pressure.PressureCollector(SystemTree(tree.root)).collect()

    assert collected.reading.io_full_total is None
    assert "/proc/pressure/io: no total of full" == collected.remark


@pytest.mark.parametrize("numbers", [(10**6, 0, 3 * 10**6, 4 * 10**6), (10**6, 2**60, 3 * 10**6, 4 * 10**6)])
def test_stalls_that_cannot_be_are_null(numbers: tuple[int, ...]) -> None:
    """A total that reads 0 or too high for a tick is no stall, then or when it is back."""
    watch, shown = CounterWatch(), []
    readings = [pressure.PressureReading(io_full_total=number) for number in numbers]
    for before, after in pairwise(readings):
        shown.append(pressure_rates(before, after, 10.0, watch)["pressure_io_full_ratio"])

    assert [None, None, 0.1] == shown


def test_swapping_that_cannot_be_is_null() -> None:
    """Pages since boot that read 0 for a tick were not all swapped within one."""
    watch, shown = CounterWatch(), []
    readings = [swap.SwapReading(in_bytes_total=total) for total in (10**12, 0, 10**12 + 4096, 10**12 + 8192)]
    for before, after in pairwise(readings):
        shown.append(swap_rates(before, after, 10.0, watch)["swap_in_bytes_per_second"])

    assert [None, None, 409.6] == shown


def test_swapping_is_in_bytes() -> None:
    """Pages times the page size; kills as they are."""
    expected = swap.SwapReading(in_bytes_total=4_096_000, out_bytes_total=286_720_000, oom_kill_total=2)

    assert expected == swap.parse(fixture_text("hypervisor", swap.PATH), 4096)


def test_kills_are_absent_before_linux_4_13() -> None:
    """A kernel that does not count kills has None, not 0, and says so."""
    collected = swap.SwapCollector(SystemTree(FIXTURES / "ancient")).collect()

    assert (0, None) == (collected.reading.in_bytes_total, collected.reading.oom_kill_total)
    assert "/proc/vmstat: no oom_kill_total" == collected.remark


def test_a_name_within_another_name_is_not_taken() -> None:
    """``zpswpin`` is not ``pswpin``."""
    assert swap.SwapReading(oom_kill_total=1) == swap.parse("zpswpin 5\noom_kill 1", 4096)


def test_a_vmstat_without_any_of_it_is_malformed() -> None:
    """An empty file is a fault of the source."""
    with pytest.raises(SourceMalformedError):
        swap.parse("", 4096)
