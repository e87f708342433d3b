# SPDX-License-Identifier: Apache-2.0
"""What the guest says about its memory becomes figures, if it said it lately. Pure.

The guest reports through the balloon device every ``stats period`` seconds, if the VM's definition asks
for it; libvirt repeats the last report for ever. A report older than max(3 periods, 30 s) is no value. The
guest's counters advance once a report, so their rates cover the time between two reports and hold until
the next.
"""

from typing import NamedTuple, TypeVar

from publisher.hypervisor.readings import Description, MemoryReading
from publisher.rates.counter import per_second, ratio

KIBIBYTE = 1024

Number = TypeVar("Number", int, float)

_STALE_PERIODS = 3
_STALE_SECONDS = 30
# The report is stamped in whole seconds, so it can seem to lie a moment ahead of now.
_AHEAD_SECONDS = 2.0

STATISTICS_OFF = "guest memory statistics are off: add <stats period='10'/> to the VM's memballoon"
NO_BALLOON = "no guest memory statistics: the VM has no memballoon device"
NEVER_REPORTED = "no guest memory statistics yet: the guest's balloon driver has not reported"


class GuestActivity(NamedTuple):
    """Rates between the two latest reports of a guest, and the latest one to compare the next with."""

    libvirt_id: int
    reading: MemoryReading
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


def guest_activity(before: GuestActivity | None, reading: MemoryReading, libvirt_id: int) -> GuestActivity:
    """Return the rates after a reading: those of before if the guest has not reported since.

    The counters start anew when the guest reboots, without a new libvirt id.
    """
    if before is None or before.libvirt_id != libvirt_id:
        return GuestActivity(libvirt_id, reading)
    old = before.reading
    if not old.updated_at_seconds or not reading.updated_at_seconds:
        return GuestActivity(libvirt_id, reading)
    seconds = reading.updated_at_seconds - old.updated_at_seconds
    if seconds == 0:
        return before
    return GuestActivity(
        libvirt_id,
        reading,
        _in_bytes(per_second(old.swap_in_kib, reading.swap_in_kib, seconds)),
        _in_bytes(per_second(old.swap_out_kib, reading.swap_out_kib, seconds)),
        per_second(old.major_faults, reading.major_faults, seconds),
    )


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
    period_seconds = (description.balloon_period_seconds or 0) if description else 0
    limit_seconds = max(_STALE_PERIODS * period_seconds, _STALE_SECONDS)
    if age_seconds > limit_seconds:
        old = f"guest memory statistics are older than {limit_seconds} s"
        off = description is not None and description.balloon_period_seconds == 0
        return GuestMemory(age_seconds=age_seconds, finding=STATISTICS_OFF if off else old)
    used_kib = _used_kib(reading)
    return GuestMemory(
        total_bytes=_in_bytes(reading.available_kib),
        used_bytes=_in_bytes(used_kib),
        used_ratio=ratio(used_kib, reading.available_kib),
        age_seconds=age_seconds,
        swap_in_bytes_per_second=activity.swap_in_bytes_per_second,
        swap_out_bytes_per_second=activity.swap_out_bytes_per_second,
        major_faults_per_second=activity.major_faults_per_second,
    )


def _used_kib(reading: MemoryReading) -> int | None:
    """Return what the guest could not hand out: MemTotal - MemAvailable, or the nearest to it.

    balloon.available is the guest's MemTotal, whatever its name says.
    """
    if reading.available_kib is None:
        return None
    if reading.usable_kib is not None:
        used = reading.available_kib - reading.usable_kib
    elif reading.unused_kib is not None and reading.disk_caches_kib is not None:
        used = reading.available_kib - reading.unused_kib - reading.disk_caches_kib
    else:
        return None
    return used if used >= 0 else None


def _finding(description: Description | None) -> str | None:
    if description is None:
        return None
    if description.balloon_period_seconds is None:
        return NO_BALLOON
    return NEVER_REPORTED if description.balloon_period_seconds else STATISTICS_OFF


def _in_bytes(kib: Number | None) -> Number | None:
    return None if kib is None else kib * KIBIBYTE
