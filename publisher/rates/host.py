# SPDX-License-Identifier: Apache-2.0
"""Two readings of a host and the measured time between them become its samples: pure but for the watches.

Gauges need the current reading only. Rates need both, and an interval that deserves the name: see
``usable_interval``. Sources are read one after the other, so each has an interval of its own.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from publisher.collectors.reading import HostReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host_cpu import cpu_rates
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

# By so much of an interval the instant of a reading may be uncertain.
UNTIMED_SHARE: Final = 0.1

# What is remembered of the counters of each source, by its name.
Watches = defaultdict[str, CounterWatch]


class Moment(Struct, frozen=True, kw_only=True):
    """When a reading was taken: CLOCK_MONOTONIC, which boot, and how long the host has slept in it.

    ``reads`` says by source when its read began and ended, in seconds after the first of them.
    """

    monotonic_seconds: float
    boot_id: str
    suspended_seconds: float
    reads: dict[str, tuple[float, float]] = {}


class HostSamples(Struct, frozen=True, kw_only=True):
    """What one tick says about the host and its devices.

    ``findings``: by source, why figures are not known. ``doubted``: the sources of which some counter was not
    believed.
    """

    sample: HostSample
    disks: list[HostDiskSample]
    interfaces: list[HostInterfaceSample]
    findings: dict[str, str] = {}
    doubted: frozenset[str] = frozenset()


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


def source_intervals(
    previous: Moment | None, current: Moment, interval_seconds: float | None
) -> dict[str, float | None]:
    """Return the seconds between two reads of each source; None where that is not known.

    A read that took long may have seen its counters at its beginning or at its end.
    """
    if previous is None or interval_seconds is None:
        return {}
    intervals: dict[str, float | None] = {}
    for source, (began, ended) in current.reads.items():
        first, last = previous.reads.get(source, (0.0, 0.0))
        seconds = interval_seconds + (began + ended - first - last) / 2
        uncertain = (ended - began + last - first) / 2
        intervals[source] = seconds if uncertain <= UNTIMED_SHARE * interval_seconds < seconds else None
    return intervals


def host_samples(
    previous: HostReading | None,
    current: HostReading,
    interval_seconds: float | None,
    *,
    watches: Watches | None = None,
    intervals: Mapping[str, float | None] | None = None,
) -> HostSamples:
    """Return the samples of ``current``; without interval every rate is None.

    ``watches`` remember from tick to tick; without them each call stands alone. ``intervals`` are those of
    sources that differ from the interval of the sample.
    """
    watches = Watches(CounterWatch) if watches is None else watches
    before = previous if previous is not None and interval_seconds is not None else HostReading()
    seconds = defaultdict(lambda: interval_seconds, intervals or {})
    for source, known in seconds.items():
        if known is None:
            watches[source].tell("no rates: when it was read is not known, the reading took too long")
    disks = disk_rates(before.disks, current.disks, seconds["disks"], watches["disks"])
    interfaces = interface_rates(
        before.interfaces, current.interfaces, seconds["interfaces"], watches["interfaces"]
    )
    sample = HostSample(
        interval_seconds=interval_seconds,
        **plain_figures(before, current, interval_seconds, watches),
        **cpu_rates(before.cpu, current.cpu, seconds["cpu"], watches["cpu"]),
        **memory_gauges(current.memory, current.hugepages, watches["memory"]),
        **hugepage_gauges(current.hugepages),
        **zfs_gauges(current.zfs, current.memory, watches["zfs"]),
        **pressure_rates(before.pressure, current.pressure, seconds["pressure"], watches["pressure"]),
        **swap_rates(before.swap, current.swap, seconds["swap"], watches["swap"]),
        **cpu_gauges(current.cpu),
        **ksm_gauges(current.ksm),
        **temperature_gauges(current.temperatures),
        **disks.totals,
        **interfaces.totals,
    )
    doubted = frozenset(source for source, watch in watches.items() if watch.is_doubting)
    findings = {source: found for source, watch in watches.items() if (found := watch.take_findings())}
    return HostSamples(
        sample=sample,
        disks=disks.samples,
        interfaces=interfaces.samples,
        findings=findings,
        doubted=doubted,
    )
