# SPDX-License-Identifier: Apache-2.0
"""The samples of a simulated host: what follows from what its VMs do, within its hardware. Pure."""

from random import Random
from typing import Any, NamedTuple

from loadgen.fleet.host import HostProfile
from publisher.wire.samples import (
    DomainReport,
    HostDiskSample,
    HostFilesystemSample,
    HostInterfaceSample,
    HostSample,
)

_GIB = 1024**3


class _Sums(NamedTuple):
    """The VMs of a host together."""

    cpu_cores: float
    resident_bytes: int
    read: float
    write: float
    receive: float
    transmit: float


def _sums(domains: list[DomainReport]) -> _Sums:
    samples = [domain.sample for domain in domains]
    return _Sums(
        sum(each.cpu_cores or 0.0 for each in samples),
        sum(each.memory_resident_bytes or 0 for each in samples),
        sum(each.block_read_bytes_per_second or 0.0 for each in samples),
        sum(each.block_write_bytes_per_second or 0.0 for each in samples),
        sum(each.network_receive_bytes_per_second or 0.0 for each in samples),
        sum(each.network_transmit_bytes_per_second or 0.0 for each in samples),
    )


def report_host(
    host: HostProfile, second: float, tick_seconds: float, domains: list[DomainReport], noise: Random
) -> HostSample:
    """Return the host sample at ``second``; the first one after a boot has no rates."""
    sums = _sums(domains)
    guest = min(0.97, sums.cpu_cores / host.cpu_count)
    own = host.own.at(second) * noise.uniform(0.8, 1.2)
    busy = min(1.0, guest + own)
    used = min(int(host.memory_bytes * 0.97), sums.resident_bytes + 6 * _GIB)
    used_ratio = used / host.memory_bytes
    booted_at = host.booted_at(second)
    rates: dict[str, Any] = {}
    if second - tick_seconds >= booted_at:
        rates = {"interval_seconds": tick_seconds, **_cpu(guest, own)}
        rates |= _pressure(busy, used_ratio) | _traffic(sums, noise)
        rates["cpu_iowait_ratio"] = min(1.0 - busy, rates["disk_busy_ratio"] * 0.05)
        rates |= {"memory_corrected_error_count": 0, "memory_uncorrected_error_count": 0}
    return HostSample(
        memory_total_bytes=host.memory_bytes,
        memory_available_bytes=host.memory_bytes - used,
        memory_free_bytes=int((host.memory_bytes - used) * 0.6),
        memory_buffers_bytes=_GIB // 2,
        memory_cached_bytes=int((host.memory_bytes - used) * 0.35),
        memory_reclaimable_bytes=_GIB // 4,
        memory_shared_bytes=_GIB // 8,
        hugepage_total_bytes=0,
        hugepage_free_bytes=0,
        hugepage_reserved_bytes=0,
        hugepage_surplus_bytes=0,
        swap_total_bytes=8 * _GIB,
        swap_used_bytes=int(_GIB * max(0.0, used_ratio - 0.85) * 20),
        uptime_seconds=second - booted_at,
        load_1m=busy * host.cpu_count * 1.1,
        load_5m=busy * host.cpu_count * 1.05,
        load_15m=busy * host.cpu_count,
        memory_used_ratio=used_ratio,
        memory_used_legacy_ratio=min(1.0, used_ratio * 1.05),
        memory_used_without_hugepages_ratio=used_ratio,
        cpu_temperature_celsius=host.ambient_celsius + 45.0 * busy + noise.uniform(-0.5, 0.5),
        cpu_temperature_limit_celsius=95.0,
        cpu_temperature_sensor="coretemp Package id 0",
        board_temperature_celsius=host.ambient_celsius + 8.0,
        cpu_online_count=host.cpu_count,
        running_count=int(busy * host.cpu_count) + 1,
        blocked_count=0,
        oom_kill_count=0,
        memory_estimated=False,
        clock_synchronised=True,
        clock_error_seconds=0.002 + 0.0005 * (second % 64) / 64,
        clock_ntp_offset_seconds=0.0001 * ((second % 300) / 150 - 1.0),
        **rates,
    )


