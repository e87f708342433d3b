# SPDX-License-Identifier: Apache-2.0
"""What the guest says about its memory becomes figures, if it said it lately. Pure.

The guest reports through the balloon device every ``stats period`` seconds, if the VM's definition asks for
it. libvirt repeats the last report for ever. A report older than max(3 periods, 30 s) is no value. The
guest's counters advance once a report. So their rates cover the time between two reports and hold until the
next. That time is known from libvirt's stamps alone, which are wall clock. It is checked against the
monotonic clock between the readings that showed the reports first. It is believed if about as much passed on
both.
"""

from typing import NamedTuple, TypeVar

from publisher.hypervisor.readings import BalloonReading, Description, DetailReading
from publisher.rates.bounds import BYTES_PER_SECOND, EVENTS_PER_SECOND, GAP_SECONDS
from publisher.rates.counter import ratio
from publisher.rates.counter_watch import CounterWatch, watched

_KIBIBYTE = 1024

Number = TypeVar("Number", int, float)

_STALE_PERIODS = 3
_STALE_SECONDS = 30
# The report is stamped in whole seconds, so it can seem to lie a moment ahead of now.
_AHEAD_SECONDS = 2.0
# For the same reason two reports can seem so much further apart than they are.
_STAMP_SECONDS = 1.0

STATISTICS_OFF = "guest memory statistics are off: add <stats period='10'/> to the VM's memballoon"
NO_BALLOON = "no guest memory statistics: the VM has no memballoon device"
NOT_USABLE = "no memory used: the guest's balloon driver is too old to say how much is usable"
MORE_USABLE = "no memory used: the guest says that more is usable than it has"
NEVER_REPORTED = "no guest memory statistics yet: the guest's balloon driver has not reported"


class GuestActivity(NamedTuple):
    """Rates between the two latest reports of a guest, and the latest one to compare the next with.

    ``seen_at_seconds`` is when that one was first seen, on the monotonic clock.
    """

    libvirt_id: int
    reading: BalloonReading
    seen_at_seconds: float
    swap_in_bytes_per_second: float | None = None
    swap_out_bytes_per_second: float | None = None
    major_faults_per_second: float | None = None


class GuestMemory(NamedTuple):
    """The guest's own view. ``finding`` says why it is missing."""

    total_bytes: int | None = None
    used_bytes: int | None = None
    used_ratio: float | None = None
    age_seconds: float | None = None
    swap_in_bytes_per_second: float | None = None
    swap_out_bytes_per_second: float | None = None
    major_faults_per_second: float | None = None
    finding: str | None = None


def guest_activity(  # noqa: PLR0913 - two readings, two limits and what is known of the guest
    before: GuestActivity | None,
    detail: DetailReading,
    description: Description | None,
    *,
    interval_seconds: float,
    longest_seconds: float,
    watch: CounterWatch | None = None,
) -> GuestActivity:
    """Return the rates after a reading: those of before if the guest has not reported since.

    ``interval_seconds`` lie between readings, so a report may be seen so much later than it was made.
    ``longest_seconds`` is the longest gap of readings that a rate may cover. The counters start anew when the
    guest reboots, without a new libvirt id.
    """
    reading = detail.memory
    plain = GuestActivity(detail.libvirt_id, reading, detail.at_seconds)
    if before is not None and before.reading.updated_at_seconds == reading.updated_at_seconds:
        return before if before.libvirt_id == detail.libvirt_id and reading.updated_at_seconds else plain
    seconds = _seconds_between(before, detail, description, interval_seconds, longest_seconds)
    size, count = (
        BYTES_PER_SECOND / _KIBIBYTE * (seconds or GAP_SECONDS),
        EVENTS_PER_SECOND * (seconds or GAP_SECONDS),
    )
    read, written, faults = watched(watch).increases(
        "guest",
        ("swap_in", "swap_out", "major_fault"),
        None if before is None or seconds is None else _counters(before.reading),
        _counters(reading),
        (size, size, count),
    )
    if seconds is None:
        return plain
    return GuestActivity(
        detail.libvirt_id,
        reading,
        detail.at_seconds,
        in_bytes(ratio(read, seconds)),
        in_bytes(ratio(written, seconds)),
        ratio(faults, seconds),
    )


