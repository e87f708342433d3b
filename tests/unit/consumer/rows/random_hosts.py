# SPDX-License-Identifier: Apache-2.0
"""Hosts in every kind of trouble, drawn from a seed: the figures lie about the levels of the health rules."""

from random import Random
from typing import NamedTuple

import msgspec

from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import (
    DomainReport,
    DomainSample,
    HostDiskSample,
    HostFilesystemSample,
    HostSample,
    HypervisorHealth,
)
from publisher.wire.transposition import in_columns

_GIBIBYTE = 2**30
# Every reason that a host may have had before, and one that no rule has.
_REASONS = (
    "clock_skewed",
    "cpu",
    "disk_busy",
    "disk_latency",
    "filesystem",
    "hypervisor",
    "memory",
    "nothing",
    "pressure_cpu",
    "pressure_io",
    "pressure_memory",
    "swapping",
    "temperature",
    "vm_paused_on_error",
    "vm_steal",
)


class RandomHost(NamedTuple):
    """What a consumer judges: a batch, what fired before, and how far the clock is off."""

    batch: ColumnBatch
    held: frozenset[str]
    clock_offset_seconds: float | None


def random_hosts(seed: int, count: int) -> list[RandomHost]:
    """Return so many hosts; equal seeds give equal hosts."""
    random = Random(seed)  # noqa: S311 - a test wants numbers that come again
    plain = Fleet(FleetShape(host_count=1, domain_count_per_host=6)).batch(0, 1.7e9, 1)
    reports = plain.domains or []
    hosts = []
    for _ in range(count):
        total = random.choice((64, 256)) * _GIBIBYTE
        sample = HostSample(
            cpu_busy_ratio=_near(random, 0.80, 0.85, 1.0),
            memory_total_bytes=_maybe(random, total),
            memory_available_bytes=_maybe(random, int(total * random.choice((0.01, 0.1, 0.11, 0.13, 0.5)))),
            memory_used_ratio=_near(random, 0.87, 0.90),
            hugepage_total_bytes=_maybe(random, int(total * random.choice((0.0, 0.5, 0.9, 1.0)))),
            zfs_reclaimable_bytes=_maybe(random, int(total * random.choice((0.0, 0.02, 0.3)))),
            swap_in_bytes_per_second=_near(random, 0.3e6, 0.7e6, 9e6),
            swap_out_bytes_per_second=_near(random, 0.3e6, 0.7e6, 50e6),
            disk_busy_ratio=_near(random, 0.5, 0.8, 0.9),
            disk_latency_seconds=_near(random, 0.010, 0.015, 0.020, 0.2),
            pressure_cpu_some_ratio=_near(random, 0.25, 0.30),
            pressure_memory_full_ratio=_near(random, 0.03, 0.05),
            pressure_io_full_ratio=_near(random, 0.15, 0.20),
            cpu_temperature_celsius=_near(random, 87.0, 90.0, 100.0),
            cpu_temperature_limit_celsius=random.choice((None, 0.0, 100.0, 100.0)),
            cpu_temperature_sensor=random.choice((None, "coretemp Package id 1")),
        )
        is_blind = random.random() < 0.2
        batch = msgspec.structs.replace(
            plain,
            sample=HostSample() if is_blind else sample,
            disks=[_disk(random, device) for device in random.choice(((), ("sda",), ("sda", "sdb", "dm-0")))],
            filesystems=[
                _filesystem(random, path)
                for path in random.choice(((), ("/",), () if is_blind else ("/", "/a", "/b")))
            ],
            domains=_domains(random, reports),
            hypervisor=HypervisorHealth(
                state=random.choice(("connected", "connected", "disconnected", "absent"))
            ),
        )
        held = frozenset(random.sample(_REASONS, random.randrange(len(_REASONS))))
        # The intake gives none below its tolerance.
        offset = random.choice((None, None, 2.5, 70.0, 3_600.0, -2.5, -9.0, 1.5, -1.5))
        hosts.append(RandomHost(in_columns(batch), held, offset))
    return hosts


def _maybe(random: Random, value: int) -> int | None:
    return None if random.random() < 0.2 else value


def _near(random: Random, *levels: float) -> float | None:
    """Return a figure at, or a little beside, one of the levels, or none."""
    if random.random() < 0.2:
        return None
    return random.choice(levels) * random.choice((0.1, 0.5, 0.97, 1.0, 1.0, 1.02, 1.05))


def _disk(random: Random, device: str) -> HostDiskSample:
    return HostDiskSample(
        device=device,
        leaf=random.random() < 0.7,
        busy_ratio=_near(random, 0.5, 0.9),
        latency_seconds=_near(random, 0.01, 0.02),
    )


def _filesystem(random: Random, path: str) -> HostFilesystemSample:
    total = _maybe(random, random.choice((0, 1_000)))
    return HostFilesystemSample(
        path=path,
        total_bytes=total,
        available_bytes=_maybe(random, random.choice((0, 10, 95, 100, 110, 500))),
    )


def _domains(random: Random, reports: list[DomainReport]) -> list[DomainReport] | None:
    if random.random() < 0.2:
        return None
    chosen = random.sample(reports, random.randrange(len(reports) + 1))
    return [
        msgspec.structs.replace(
            report,
            name=random.choice(("shop", "db", report.name)),
            sample=DomainSample(
                state=random.choice((1, 1, 3, 3, 5)),
                state_reason=random.choice((None, 1, 2, 5, 5)),
                steal_ratio=_near(random, 0.07, 0.10),
                block_latency_seconds=_near(random, 0.010),
            ),
        )
        for report in chosen
    ]
