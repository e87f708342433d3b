# SPDX-License-Identifier: Apache-2.0
"""A simulated VM: what it is (drawn once from a seed) and what it would report at a given second.

The report is a function of profile, time and the tick's noise alone, so that any instant of the past can be
produced again without simulating what came before it.
"""

import math
from random import Random
from typing import NamedTuple
from uuid import UUID

from loadgen.curve import Curve, draw_curve
from publisher.wire.samples import (
    DomainBlockSample,
    DomainDescription,
    DomainInterfaceSample,
    DomainReport,
    DomainSample,
)

_GIB = 1024**3
_MIB = 1024**2

# virDomainState and the reasons used here, as numbered by libvirt.
RUNNING, PAUSED, SHUT_OFF = 1, 3, 5
_BOOTED, _PAUSED_BY_USER, _PAUSED_ON_IO_ERROR, _SHUT_DOWN = 1, 1, 5, 1

# (state, reason) and how many of a thousand VMs are in it.
_STATES = (
    ((RUNNING, _BOOTED), 890),
    ((SHUT_OFF, _SHUT_DOWN), 85),
    ((PAUSED, _PAUSED_BY_USER), 20),
    ((PAUSED, _PAUSED_ON_IO_ERROR), 5),
)

_ROLES = ("web", "db", "cache", "build", "mail", "proxy", "queue", "test")


class DomainProfile(NamedTuple):
    """What stays the same about one simulated VM."""

    uuid: str
    name: str
    libvirt_id: int
    vcpu_count: int
    memory_bytes: int
    state: int
    state_reason: int
    cpu: Curve
    memory: Curve
    block_peak_bytes_per_second: float
    network_peak_bytes_per_second: float
    disks: tuple[str, ...]
    macs: tuple[str, ...]
    description: DomainDescription


def draw_domain(
    random: Random, ordinal: int, *, disks_per_domain: int, interfaces_per_domain: int
) -> DomainProfile:
    """Return a VM drawn from ``random``: about 1 in 12 is off, 1 in 50 paused, some by an I/O error."""
    role = random.choice(_ROLES)
    state, reason = _draw_state(random)
    vcpu_count = random.choice((1, 2, 2, 4, 4, 8))
    name = f"{role}-{ordinal:04d}"
    return DomainProfile(
        uuid=str(UUID(bytes=random.randbytes(16), version=4)),
        name=name,
        libvirt_id=ordinal + 1,
        vcpu_count=vcpu_count,
        memory_bytes=vcpu_count * random.choice((1, 2, 4)) * _GIB,
        state=state,
        state_reason=reason,
        cpu=draw_curve(
            random, floor_ratio=random.uniform(0.01, 0.1), swing_ratio=random.betavariate(1.5, 4.0)
        ),
        memory=draw_curve(random, floor_ratio=random.uniform(0.3, 0.6), swing_ratio=random.uniform(0.0, 0.2)),
        block_peak_bytes_per_second=random.lognormvariate(14.0, 1.2),
        network_peak_bytes_per_second=random.lognormvariate(13.5, 1.2),
        disks=tuple(f"vd{chr(ord('a') + index)}" for index in range(disks_per_domain)),
        macs=tuple(_draw_mac(random) for _ in range(interfaces_per_domain)),
        description=DomainDescription(
            title=f"{role} {ordinal}", autostart=bool(random.getrandbits(1)), persistent=True
        ),
    )


def report_domain(
    profile: DomainProfile, second: float, tick_seconds: float, noise: Random, *, described: bool
) -> DomainReport:
    """Return what the VM reports at ``second`` (since 1970) over the tick before it."""
    description = profile.description if described else None
    if profile.state == SHUT_OFF:
        sample = DomainSample(
            memory_maximum_bytes=profile.memory_bytes,
            vcpu_count=profile.vcpu_count,
            state=profile.state,
            state_reason=profile.state_reason,
        )
        return DomainReport(uuid=profile.uuid, name=profile.name, sample=sample, description=description)
    jitter = noise.uniform(0.9, 1.1)
    cpu_ratio = min(1.0, profile.cpu.at(second) * jitter) if profile.state == RUNNING else 0.0
    block = profile.block_peak_bytes_per_second * cpu_ratio * jitter
    network = profile.network_peak_bytes_per_second * cpu_ratio * jitter
    return DomainReport(
        uuid=profile.uuid,
        name=profile.name,
        libvirt_id=profile.libvirt_id,
        sample=_sample(profile, second, tick_seconds, _Load(cpu_ratio, block, network)),
        blocks=[_block(disk, profile, block / len(profile.disks)) for disk in profile.disks],
        interfaces=[
            _interface(mac, index, network / len(profile.macs)) for index, mac in enumerate(profile.macs)
        ],
        description=description,
    )