def _cpu(guest: float, own: float) -> dict[str, float]:
    return {
        "cpu_busy_ratio": min(1.0, guest + own),
        "cpu_guest_ratio": guest,
        "cpu_user_ratio": own * 0.6,
        "cpu_system_ratio": own * 0.35,
        "cpu_interrupt_ratio": own * 0.05,
        "cpu_steal_ratio": 0.0,
    }


def _pressure(busy: float, used_ratio: float) -> dict[str, float]:
    return {
        "pressure_cpu_some_ratio": max(0.0, busy - 0.7) * 0.8,
        "pressure_memory_some_ratio": max(0.0, used_ratio - 0.9),
        "pressure_memory_full_ratio": max(0.0, used_ratio - 0.95),
        "swap_in_bytes_per_second": 0.0,
        "swap_out_bytes_per_second": 0.0,
    }


def _traffic(sums: _Sums, noise: Random) -> dict[str, float]:
    disk_busy = min(1.0, (sums.read + sums.write) / 1.5e9 * noise.uniform(0.8, 1.3))
    return {
        "pressure_io_some_ratio": disk_busy * 0.2,
        "pressure_io_full_ratio": disk_busy * 0.1,
        "disk_read_bytes_per_second": sums.read,
        "disk_write_bytes_per_second": sums.write,
        "disk_read_requests_per_second": sums.read / 16_384,
        "disk_write_requests_per_second": sums.write / 16_384,
        "disk_busy_ratio": disk_busy,
        "disk_latency_seconds": 0.0005 + 0.01 * disk_busy**3,
        "network_receive_bytes_per_second": sums.receive,
        "network_transmit_bytes_per_second": sums.transmit,
    }


def report_filesystems(host: HostProfile, second: float) -> list[HostFilesystemSample]:
    """Return the file system of the images."""
    available = int(host.image_bytes * (1.0 - host.image_used_ratio(second)))
    return [
        HostFilesystemSample(
            path="/var/lib/libvirt/images", total_bytes=host.image_bytes, available_bytes=available
        )
    ]


def report_disks(sample: HostSample, noise: Random) -> list[HostDiskSample]:
    """Return two NVMe devices that share the host's disk rates."""
    share = noise.uniform(0.45, 0.55)
    return [_disk(sample, "nvme0n1", share), _disk(sample, "nvme1n1", 1.0 - share)]


def _disk(sample: HostSample, device: str, share: float) -> HostDiskSample:
    busy = sample.disk_busy_ratio
    if busy is None:
        return HostDiskSample(device=device, name=device, leaf=True, in_flight_count=0)
    read = (sample.disk_read_bytes_per_second or 0.0) * share
    write = (sample.disk_write_bytes_per_second or 0.0) * share
    return HostDiskSample(
        device=device,
        name=device,
        leaf=True,
        in_flight_count=int(busy * 4),
        read_bytes_per_second=read,
        write_bytes_per_second=write,
        read_requests_per_second=read / 16_384,
        write_requests_per_second=write / 16_384,
        busy_ratio=busy,
        queue_count=busy * 2,
        latency_seconds=sample.disk_latency_seconds,
        read_latency_seconds=sample.disk_latency_seconds,
        write_latency_seconds=sample.disk_latency_seconds,
    )


def report_interfaces(sample: HostSample) -> list[HostInterfaceSample]:
    """Return one physical interface that carries all of the host's traffic."""
    receive, transmit = sample.network_receive_bytes_per_second, sample.network_transmit_bytes_per_second
    if receive is None or transmit is None:
        return [HostInterfaceSample(device="eno1", physical=True)]
    return [
        HostInterfaceSample(
            device="eno1",
            physical=True,
            receive_bytes_per_second=receive,
            transmit_bytes_per_second=transmit,
            receive_packets_per_second=receive / 900,
            transmit_packets_per_second=transmit / 900,
            receive_errors_per_second=0.0,
            transmit_errors_per_second=0.0,
            receive_drops_per_second=0.0,
            transmit_drops_per_second=0.0,
        )
    ]