def _counters(reading: BalloonReading) -> tuple[int | None, int | None, int | None]:
    return reading.swap_in_kib, reading.swap_out_kib, reading.major_faults


def _seconds_between(
    before: GuestActivity | None,
    detail: DetailReading,
    description: Description | None,
    interval_seconds: float,
    longest_seconds: float,
) -> float | None:
    """Return the seconds between two reports of a guest; None where nobody knows them."""
    if before is None or before.libvirt_id != detail.libvirt_id:
        return None
    old, new = before.reading.updated_at_seconds, detail.memory.updated_at_seconds
    if not old or not new:
        return None
    seconds = new - old
    apart_seconds = detail.at_seconds - before.seen_at_seconds
    if abs(seconds - apart_seconds) > interval_seconds + _STAMP_SECONDS:
        return None  # the wall clock was set
    return seconds if 0 < seconds <= max(longest_seconds, _limit_seconds(description)) else None


def guest_memory(
    activity: GuestActivity, description: Description | None, wall_clock_seconds: float
) -> GuestMemory:
    """Return the guest's memory at a wall-clock time (epoch seconds, as libvirt stamps reports)."""
    reading = activity.reading
    if not reading.updated_at_seconds:
        return GuestMemory(finding=_finding(description))
    age_seconds = wall_clock_seconds - reading.updated_at_seconds
    if age_seconds < -_AHEAD_SECONDS:
        return GuestMemory(finding="the age of the guest's memory statistics is unknown: the clock was set")
    age_seconds = round(max(0.0, age_seconds), 1)
    limit_seconds = _limit_seconds(description)
    if age_seconds > limit_seconds:
        old = f"guest memory statistics are older than {limit_seconds} s"
        off = description is not None and description.balloon_period_seconds == 0
        return GuestMemory(age_seconds=age_seconds, finding=STATISTICS_OFF if off else old)
    used_kib, finding = _used_kib(reading)
    return GuestMemory(
        total_bytes=in_bytes(reading.available_kib),
        used_bytes=in_bytes(used_kib),
        used_ratio=ratio(used_kib, reading.available_kib),
        age_seconds=age_seconds,
        swap_in_bytes_per_second=activity.swap_in_bytes_per_second,
        swap_out_bytes_per_second=activity.swap_out_bytes_per_second,
        major_faults_per_second=activity.major_faults_per_second,
        finding=finding,
    )


def _limit_seconds(description: Description | None) -> int:
    """Return the age from which a report is no value."""
    period_seconds = (description.balloon_period_seconds or 0) if description else 0
    return max(_STALE_PERIODS * period_seconds, _STALE_SECONDS)


def _used_kib(reading: BalloonReading) -> tuple[int | None, str | None]:
    """Return what the guest could not hand out: MemTotal - MemAvailable, or the nearest to it; or why not.

    balloon.available is the guest's MemTotal, whatever its name says.
    """
    if reading.available_kib is None:
        return None, NOT_USABLE
    if reading.usable_kib is not None:
        used = reading.available_kib - reading.usable_kib
    elif reading.unused_kib is not None and reading.disk_caches_kib is not None:
        used = reading.available_kib - reading.unused_kib - reading.disk_caches_kib
    else:
        return None, NOT_USABLE
    return (used, None) if used >= 0 else (None, MORE_USABLE)


def _finding(description: Description | None) -> str | None:
    if description is None:
        return None
    if description.balloon_period_seconds is None:
        return NO_BALLOON
    return NEVER_REPORTED if description.balloon_period_seconds else STATISTICS_OFF


def in_bytes(kib: Number | None) -> Number | None:
    """Return a number of KiB, libvirt's unit of memory, in bytes."""
    return None if kib is None else kib * _KIBIBYTE
