# SPDX-License-Identifier: Apache-2.0
"""Rates of the host's block devices, and their totals over leaf devices: pure."""

from typing import Final, NamedTuple, TypedDict

from publisher.collectors.disks import SECTOR_BYTES, Disk, DiskReading
from publisher.rates.counter import increase, increase_of_32_bits, ratio
from publisher.wire.samples import HostDiskSample

_MILLISECONDS: Final = 1000


class DiskTotals(TypedDict, total=False):
    """Fields of HostSample."""

    disk_read_bytes_per_second: float | None
    disk_write_bytes_per_second: float | None
    disk_read_requests_per_second: float | None
    disk_write_requests_per_second: float | None
    disk_busy_ratio: float | None
    disk_latency_seconds: float | None


class _Increase(NamedTuple):
    read_requests: int | None = None
    write_requests: int | None = None
    read_bytes: int | None = None
    write_bytes: int | None = None
    read_ms: int | None = None
    write_ms: int | None = None
    busy_ms: int | None = None
    waiting_ms: int | None = None


class DiskRates(NamedTuple):
    """One sample per device and the totals of the host."""

    samples: list[HostDiskSample]
    totals: DiskTotals


def disk_rates(
    previous: DiskReading | None, current: DiskReading | None, interval_seconds: float | None
) -> DiskRates:
    """Return the rates of every device; a device that is new has gauges only."""
    if current is None:
        return DiskRates([], {})
    before = {disk.device: disk for disk in previous.disks} if previous and interval_seconds else {}
    increases = [_increase(before.get(disk.device), disk) for disk in current.disks]
    pairs = list(zip(current.disks, increases, strict=True))
    samples = [_sample(disk, step, interval_seconds) for disk, step in pairs]
    return DiskRates(samples, _totals([step for disk, step in pairs if disk.leaf], interval_seconds))


def _increase(before: Disk | None, now: Disk) -> _Increase:
    # A name with another volume behind it is another device. One that began to count, or ceased to, was
    # counted elsewhere for a part of the interval.
    if before is None or before.identity != now.identity or before.leaf != now.leaf:
        return _Increase()
    old, new = before.counters, now.counters
    reads = increase(old.read_requests_total, new.read_requests_total)
    writes = increase(old.write_requests_total, new.write_requests_total)
    read_sectors = increase(old.read_sectors_total, new.read_sectors_total)
    write_sectors = increase(old.write_sectors_total, new.write_sectors_total)
    if reads is None or writes is None or read_sectors is None or write_sectors is None:
        # The device was replaced: what its other counters did since is of no meaning.
        return _Increase()
    return _Increase(
        read_requests=reads,
        write_requests=writes,
        read_bytes=read_sectors * SECTOR_BYTES,
        write_bytes=write_sectors * SECTOR_BYTES,
        read_ms=increase_of_32_bits(old.read_ms_total, new.read_ms_total),
        write_ms=increase_of_32_bits(old.write_ms_total, new.write_ms_total),
        busy_ms=increase_of_32_bits(old.busy_ms_total, new.busy_ms_total),
        waiting_ms=increase_of_32_bits(old.waiting_ms_total, new.waiting_ms_total),
    )


def _sample(disk: Disk, step: _Increase, seconds: float | None) -> HostDiskSample:
    milliseconds = None if seconds is None else seconds * _MILLISECONDS
    return HostDiskSample(
        device=disk.device,
        name=disk.name,
        leaf=disk.leaf,
        in_flight_count=disk.counters.in_flight_count,
        read_bytes_per_second=ratio(step.read_bytes, seconds),
        write_bytes_per_second=ratio(step.write_bytes, seconds),
        read_requests_per_second=ratio(step.read_requests, seconds),
        write_requests_per_second=ratio(step.write_requests, seconds),
        # Not capped at 1: the kernel's count can run ahead (iostats.rst); the page may cap it.
        busy_ratio=ratio(step.busy_ms, milliseconds),
        queue_count=ratio(step.waiting_ms, milliseconds),
        latency_seconds=_latency([step]),
        read_latency_seconds=ratio(step.read_ms, _thousand(step.read_requests)),
        write_latency_seconds=ratio(step.write_ms, _thousand(step.write_requests)),
    )


def _totals(leaves: list[_Increase], seconds: float | None) -> DiskTotals:
    known = [step for step in leaves if step.read_requests is not None]
    if not known or seconds is None:
        return {}
    busiest = max((step.busy_ms for step in known if step.busy_ms is not None), default=None)
    return {
        "disk_read_bytes_per_second": ratio(sum(step.read_bytes or 0 for step in known), seconds),
        "disk_write_bytes_per_second": ratio(sum(step.write_bytes or 0 for step in known), seconds),
        "disk_read_requests_per_second": ratio(sum(step.read_requests or 0 for step in known), seconds),
        "disk_write_requests_per_second": ratio(sum(step.write_requests or 0 for step in known), seconds),
        "disk_busy_ratio": ratio(busiest, seconds * _MILLISECONDS),
        "disk_latency_seconds": _latency(known),
    }


def _latency(steps: list[_Increase]) -> float | None:
    """Return the mean seconds per request; None if there was none."""
    timed = [step for step in steps if step.read_ms is not None and step.write_ms is not None]
    requests = sum((step.read_requests or 0) + (step.write_requests or 0) for step in timed)
    milliseconds = sum((step.read_ms or 0) + (step.write_ms or 0) for step in timed)
    return ratio(milliseconds, _thousand(requests))


def _thousand(requests: int | None) -> int | None:
    return None if requests is None else requests * _MILLISECONDS
