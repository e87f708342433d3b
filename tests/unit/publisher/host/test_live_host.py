# SPDX-License-Identifier: Apache-2.0
"""This machine's own figures against psutil's, read at the same time."""

import time

import psutil
import pytest

from publisher.collectors.disks import DiskCollector
from publisher.collectors.interfaces import InterfaceCollector
from publisher.collectors.memory import MemoryCollector
from publisher.host.sampler import HostSampler
from publisher.procfs import SourceUnavailableError, SystemTree

# Others work on this machine between two reads: what grows in a moment is allowed for.
MOMENT_BYTES = 256 * 2**20


def work() -> None:
    """Use one second of CPU time, so that there is something to see."""
    begun_seconds = time.process_time()
    while time.process_time() - begun_seconds < 1.0:
        sum(range(10_000))


def test_cpu_busy_agrees_with_psutil() -> None:
    """The busy share over an interval is within 3 points of psutil's, read at the same ends."""
    sampler = HostSampler(tick_seconds=60.0)
    sampler.sample(time.monotonic())
    psutil.cpu_times_percent()
    work()
    sample = sampler.sample(time.monotonic()).sample
    oracle = psutil.cpu_times_percent()
    sampler.close()
    busy_ratio = 1 - (oracle.idle + oracle.iowait) / 100

    assert sample.cpu_busy_ratio == pytest.approx(busy_ratio, abs=0.03)
    assert sample.cpu_system_ratio == pytest.approx(oracle.system / 100, abs=0.03)


def test_memory_agrees_with_psutil() -> None:
    """Total exactly; available and swap within what a moment can change."""
    reading = MemoryCollector(SystemTree()).collect().reading
    oracle, swap = psutil.virtual_memory(), psutil.swap_memory()

    assert oracle.total == reading.total_bytes
    assert oracle.available == pytest.approx(reading.available_bytes, abs=MOMENT_BYTES)
    assert swap.total == reading.swap_total_bytes


def test_disk_counters_agree_with_psutil() -> None:
    """Each device lies between psutil's counters before and after."""
    before = psutil.disk_io_counters(perdisk=True, nowrap=False)
    try:
        reading = DiskCollector(SystemTree()).collect().reading
    except SourceUnavailableError:
        # A container that hides its disks: psutil then has none that is whole either.
        assert not any(SystemTree().exists(f"/sys/block/{device}") for device in before)
        return
    after = psutil.disk_io_counters(perdisk=True, nowrap=False)

    assert reading.disks
    for disk in reading.disks:
        first, last, counters = before[disk.device], after[disk.device], disk.counters
        assert first.read_count <= (counters.read_requests_total or 0) <= last.read_count
        assert first.read_bytes <= (counters.read_sectors_total or 0) * 512 <= last.read_bytes
        assert first.write_count <= (counters.write_requests_total or 0) <= last.write_count
        assert first.write_bytes <= (counters.write_sectors_total or 0) * 512 <= last.write_bytes
        assert first.busy_time <= (counters.busy_ms_total or 0) <= last.busy_time


def test_interface_counters_agree_with_psutil() -> None:
    """Each interface lies between psutil's counters before and after."""
    before = psutil.net_io_counters(pernic=True, nowrap=False)
    reading = InterfaceCollector(SystemTree()).collect().reading
    after = psutil.net_io_counters(pernic=True, nowrap=False)

    for interface in reading.interfaces:
        first, last, counters = before[interface.device], after[interface.device], interface.counters
        assert first.bytes_recv <= (counters.receive_bytes_total or 0) <= last.bytes_recv
        assert first.bytes_sent <= (counters.transmit_bytes_total or 0) <= last.bytes_sent
        assert first.packets_recv <= (counters.receive_packets_total or 0) <= last.packets_recv
        assert first.packets_sent <= (counters.transmit_packets_total or 0) <= last.packets_sent
        assert first.dropin <= (counters.receive_drops_total or 0) <= last.dropin
        assert first.errout <= (counters.transmit_errors_total or 0) <= last.errout
