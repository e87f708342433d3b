# SPDX-License-Identifier: Apache-2.0
"""Two readings of one domain become its rates. Pure but for the watch.

Readings are compared only if they belong to one start of the VM (same libvirt id). They must lie no further
apart than ``longest_seconds``. Otherwise every rate is None. Definitions: docs/metrics.md, "Domains".
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from publisher.hypervisor.readings import DetailReading, DomainReading, VcpuReading
from publisher.rates.bounds import CPUS, GAP_SECONDS, time_bound
from publisher.rates.completeness import tell_partial
from publisher.rates.counter import ratio, significant
from publisher.rates.counter_watch import CounterWatch, watched

NANOSECONDS = 1_000_000_000

NO_DELAY: Final = "no steal: libvirt before 7.2 has no vcpu.N.delay"
# From such a share of the CPU time, and so many cores, polling misleads a reader.
POLLING_SHARE: Final = 0.25
POLLING_CORES: Final = 0.1

# Within a call a counter may have been read so much later than the one before (publisher.domains.reports).
_UNEVEN_FACTOR: Final = 1.25


class DomainCpuRates(NamedTuple):
    """First tier. ``ratio`` is of all virtual CPUs and may exceed 1: it includes QEMU's own threads."""

    interval_seconds: float | None = None
    cores: float | None = None
    ratio: float | None = None


class ProcessorRates(NamedTuple):
    """Second tier, all over ``interval_seconds``. ``note``: what to know of them, though they are right."""

    interval_seconds: float | None = None
    user_cores: float | None = None
    system_cores: float | None = None
    vcpu_cores: float | None = None
    overhead_cores: float | None = None
    steal_ratio: float | None = None
    note: str | None = None


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


def cpu_rates(
    before: DomainReading | None,
    now: DomainReading,
    longest_seconds: float,
    watch: CounterWatch | None = None,
    *,
    host_cpu_count: int = CPUS,
) -> DomainCpuRates:
    """Return the CPU use of a domain from virDomainGetInfo's cpuTime.

    That figure alone is there at every tick, also while the monitor is stuck. ``cpu.time`` of the second
    tier may come from the cgroup and count more threads: the two are never mixed.
    """
    seconds = seconds_between(before, now, longest_seconds)
    bound = time_bound(seconds or GAP_SECONDS, NANOSECONDS) * host_cpu_count
    previous = None if before is None or seconds is None else (before.cpu_time_ns,)
    (used_ns,) = watched(watch).increases("CPU time", ("cpuTime",), previous, (now.cpu_time_ns,), (bound,))
    if before is None or seconds is None:
        return DomainCpuRates()
    cores = _cores(used_ns, seconds)
    counts = [count for count in (before.vcpu_count, now.vcpu_count) if count]
    return DomainCpuRates(significant(seconds), cores, ratio(cores, min(counts, default=None)))


def processor_rates(
    before: DetailReading | None,
    now: DetailReading,
    seconds: float | None,
    watch: CounterWatch | None = None,
    *,
    host_cpu_count: int = CPUS,
) -> ProcessorRates:
    """Return what QEMU's threads did, from the groups CPU_TOTAL and VCPU; nothing without ``seconds``."""
    watch = watched(watch)
    elapsed_ns = time_bound(_UNEVEN_FACTOR * (seconds or GAP_SECONDS), NANOSECONDS)
    earlier = {} if before is None or seconds is None else before.vcpus
    vcpu_bounds = (elapsed_ns, elapsed_ns)
    steps = [
        watch.increases(vcpu_name(number), VcpuReading._fields, earlier.get(number), current, vcpu_bounds)
        for number, current in now.vcpus.items()
    ]
    all_ns, user_ns, system_ns = watch.increases(
        "CPU of QEMU",
        ("cpu.time", "cpu.user", "cpu.system"),
        None if before is None or seconds is None else _threads(before),
        _threads(now),
        [elapsed_ns * host_cpu_count] * 3,
    )
    polled_ns = None
    if now.halt_poll_ns is not None:
        (polled_ns,) = watch.increases(
            "halt polling",
            ("cpu.haltpoll",),
            None if before is None or seconds is None else (before.halt_poll_ns,),
            (now.halt_poll_ns,),
            [elapsed_ns * host_cpu_count],
        )
    if before is None or seconds is None:
        return ProcessorRates()
    is_whole = earlier.keys() == now.vcpus.keys() or tell_partial(
        watch, list(map(vcpu_name, earlier)), list(map(vcpu_name, now.vcpus))
    )
    run_ns = _sum([run for run, _ in steps]) if is_whole else None
    # Steal is a share of the time, of the vCPUs that were there for all of it.
    delays = [delay for number, (_, delay) in zip(now.vcpus, steps, strict=True) if number in earlier]
    overhead = None
    if all_ns is not None and run_ns is not None:
        # cpu.time and vcpu.N.time advance in steps of different size: a small negative rest is rounding.
        overhead = significant(max(0, all_ns - run_ns) / NANOSECONDS / seconds)
    return ProcessorRates(
        interval_seconds=significant(seconds),
        user_cores=_cores(user_ns, seconds),
        system_cores=_cores(system_ns, seconds),
        vcpu_cores=_cores(run_ns, seconds),
        overhead_cores=overhead,
        steal_ratio=ratio(_sum(delays), NANOSECONDS * seconds * len(delays)),
        note=_note(now, polled_ns, all_ns, seconds),
    )


@cache
def vcpu_name(number: int) -> str:
    """Return what a virtual CPU is called in findings."""
    return f"vcpu.{number}"


def _note(now: DetailReading, polled_ns: int | None, all_ns: int | None, seconds: float) -> str | None:
    if polled_ns is None:
        has_delay = any(vcpu.delay_ns is not None for vcpu in now.vcpus.values())
        return None if has_delay or not now.vcpus else NO_DELAY
    share, cores = ratio(polled_ns, all_ns), polled_ns / NANOSECONDS / seconds
    if share is None or share < POLLING_SHARE or cores < POLLING_CORES:
        return None
    # Tens of percent, so that the words do not change at every tick.
    percent = min(100.0, round(share, 1) * 100)
    return f"about {percent:.0f} % of its CPU time is the host polling for its work (halt_poll_ns)"


def _threads(reading: DetailReading) -> tuple[int | None, int | None, int | None]:
    return reading.cpu_time_ns, reading.cpu_user_ns, reading.cpu_system_ns


def _sum(increases: Sequence[int | None]) -> int | None:
    known = [increase for increase in increases if increase is not None]
    return sum(known) if known and len(known) == len(increases) else None


def _cores(used_ns: int | None, seconds: float) -> float | None:
    return ratio(used_ns, NANOSECONDS * seconds)
