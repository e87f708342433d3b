# SPDX-License-Identifier: Apache-2.0
"""What a simulated VM reports at a given second over the tick before it. Pure."""

import math
from random import Random
from typing import Any, NamedTuple

from loadgen.fleet.domain import SHUT_OFF, DomainProfile, Identity
from loadgen.fleet.workload import Demand
from publisher.wire.samples import DomainBlockSample, DomainInterfaceSample, DomainReport, DomainSample

_GIB = 1024**3
_MIB = 1024**2
_CAPACITY_BYTES = 20 * _GIB
# How the traffic of a VM is made up; what its devices report adds up to what it reports itself.
_READ_SHARE, _WRITE_SHARE, _FLUSH_SHARE = 0.35, 0.65, 0.02
_RECEIVE_SHARE, _TRANSMIT_SHARE = 0.45, 0.55
_REQUEST_BYTES, _PACKET_BYTES = 16_384, 900


class ReportMoment(NamedTuple):
    """When a report is made, and over which tick."""

    second: float
    tick_seconds: float
    described: bool


class Work(NamedTuple):
    """What a VM gets of what it asks for: ``cpu_share`` is below 1 where the host has too few CPUs.

    ``started_at`` is when its process began: the first sample after it has no rates.
    """

    load: Demand
    cpu_share: float
    started_at: float


def report_domain(
    profile: DomainProfile, identity: Identity, moment: ReportMoment, work: Work, noise: Random
) -> DomainReport:
    """Return the report of a VM."""
    second, tick = moment.second, moment.tick_seconds
    state, reason = profile.state_at(second)
    fresh = second - tick < work.started_at
    description = profile.description() if moment.described or fresh else None
    if state == SHUT_OFF:
        sample = DomainSample(
            memory_maximum_bytes=profile.memory_bytes,
            vcpu_count=profile.vcpu_count,
            state=state,
            state_reason=reason,
        )
        return DomainReport(uuid=identity.uuid, name=identity.name, sample=sample, description=description)
    used = int(work.load.memory_ratio * profile.memory_bytes)
    sample = DomainSample(
        memory_assigned_bytes=profile.memory_bytes,
        memory_maximum_bytes=profile.memory_bytes,
        memory_guest_total_bytes=profile.memory_bytes - 128 * _MIB,
        memory_used_bytes=used,
        memory_resident_bytes=min(profile.memory_bytes, int(used * 1.15) + 60 * _MIB),
        memory_used_ratio=work.load.memory_ratio,
        memory_age_seconds=4.0 + second % 6.0,
        vcpu_count=profile.vcpu_count,
        state=state,
        state_reason=reason,
        **({} if fresh else _rates(profile, tick, work)),
    )
    rates = None if fresh else work.load
    return DomainReport(
        uuid=identity.uuid,
        name=identity.name,
        libvirt_id=_libvirt_id(profile, work.started_at),
        sample=sample,
        blocks=[_block(disk, profile, second, rates, noise) for disk in profile.disks],
        interfaces=[_interface(mac, index, profile, rates) for index, mac in enumerate(profile.macs)],
        description=description,
    )


def _libvirt_id(profile: DomainProfile, started_at: float) -> int:
    """Return another number after each start."""
    starts = 0 if started_at == -math.inf else int(started_at) % 100_000
    return 1 + starts * 100 + profile.number % 100


def _rates(profile: DomainProfile, tick_seconds: float, work: Work) -> dict[str, Any]:
    load = work.load
    cpu_ratio = load.cpu_ratio * work.cpu_share
    cores = cpu_ratio * profile.vcpu_count
    block, network = load.block_bytes_per_second, load.network_bytes_per_second
    return {
        "interval_seconds": tick_seconds,
        "detail_interval_seconds": tick_seconds,
        "cpu_cores": cores,
        "cpu_ratio": cpu_ratio,
        "cpu_user_cores": cores * 0.7,
        "cpu_system_cores": cores * 0.3,
        "vcpu_cores": cores * 0.93,
        "cpu_overhead_cores": cores * 0.07,
        "steal_ratio": load.cpu_ratio - cpu_ratio,
        "swap_in_bytes_per_second": 0.0,
        "swap_out_bytes_per_second": 0.0,
        "major_faults_per_second": cpu_ratio * 0.5,
        "block_read_bytes_per_second": block * _READ_SHARE,
        "block_write_bytes_per_second": block * _WRITE_SHARE,
        "block_read_requests_per_second": block * _READ_SHARE / _REQUEST_BYTES,
        "block_write_requests_per_second": block * _WRITE_SHARE / _REQUEST_BYTES,
        "block_latency_seconds": 0.0006 * math.exp(2.2 * cpu_ratio) if block else None,
        "network_receive_bytes_per_second": network * _RECEIVE_SHARE,
        "network_transmit_bytes_per_second": network * _TRANSMIT_SHARE,
    }


def _block(
    device: str, profile: DomainProfile, second: float, load: Demand | None, noise: Random
) -> DomainBlockSample:
    """Return a thin image that fills until somebody trims it."""
    filling = profile.filling
    share = 0.2 + 0.8 * (second - filling.begun_at(second)) / filling.period_seconds
    physical = int(_CAPACITY_BYTES * share)
    # What was trimmed leaves holes: the end of the image stays where it was.
    written = max(physical, int(_CAPACITY_BYTES * 0.6))
    if load is None:
        return DomainBlockSample(
            device=device,
            capacity_bytes=_CAPACITY_BYTES,
            allocation_bytes=written,
            physical_bytes=physical,
        )
    rate = load.block_bytes_per_second / len(profile.disks)
    slow = noise.uniform(0.8, 1.25)
    return DomainBlockSample(
        device=device,
        capacity_bytes=_CAPACITY_BYTES,
        allocation_bytes=written,
        physical_bytes=physical,
        read_bytes_per_second=rate * _READ_SHARE,
        write_bytes_per_second=rate * _WRITE_SHARE,
        read_requests_per_second=rate * _READ_SHARE / _REQUEST_BYTES,
        write_requests_per_second=rate * _WRITE_SHARE / _REQUEST_BYTES,
        flush_requests_per_second=rate * _FLUSH_SHARE / _REQUEST_BYTES,
        read_latency_seconds=0.0008 * slow if rate else None,
        write_latency_seconds=0.0012 * slow if rate else None,
        flush_latency_seconds=0.004 * slow if rate else None,
    )


def _interface(mac: str, index: int, profile: DomainProfile, load: Demand | None) -> DomainInterfaceSample:
    name = f"vnet{index}"
    if load is None:
        return DomainInterfaceSample(device=mac, name=name)
    rate = load.network_bytes_per_second / len(profile.macs)
    return DomainInterfaceSample(
        device=mac,
        name=name,
        receive_bytes_per_second=rate * _RECEIVE_SHARE,
        transmit_bytes_per_second=rate * _TRANSMIT_SHARE,
        receive_packets_per_second=rate * _RECEIVE_SHARE / _PACKET_BYTES,
        transmit_packets_per_second=rate * _TRANSMIT_SHARE / _PACKET_BYTES,
        receive_errors_per_second=0.0,
        transmit_errors_per_second=0.0,
        receive_drops_per_second=0.0,
        transmit_drops_per_second=0.0,
    )
