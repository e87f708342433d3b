# SPDX-License-Identifier: Apache-2.0
"""Whether the kernel's clock is kept in time, by adjtimex(2), which sets nothing and needs no privilege.

Beside the files of a tree this is the only thing that a collector asks the kernel for.
"""

import ctypes
import errno
import os
from functools import cache
from typing import Final, NamedTuple

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceFailedError, SourceUnavailableError, SystemTree

# include/linux/timex.h. At its NTP_PHASE_LIMIT, in µs, the kernel calls the clock unsynchronised.
STATUS_LOOP: Final = 0x0001
STATUS_NANOSECONDS: Final = 0x2000
LARGEST_ERROR_MICROSECONDS: Final = 16_000_000
DAEMONS_OWN: Final = "adjtimex: no offset, a daemon corrects the clock without the kernel's loop"
# ENOSYS: a kernel without it; EPERM: a sandbox that forbids it.
_LACKING: Final = frozenset({errno.ENOSYS, errno.EPERM})


class ClockReading(Struct, frozen=True, kw_only=True):
    """Whether a daemon keeps the clock in time, in its own words to the kernel. Field names are figures.

    The error is the most that the clock can be off. The offset is how far it is ahead, negative if behind. It
    is what the kernel has yet to correct. Both are None while nobody keeps the clock in time.
    """

    clock_synchronised: bool
    clock_error_seconds: float | None = None
    clock_ntp_offset_seconds: float | None = None


class KernelClock(NamedTuple):
    """What of struct timex is read: µs, and ns for the offset where the status says so."""

    offset: int
    error_microseconds: int
    status: int


class _Timex(ctypes.Structure):
    # Its first fields; the kernel writes 208 bytes at most.
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("error_microseconds", ctypes.c_long),
        ("estimated_error_microseconds", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@cache
def _library() -> ctypes.CDLL:
    # Once: each has a class of its own.
    return ctypes.CDLL(None, use_errno=True)


def read_kernel_clock() -> KernelClock:
    """Ask the kernel; raise SourceError where it does not say."""
    # No mode is set: nothing is adjusted.
    found = _Timex()
    if _library().adjtimex(ctypes.byref(found)) < 0:
        number = ctypes.get_errno()
        kind = SourceUnavailableError if number in _LACKING else SourceFailedError
        raise kind(f"adjtimex: {os.strerror(number)}")
    return KernelClock(found.offset, found.error_microseconds, found.status)


class ClockCollector:
    """Asks once per tick."""

    name = "clock"

    def __init__(self, _: SystemTree) -> None:
        """It is the clock of the kernel that runs, whatever tree is read."""

    def collect(self) -> Collected[ClockReading]:
        """Return the reading of this instant."""
        reading = interpret(read_kernel_clock())
        is_daemons_own = reading.clock_synchronised and reading.clock_ntp_offset_seconds is None
        return Collected(reading, DAEMONS_OWN if is_daemons_own else None)


def interpret(clock: KernelClock) -> ClockReading:
    """Return what the kernel's numbers mean.

    Synchronised by the greatest error, as systemd has it, and not by the status STA_UNSYNC: chrony without
    ``rtcsync`` leaves that set on purpose. While nobody keeps the clock in time, the error grows by 0.5 ms a
    second, up to the kernel's limit.
    """
    if clock.error_microseconds >= LARGEST_ERROR_MICROSECONDS:
        return ClockReading(clock_synchronised=False)
    # Daemons that correct the clock themselves, as chrony does, leave the kernel's loop off, and its
    # offset at 0.
    offset: float | None = None
    if clock.status & STATUS_LOOP:
        # The kernel's is what it has to add.
        offset = round(-clock.offset / (1e9 if clock.status & STATUS_NANOSECONDS else 1e6), 9)
    return ClockReading(
        clock_synchronised=True,
        clock_error_seconds=clock.error_microseconds / 1e6,
        clock_ntp_offset_seconds=offset,
    )