class _Load(NamedTuple):
    """What a VM does at one moment, in shares of its CPU and bytes a second."""

    cpu_ratio: float
    block: float
    network: float


def _sample(profile: DomainProfile, second: float, tick_seconds: float, load: _Load) -> DomainSample:
    cpu_ratio, block, network = load
    cores = cpu_ratio * profile.vcpu_count
    memory_ratio = profile.memory.at(second)
    used = int(memory_ratio * profile.memory_bytes)
    return DomainSample(
        memory_assigned_bytes=profile.memory_bytes,
        memory_maximum_bytes=profile.memory_bytes,
        memory_guest_total_bytes=profile.memory_bytes - 128 * _MIB,
        memory_used_bytes=used,
        memory_resident_bytes=min(profile.memory_bytes, int(used * 1.15) + 60 * _MIB),
        interval_seconds=tick_seconds,
        detail_interval_seconds=tick_seconds,
        cpu_cores=cores,
        cpu_ratio=cpu_ratio,
        cpu_user_cores=cores * 0.7,
        cpu_system_cores=cores * 0.3,
        vcpu_cores=cores * 0.93,
        cpu_overhead_cores=cores * 0.07,
        steal_ratio=max(0.0, cpu_ratio - 0.6) * 0.1,
        memory_used_ratio=memory_ratio,
        memory_age_seconds=4.0 + second % 6.0,
        swap_in_bytes_per_second=0.0,
        swap_out_bytes_per_second=0.0,
        major_faults_per_second=cpu_ratio * 0.5,
        block_read_bytes_per_second=block * 0.35,
        block_write_bytes_per_second=block * 0.65,
        block_read_requests_per_second=block * 0.35 / 16_384,
        block_write_requests_per_second=block * 0.65 / 16_384,
        block_latency_seconds=0.0006 * math.exp(2.2 * cpu_ratio) if block else None,
        network_receive_bytes_per_second=network * 0.45,
        network_transmit_bytes_per_second=network * 0.55,
        vcpu_count=profile.vcpu_count,
        state=profile.state,
        state_reason=profile.state_reason,
    )


def _block(device: str, profile: DomainProfile, rate: float) -> DomainBlockSample:
    return DomainBlockSample(
        device=device,
        capacity_bytes=20 * _GIB,
        physical_bytes=int(12 * _GIB + profile.block_peak_bytes_per_second),
        read_bytes_per_second=rate * 0.35,
        write_bytes_per_second=rate * 0.65,
        read_requests_per_second=rate * 0.35 / 16_384,
        write_requests_per_second=rate * 0.65 / 16_384,
        flush_requests_per_second=rate * 0.02 / 16_384,
        read_latency_seconds=0.0008 if rate else None,
        write_latency_seconds=0.0012 if rate else None,
        flush_latency_seconds=0.004 if rate else None,
    )


def _interface(mac: str, index: int, rate: float) -> DomainInterfaceSample:
    return DomainInterfaceSample(
        device=mac,
        name=f"vnet{index}",
        receive_bytes_per_second=rate * 0.45,
        transmit_bytes_per_second=rate * 0.55,
        receive_packets_per_second=rate * 0.45 / 900,
        transmit_packets_per_second=rate * 0.55 / 900,
        receive_errors_per_second=0.0,
        transmit_errors_per_second=0.0,
        receive_drops_per_second=0.0,
        transmit_drops_per_second=0.0,
    )


def _draw_state(random: Random) -> tuple[int, int]:
    return random.choices([state for state, _ in _STATES], [weight for _, weight in _STATES])[0]


def _draw_mac(random: Random) -> str:
    # 52:54:00 is the prefix QEMU and libvirt give to virtual interfaces.
    return "52:54:00:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))
