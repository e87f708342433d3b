# SPDX-License-Identifier: Apache-2.0
"""From readings of /proc and the batches that arrived to the figures of the publisher benchmark. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from publisher.wire.samples import SampleBatch

# The budget of the publisher at 10 s with 100 paused domains.
BEYOND_LIBVIRT_CPU_RATIO_LIMIT = 0.005
RESIDENT_BYTES_LIMIT = 45 * 1024 * 1024


class Reading(NamedTuple):
    """A process at one instant; ``at_seconds`` is CLOCK_MONOTONIC, sizes as in proc_pid_status(5)."""

    at_seconds: float
    cpu_seconds: float
    resident_bytes: int
    resident_peak_bytes: int
    resident_anonymous_bytes: int
    thread_count: int


class Arrived(NamedTuple):
    """What came within a time: batches, the different numbers of domains in them, their mean size.

    ``incomplete_domain_count`` adds up the domains of all batches whose outcome is not "ok".
    """

    tick_count: int
    domain_counts: tuple[int, ...]
    incomplete_domain_count: int
    body_bytes: int


def status_bytes(text: str, field: str) -> int:
    """Return a size of /proc/<pid>/status, which gives KiB; raise KeyError without the field."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise KeyError(field)


def status_count(text: str, field: str) -> int:
    """Return a plain number of /proc/<pid>/status; raise KeyError without the field."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value)
    raise KeyError(field)


def cpu_ratio(first: Reading, last: Reading) -> float:
    """Return the share of one core that a process used between two readings."""
    return (last.cpu_seconds - first.cpu_seconds) / (last.at_seconds - first.at_seconds)


def arrived(batches: Sequence[tuple[SampleBatch, int]], since: float, until: float) -> Arrived:
    """Judge the batches (each with the bytes of its body) sampled between two instants of the wall clock."""
    inside = [(batch, size) for batch, size in batches if since < batch.sampled_at.timestamp() <= until]
    reports = [report for batch, _ in inside for report in batch.domains or ()]
    return Arrived(
        tick_count=len(inside),
        domain_counts=tuple(sorted({len(batch.domains or ()) for batch, _ in inside})),
        incomplete_domain_count=sum(report.sample.outcome != "ok" for report in reports),
        body_bytes=sum(size for _, size in inside) // max(1, len(inside)),
    )


def within_budget(beyond_libvirt_cpu_ratio: float, resident_peak_bytes: int) -> bool:
    """Tell whether the publisher stayed within both of its limits, the memory's also at its peak."""
    return (
        beyond_libvirt_cpu_ratio < BEYOND_LIBVIRT_CPU_RATIO_LIMIT
        and resident_peak_bytes <= RESIDENT_BYTES_LIMIT
    )
