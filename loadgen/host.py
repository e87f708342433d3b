# SPDX-License-Identifier: Apache-2.0
"""A simulated hypervisor: its profile, and the host sample that follows from what its VMs do."""

from random import Random
from typing import NamedTuple

from loadgen.curve import Curve, draw_curve
from publisher.wire.samples import DomainReport, HostDiskSample, HostInterfaceSample, HostSample

_GIB = 1024**3


class HostProfile(NamedTuple):
    """What stays the same about one simulated host."""

    host: str
    boot_id: str
    cpu_count: int
    memory_bytes: int
    image_bytes: int
    ambient_celsius: float
    own: Curve


def draw_host(random: Random, host: str, domain_count: int) -> HostProfile:
    """Return a host drawn from ``random``, sized for its VMs, with CPU and memory short or ample."""
    return HostProfile(
        host=host,
        boot_id=f"{random.getrandbits(128):032x}",
        cpu_count=8 * max(1, round(domain_count * 3.5 / random.uniform(1.5, 4.0) / 8)),
        memory_bytes=32 * _GIB * max(1, round(domain_count * 7.0 / random.uniform(0.85, 1.6) / 32)),
        image_bytes=random.choice((2, 4, 8)) * 1024 * _GIB,
        ambient_celsius=random.uniform(24.0, 38.0),
        own=draw_curve(random, floor_ratio=0.02, swing_ratio=0.02),
    )


def report_host(
    host: HostProfile, second: float, tick_seconds: float, domains: list[DomainReport], noise: Random
) -> HostSample:
    """Return the host sample at ``second``: the sum of its VMs plus its own work, within its hardware."""
    samples = [domain.sample for domain in domains]
    guest = min(0.95, sum(each.cpu_cores or 0.0 for each in samples) / host.cpu_count)
    own = host.own.at(second) * noise.uniform(0.8, 1.2)
    busy = min(1.0, guest + own)
    resident = sum(each.memory_resident_bytes or 0 for each in samples)
    used = min(int(host.memory_bytes * 0.97), resident + 6 * _GIB)
    read = sum(each.block_read_bytes_per_second or 0.0 for each in samples)
    write = sum(each.block_write_bytes_per_second or 0.0 for each in samples)
    disk_busy = min(1.0, (read + write) / 1.5e9 * noise.uniform(0.8, 1.3))
    waiting = max(0.0, busy - 0.7)
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
        swap_total_bytes=8 * _GIB,
        swap_used_bytes=int(_GIB * max(0.0, used / host.memory_bytes - 0.85) * 20),
        uptime_seconds=second % (60 * 86_400.0),
        interval_seconds=tick_seconds,
        cpu_busy_ratio=busy,
        cpu_guest_ratio=guest,
        cpu_user_ratio=own * 0.6,
        cpu_system_ratio=own * 0.35,
        cpu_interrupt_ratio=own * 0.05,
        cpu_steal_ratio=0.0,
        cpu_iowait_ratio=min(1.0 - busy, disk_busy * 0.05),
        load_1m=busy * host.cpu_count * 1.1,
        load_5m=busy * host.cpu_count * 1.05,
        load_15m=busy * host.cpu_count,
        pressure_cpu_some_ratio=waiting * 0.5,
        pressure_memory_some_ratio=max(0.0, used / host.memory_bytes - 0.9),
        pressure_memory_full_ratio=max(0.0, used / host.memory_bytes - 0.95),
        pressure_io_some_ratio=disk_busy * 0.2,
        pressure_io_full_ratio=disk_busy * 0.1,
        memory_used_ratio=used / host.memory_bytes,
        memory_used_legacy_ratio=min(1.0, used / host.memory_bytes * 1.05),
        memory_used_without_hugepages_ratio=used / host.memory_bytes,
        swap_in_bytes_per_second=0.0,
        swap_out_bytes_per_second=0.0,
        disk_read_bytes_per_second=read,
        disk_write_bytes_per_second=write,
        disk_read_requests_per_second=read / 16_384,
        disk_write_requests_per_second=write / 16_384,
        disk_busy_ratio=disk_busy,
        disk_latency_seconds=0.0005 + 0.01 * disk_busy**3,
        network_receive_bytes_per_second=sum(
            each.network_receive_bytes_per_second or 0.0 for each in samples
        ),
        network_transmit_bytes_per_second=sum(
            each.network_transmit_bytes_per_second or 0.0 for each in samples
        ),
        cpu_temperature_celsius=host.ambient_celsius + 45.0 * busy + noise.uniform(-0.5, 0.5),
        cpu_temperature_limit_celsius=95.0,
        board_temperature_celsius=host.ambient_celsius + 8.0,
        cpu_online_count=host.cpu_count,
        running_count=int(busy * host.cpu_count) + 1,
        blocked_count=int(disk_busy * 4),
        oom_kill_count=0,
        memory_estimated=False,
    )


def report_disks(sample: HostSample, noise: Random) -> list[HostDiskSample]:
    """Return two NVMe devices that share the host's disk rates."""
    share = noise.uniform(0.45, 0.55)
    return [_disk(sample, "nvme0n1", share), _disk(sample, "nvme1n1", 1.0 - share)]


def _disk(sample: HostSample, device: str, share: float) -> HostDiskSample:
    read = (sample.disk_read_bytes_per_second or 0.0) * share
    write = (sample.disk_write_bytes_per_second or 0.0) * share
    return HostDiskSample(
        device=device,
        name=device,
        leaf=True,
        in_flight_count=int((sample.disk_busy_ratio or 0.0) * 4),
        read_bytes_per_second=read,
        write_bytes_per_second=write,
        read_requests_per_second=read / 16_384,
        write_requests_per_second=write / 16_384,
        busy_ratio=sample.disk_busy_ratio,
        queue_count=(sample.disk_busy_ratio or 0.0) * 2,
        latency_seconds=sample.disk_latency_seconds,
        read_latency_seconds=sample.disk_latency_seconds,
        write_latency_seconds=sample.disk_latency_seconds,
    )


def report_interfaces(sample: HostSample) -> list[HostInterfaceSample]:
    """Return one physical interface that carries all of the host's traffic."""
    receive = sample.network_receive_bytes_per_second or 0.0
    transmit = sample.network_transmit_bytes_per_second or 0.0
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
