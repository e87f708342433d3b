# SPDX-License-Identifier: Apache-2.0
"""Two readings of a host and the measured time between them become its samples: pure.

Gauges need the current reading only. Rates need both, and an interval that deserves the name: see
``usable_interval``.
"""

from typing import Final

from msgspec import Struct, structs

from publisher.collectors.reading import HostReading
from publisher.rates.host_cpu import cpu_rates, hold_small_dips
from publisher.rates.host_disks import disk_rates
from publisher.rates.host_gauges import cpu_gauges, ksm_gauges, temperature_gauges
from publisher.rates.host_interfaces import interface_rates
from publisher.rates.host_memory import hugepage_gauges, memory_gauges, zfs_gauges
from publisher.rates.host_plain import plain_figures
from publisher.rates.host_pressure import pressure_rates
from publisher.rates.host_swap import swap_rates
from publisher.wire.samples import HostDiskSample, HostInterfaceSample, HostSample

LONGEST_INTERVAL_TICKS: Final = 3
SHORTEST_SUSPEND_SECONDS: Final = 1.0


class Moment(Struct, frozen=True, kw_only=True):
    """When a reading was taken: CLOCK_MONOTONIC, which boot, and how long the host has slept in it."""

    monotonic_seconds: float
    boot_id: str
    suspended_seconds: float


class HostSamples(Struct, frozen=True, kw_only=True):
    """What one tick says about the host and its devices."""

    sample: HostSample
    disks: list[HostDiskSample]
    interfaces: list[HostInterfaceSample]


def usable_interval(previous: Moment | None, current: Moment, tick_seconds: float) -> float | None:
    """Return the seconds between two readings; None where no rate could be trusted.

    That is where there is no previous reading, another boot, no time passed, or more than three ticks. It is
    also so after a suspend: CLOCK_BOOTTIME ran on while CLOCK_MONOTONIC stood.
    """
    if previous is None or previous.boot_id != current.boot_id:
        return None
    if current.suspended_seconds - previous.suspended_seconds > SHORTEST_SUSPEND_SECONDS:
        return None
    seconds = current.monotonic_seconds - previous.monotonic_seconds
    return round(seconds, 6) if 0 < seconds <= LONGEST_INTERVAL_TICKS * tick_seconds else None


def with_dips_held(previous: HostReading | None, current: HostReading) -> HostReading:
    """Return the reading to derive from and to keep: small dips of CPU counters are held."""
    if previous is None or current.cpu is None:
        return current
    cpu = hold_small_dips(previous.cpu, current.cpu)
    return current if cpu is current.cpu else structs.replace(current, cpu=cpu)


def host_samples(
    previous: HostReading | None, current: HostReading, interval_seconds: float | None
) -> HostSamples:
    """Return the samples of ``current``; without interval every rate is None."""
    before = previous if previous is not None and interval_seconds is not None else HostReading()
    disks = disk_rates(before.disks, current.disks, interval_seconds)
    interfaces = interface_rates(before.interfaces, current.interfaces, interval_seconds)
    sample = HostSample(
        interval_seconds=interval_seconds,
        **plain_figures(before, current, interval_seconds),
        **cpu_rates(before.cpu, current.cpu),
        **memory_gauges(current.memory, current.hugepages),
        **hugepage_gauges(current.hugepages),
        **zfs_gauges(current.zfs, current.memory),
        **pressure_rates(before.pressure, current.pressure, interval_seconds),
        **swap_rates(before.swap, current.swap, interval_seconds),
        **cpu_gauges(current.cpu),
        **ksm_gauges(current.ksm),
        **temperature_gauges(current.temperatures),
        **disks.totals,
        **interfaces.totals,
    )
    return HostSamples(sample=sample, disks=disks.samples, interfaces=interfaces.samples)
