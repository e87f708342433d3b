# SPDX-License-Identifier: Apache-2.0
"""Rates of the host's block devices, and their totals over leaf devices: pure but for the watch."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple, TypedDict

from publisher.collectors.disks import SECTOR_BYTES, Disk, DiskReading
from publisher.rates.bounds import BYTES_PER_SECOND, EVENTS_PER_SECOND, GAP_SECONDS, QUEUE, time_bound
from publisher.rates.completeness import tell_partial
from publisher.rates.counter import LARGEST_WRAPPED_STEP, ratio, total
from publisher.rates.counter_watch import CounterWatch, watched
from publisher.wire.samples import HostDiskSample

_MILLISECONDS: Final = 1000
_COUNTERS: Final = (
    "read_requests",
    "write_requests",
    "read_sectors",
    "write_sectors",
    "read_ms",
    "write_ms",
    "busy_ms",
    "waiting_ms",
)
_WRAPPING: Final = range(4, 8)
_numbers: Final = attrgetter(*[f"{name}_total" for name in _COUNTERS])


class DiskTotals(TypedDict, total=False):
    """Fields of HostSample."""

    disk_read_bytes_per_second: float | None
    disk_write_bytes_per_second: float | None
    disk_read_requests_per_second: float | None
    disk_write_requests_per_second: float | None
    disk_busy_ratio: float | None
    disk_latency_seconds: float | None


class _Increase(NamedTuple):
    """In the order of _COUNTERS."""

    read_requests: int | None
    write_requests: int | None
    read_sectors: int | None
    write_sectors: int | None
    read_ms: int | None
    write_ms: int | None
    busy_ms: int | None
    waiting_ms: int | None


class DiskRates(NamedTuple):
    """One sample per device and the totals of the host."""

    samples: list[HostDiskSample]
    totals: DiskTotals


def disk_rates(
    previous: DiskReading | None,
    current: DiskReading | None,
    interval_seconds: float | None,
    watch: CounterWatch | None = None,
) -> DiskRates:
    """Return the rates of every device; a device that is new has gauges only. Totals are whole or None."""
    if current is None:
        return DiskRates([], {})
    watch = watched(watch)
    is_comparable = previous is not None and interval_seconds is not None
    before = {disk.device: disk for disk in previous.disks} if previous and is_comparable else {}
    bounds = _bounds(interval_seconds or GAP_SECONDS)
    watch.keep({disk.device for disk in current.disks})
    increases = [_increase(before.get(disk.device), disk, bounds, watch) for disk in current.disks]
    pairs = list(zip(current.disks, increases, strict=True))
    samples = [_sample(disk, step, interval_seconds, watch) for disk, step in pairs]
    here = {disk.device for disk in current.disks}
    # One that is here but ceased to count is no part of the sum.
    gone = {disk.device for disk in before.values() if disk.leaf} - here
    new = {disk.device for disk in current.disks if disk.leaf} - before.keys()
    if not is_comparable or not tell_partial(watch, gone, new):
        return DiskRates(samples, {})
    return DiskRates(
        samples, _totals([pair for pair in zip(samples, increases, strict=True) if pair[0].leaf])
    )


def _bounds(seconds: float) -> list[float]:
    requests, sectors = EVENTS_PER_SECOND * seconds, BYTES_PER_SECOND * seconds / SECTOR_BYTES
    busy_ms = time_bound(seconds, _MILLISECONDS)
    # A request may have waited for long before this interval.
    waited_ms: float = LARGEST_WRAPPED_STEP
    return [requests, requests, sectors, sectors, waited_ms, waited_ms, busy_ms, busy_ms * QUEUE]


def _increase(before: Disk | None, now: Disk, bounds: Sequence[float], watch: CounterWatch) -> _Increase:
    # A name with another volume behind it is another device. One that began to count, or ceased to, was
    # counted elsewhere for a part of the interval.
    if before is not None and (before.identity != now.identity or before.leaf != now.leaf):
        watch.forget(now.device)
        watch.tell(f"{now.device}: it is another one, or is counted elsewhere")
        before = None
    numbers = None if before is None else _numbers(before.counters)
    return _Increase(
        *watch.increases(now.device, _COUNTERS, numbers, _numbers(now.counters), bounds, wrapping=_WRAPPING)
    )


def _sample(disk: Disk, step: _Increase, seconds: float | None, watch: CounterWatch) -> HostDiskSample:
    milliseconds = None if seconds is None else seconds * _MILLISECONDS
    busy_ratio, latency_seconds = ratio(step.busy_ms, milliseconds), _latency([step])
    queue_count = ratio(step.waiting_ms, milliseconds)
    if queue_count and latency_seconds is not None and seconds is not None and latency_seconds > seconds:
        # Linux from 5.0 counts the time of a request when it ends: that of intervals before too.
        watch.tell(f"{disk.device}: queue not known, requests took longer than the interval")
        queue_count = None
    return HostDiskSample(
        device=disk.device,
        name=disk.name,
        leaf=disk.leaf,
        in_flight_count=disk.counters.in_flight_count,
        read_bytes_per_second=_bytes(step.read_sectors, seconds),
        write_bytes_per_second=_bytes(step.write_sectors, seconds),
        read_requests_per_second=ratio(step.read_requests, seconds),
        write_requests_per_second=ratio(step.write_requests, seconds),
        # The kernel's clock goes in steps, so that its count may run ahead a little.
        busy_ratio=None if busy_ratio is None else min(busy_ratio, 1.0),
        queue_count=queue_count,
        latency_seconds=latency_seconds,
        read_latency_seconds=ratio(step.read_ms, _thousand(step.read_requests)),
        write_latency_seconds=ratio(step.write_ms, _thousand(step.write_requests)),
    )


def _totals(leaves: list[tuple[HostDiskSample, _Increase]]) -> DiskTotals:
    samples = [sample for sample, _ in leaves]
    busy = [sample.busy_ratio for sample in samples]
    known = [ratio for ratio in busy if ratio is not None]
    return {
        "disk_read_bytes_per_second": total([one.read_bytes_per_second for one in samples]),
        "disk_write_bytes_per_second": total([one.write_bytes_per_second for one in samples]),
        "disk_read_requests_per_second": total([one.read_requests_per_second for one in samples]),
        "disk_write_requests_per_second": total([one.write_requests_per_second for one in samples]),
        "disk_busy_ratio": max(known) if known and len(known) == len(busy) else None,
        "disk_latency_seconds": _latency([step for _, step in leaves]),
    }


def _latency(steps: list[_Increase]) -> float | None:
    """Return the mean seconds per request; None if there was none, or if not all are known."""
    milliseconds = requests = 0
    for step in steps:
        for spent_ms, count in ((step.read_ms, step.read_requests), (step.write_ms, step.write_requests)):
            if spent_ms is None or count is None:
                return None
            milliseconds += spent_ms
            requests += count
    return ratio(milliseconds, _thousand(requests))


def _bytes(sectors: int | None, seconds: float | None) -> float | None:
    return ratio(None if sectors is None else sectors * SECTOR_BYTES, seconds)


def _thousand(requests: int | None) -> int | None:
    return None if requests is None else requests * _MILLISECONDS
