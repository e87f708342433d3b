# SPDX-License-Identifier: Apache-2.0
"""The clock: what the kernel's numbers mean, and that the kernel is only asked."""

import ctypes
import errno
from typing import Any, NoReturn

import pytest

from publisher.collectors import clock
from publisher.collectors.clock import ClockCollector, ClockReading, KernelClock, interpret, read_kernel_clock
from publisher.procfs import SourceFailedError, SourceUnavailableError, SystemTree

# include/linux/timex.h
LOOP, UNSYNCHRONISED, NANOSECONDS = 0x0001, 0x0040, 0x2000


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(
            KernelClock(-1_234_567, 2_500, LOOP | NANOSECONDS),
            ClockReading(
                clock_synchronised=True, clock_error_seconds=0.0025, clock_ntp_offset_seconds=0.001234567
            ),
            id="ns, as ntpd and systemd-timesyncd have it: ahead",
        ),
        pytest.param(
            KernelClock(42, 15_999_999, LOOP),
            ClockReading(
                clock_synchronised=True, clock_error_seconds=15.999999, clock_ntp_offset_seconds=-0.000042
            ),
            id="µs: behind",
        ),
        pytest.param(
            KernelClock(0, 800, NANOSECONDS),
            ClockReading(clock_synchronised=True, clock_error_seconds=0.0008),
            id="chrony has no loop of the kernel: its 0 is no offset",
        ),
        pytest.param(
            KernelClock(0, 800, UNSYNCHRONISED),
            ClockReading(clock_synchronised=True, clock_error_seconds=0.0008),
            id="chrony without rtcsync",
        ),
        pytest.param(
            KernelClock(0, 16_000_000, LOOP | UNSYNCHRONISED),
            ClockReading(clock_synchronised=False),
            id="nobody keeps it in time",
        ),
    ],
)
def test_what_the_kernel_says_of_its_clock(found: KernelClock, expected: ClockReading) -> None:
    """Seconds, ahead as positive; what nobody measured is not known."""
    assert expected == interpret(found)


def test_this_kernel_is_asked_and_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any kernel has an error between 0 and its limit; the call asks with no mode."""
    modes = []
    real = clock._library()

    class Library:
        def adjtimex(self, timex: Any) -> int:
            modes.append(timex._obj.modes)
            return int(real.adjtimex(timex))

    monkeypatch.setattr(clock, "_library", Library)
    found = read_kernel_clock()

    assert 0 <= found.error_microseconds <= clock.LARGEST_ERROR_MICROSECONDS
    assert [0] == modes


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSYS, SourceUnavailableError),
        (errno.EPERM, SourceUnavailableError),
        (errno.EFAULT, SourceFailedError),
    ],
)
def test_a_kernel_that_does_not_say_is_no_clock_out_of_time(
    monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    """A sandbox without the call is not a host whose clock nobody keeps in time."""

    class Library:
        def adjtimex(self, _: object) -> int:
            ctypes.set_errno(number)
            return -1

    monkeypatch.setattr(clock, "_library", Library)
    with pytest.raises(kind, match="adjtimex: "):
        read_kernel_clock()


def test_the_collector_asks_at_each_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is its own, at that tick alone."""

    def fail() -> NoReturn:
        raise SourceFailedError("adjtimex: Bad address")

    collector = ClockCollector(SystemTree())
    monkeypatch.setattr(clock, "read_kernel_clock", fail)
    with pytest.raises(SourceFailedError):
        collector.collect()
    monkeypatch.setattr(clock, "read_kernel_clock", lambda: KernelClock(0, 1, 0))

    assert collector.collect().reading.clock_synchronised
