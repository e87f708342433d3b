# SPDX-License-Identifier: Apache-2.0
"""Two readings of one domain become its rates. Pure.

Readings are compared only if they belong to one start of the VM (same libvirt id). They must lie no further
apart than ``longest_seconds``. Otherwise every rate is None. Definitions: docs/metrics.md, "Domains".
"""

from typing import NamedTuple

from publisher.hypervisor.readings import DetailReading, DomainReading
from publisher.rates.counter import increase, ratio, significant

NANOSECONDS = 1_000_000_000


class DomainCpuRates(NamedTuple):
    """First tier. ``ratio`` is of all virtual CPUs and may exceed 1: it includes QEMU's own threads."""

    interval_seconds: float | None = None
    cores: float | None = None
    ratio: float | None = None


class ProcessorRates(NamedTuple):
    """Second tier, all over ``interval_seconds``."""

    interval_seconds: float | None = None
    user_cores: float | None = None
    system_cores: float | None = None
    vcpu_cores: float | None = None
    overhead_cores: float | None = None
    steal_ratio: float | None = None


def seconds_between(
    before: DomainReading | DetailReading | None, now: DomainReading | DetailReading, longest_seconds: float
) -> float | None:
    """Return the measured interval over which two readings may be compared; None if they may not."""
    if before is None or now.libvirt_id is None or before.libvirt_id != now.libvirt_id:
        return None
    seconds = now.at_seconds - before.at_seconds
    return seconds if 0 < seconds <= longest_seconds else None


def interface_seconds_between(
    before: DomainReading | None, now: DomainReading, longest_seconds: float
) -> float | None:
    """Return the same for the counters of interfaces, which are read by another call than the CPU time."""
    if before is None or now.libvirt_id is None or before.libvirt_id != now.libvirt_id:
        return None
    seconds = now.interfaces_at_seconds - before.interfaces_at_seconds
    return seconds if 0 < seconds <= longest_seconds else None


def cpu_rates(before: DomainReading | None, now: DomainReading, longest_seconds: float) -> DomainCpuRates:
    """Return the CPU use of a domain from virDomainGetInfo's cpuTime.

    That figure alone is there at every tick, also while the monitor is stuck. ``cpu.time`` of the second
    tier may come from the cgroup and count more threads: the two are never mixed.
    """
    seconds = seconds_between(before, now, longest_seconds)
    if before is None or seconds is None:
        return DomainCpuRates()
    cores = _cores(before.cpu_time_ns, now.cpu_time_ns, seconds)
    counts = [count for count in (before.vcpu_count, now.vcpu_count) if count]
    return DomainCpuRates(significant(seconds), cores, ratio(cores, min(counts, default=None)))


def processor_rates(
    before: DetailReading | None, now: DetailReading, seconds: float | None
) -> ProcessorRates:
    """Return what QEMU's threads did, from the groups CPU_TOTAL and VCPU; nothing without ``seconds``."""
    if before is None or seconds is None:
        return ProcessorRates()
    run_ns = delay_ns = None
    run_count = delay_count = 0
    for number, current in now.vcpus.items():
        previous = before.vcpus.get(number)
        if previous is None:
            continue  # plugged in since
        run = increase(previous.time_ns, current.time_ns)
        if run is not None:
            run_ns, run_count = (run_ns or 0) + run, run_count + 1
        delay = increase(previous.delay_ns, current.delay_ns)
        if delay is not None:
            delay_ns, delay_count = (delay_ns or 0) + delay, delay_count + 1
    all_ns = increase(before.cpu_time_ns, now.cpu_time_ns)
    overhead = None
    if all_ns is not None and run_ns is not None and run_count == len(now.vcpus):
        # cpu.time and vcpu.N.time advance in steps of different size: a small negative rest is rounding.
        overhead = significant(max(0, all_ns - run_ns) / NANOSECONDS / seconds)
    return ProcessorRates(
        interval_seconds=significant(seconds),
        user_cores=_cores(before.cpu_user_ns, now.cpu_user_ns, seconds),
        system_cores=_cores(before.cpu_system_ns, now.cpu_system_ns, seconds),
        vcpu_cores=ratio(run_ns, NANOSECONDS * seconds),
        overhead_cores=overhead,
        steal_ratio=ratio(delay_ns, NANOSECONDS * seconds * delay_count),
    )


def _cores(before_ns: int | None, now_ns: int | None, seconds: float) -> float | None:
    return ratio(increase(before_ns, now_ns), NANOSECONDS * seconds)
