# SPDX-License-Identifier: Apache-2.0
"""What the guest says about its memory, and when it is not believed."""

from typing import Any

import pytest
from msgspec import structs

from publisher.hypervisor import bulk
from publisher.hypervisor.readings import BalloonReading, Description
from publisher.rates.domain_memory import (
    MORE_USABLE,
    NEVER_REPORTED,
    NO_BALLOON,
    NOT_USABLE,
    STATISTICS_OFF,
    GuestActivity,
    GuestMemory,
    guest_activity,
    guest_memory,
)
from tests.unit.publisher.domains.fake_libvirt import detail_record

UPDATED = 1_000_000


def reading(**changes: Any) -> BalloonReading:
    """Return a balloon reading; ``last_update`` stands for balloon.last-update."""
    if "last_update" in changes:
        changes["balloon__last-update"] = changes.pop("last_update")
    return bulk.memory(detail_record(**changes))


def described(period_seconds: int | None) -> Description:
    """Return a description with a balloon period."""
    return Description(
        title=None,
        metadata=None,
        autostart=None,
        persistent=None,
        addresses={},
        balloon_period_seconds=period_seconds,
    )


def activity(
    before: GuestActivity | None,
    at_seconds: float,
    *,
    period_seconds: int | None = 10,
    libvirt_id: int = 7,
    **changes: Any,
) -> GuestActivity:
    """Return the activity after a reading at a monotonic time, of those that come every 10 s."""
    detail = bulk.detail({}, uuid="u", libvirt_id=libvirt_id, at_seconds=at_seconds, duration_seconds=0.0)
    return guest_activity(
        before,
        structs.replace(detail, memory=reading(**changes)),
        described(period_seconds),
        interval_seconds=10.0,
        longest_seconds=30.0,
    )


def memory(now: float, *, period_seconds: int | None = 10, **changes: Any) -> GuestMemory:
    """Return the guest's memory at a wall-clock time."""
    return guest_memory(activity(None, 0.0, **changes), described(period_seconds), now)


def test_used_is_total_without_what_is_usable() -> None:
    """Used inside the guest is its MemTotal - MemAvailable, in bytes."""
    found = memory(UPDATED + 4)
    assert (1000 * 1024, 400 * 1024, 0.4, 4.0) == (
        found.total_bytes,
        found.used_bytes,
        found.used_ratio,
        found.age_seconds,
    )


def test_old_guest_kernels_give_free_and_caches() -> None:
    """Without MemAvailable: total - free - disk caches; without either the use is unknown, the total not."""
    assert 300 * 1024 == memory(UPDATED, balloon__usable=None, balloon__disk_caches=200).used_bytes
    found = memory(UPDATED, balloon__usable=None)
    assert (None, None, 1000 * 1024) == (found.used_bytes, found.used_ratio, found.total_bytes)
    assert NOT_USABLE == found.finding
    found = memory(UPDATED, balloon__usable=1001)
    assert (None, MORE_USABLE) == (found.used_bytes, found.finding)


def test_old_figures_are_no_figures() -> None:
    """Libvirt repeats the last report for ever: after max(3 periods, 30 s) it is no value."""
    assert 400 * 1024 == memory(UPDATED + 30).used_bytes
    stale = memory(UPDATED + 31)
    assert (None, None, 31.0) == (stale.used_bytes, stale.total_bytes, stale.age_seconds)
    assert "guest memory statistics are older than 30 s" == stale.finding
    assert 400 * 1024 == memory(UPDATED + 60, period_seconds=20).used_bytes


def test_findings_say_what_to_do() -> None:
    """Missing guest figures come with the reason, and the fix where there is one."""
    assert STATISTICS_OFF == memory(UPDATED, period_seconds=0, last_update=0).finding
    assert STATISTICS_OFF == memory(UPDATED + 99, period_seconds=0).finding
    assert NEVER_REPORTED == memory(UPDATED, last_update=0).finding
    assert NO_BALLOON == memory(UPDATED, period_seconds=None, last_update=None).finding
    assert memory(UPDATED).finding is None


def test_clock_that_was_set_back_is_noticed() -> None:
    """A report from the future has no age; a moment ahead is the rounding of libvirt's stamp."""
    assert 0.0 == memory(UPDATED - 1).age_seconds
    assert (None, None) == memory(UPDATED - 60)[:2]


def test_guest_counters_are_rated_over_the_time_between_reports() -> None:
    """Between two reports the rate holds; it is not a burst in one interval and 0 in the others."""
    start = activity(None, 0.0)
    later = activity(start, 10.0, last_update=UPDATED + 10, balloon__swap_in=50)
    assert 5 * 1024 == later.swap_in_bytes_per_second
    assert later is activity(later, 20.0, last_update=UPDATED + 10, balloon__swap_in=50)


def test_guest_counters_begin_anew_with_the_guest() -> None:
    """A guest's reboot resets them under the same libvirt id; a new start is a new series."""
    start = activity(None, 0.0, balloon__major_fault=500)
    rebooted = activity(start, 10.0, last_update=UPDATED + 10)
    assert rebooted.major_faults_per_second is None
    fresh = activity(start, 10.0, libvirt_id=8, last_update=UPDATED + 10, balloon__major_fault=900)
    assert (8, None) == (fresh.libvirt_id, fresh.major_faults_per_second)


@pytest.mark.parametrize("stamp", [UPDATED + 3610, UPDATED - 8, UPDATED + 22], ids=["ahead", "back", "a bit"])
def test_guest_counters_have_no_rate_when_the_wall_clock_was_set(stamp: int) -> None:
    """10 s passed, whatever libvirt's stamps say; the report after that has rates again."""
    start = activity(None, 0.0)
    stepped = activity(start, 10.0, last_update=stamp, balloon__swap_in=50)
    assert stepped.swap_in_bytes_per_second is None
    following = activity(stepped, 20.0, last_update=stamp + 10, balloon__swap_in=100)
    assert 5 * 1024 == following.swap_in_bytes_per_second


def test_guest_counters_have_no_rate_over_a_silence() -> None:
    """After hours without a report a rate would describe a time nobody watched; a long period is none."""
    start = activity(None, 0.0)
    assert activity(start, 7200.0, last_update=UPDATED + 7200, balloon__swap_in=50)[3:] == (None, None, None)
    slow = activity(start, 200.0, period_seconds=100, last_update=UPDATED + 200, balloon__swap_in=50)
    assert 256 == slow.swap_in_bytes_per_second
