# SPDX-License-Identifier: Apache-2.0
"""A seeded fleet of simulated hypervisors: the batch of any host at any second, and nothing else.

Pure: equal shape, host and time give an equal batch, whatever was asked before. Its epoch is that of the run,
which counts its sequences from 1. A few VMs roam: they spend alternate periods on their home host and on the
next one, so that migrations can be seen.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from msgspec import Struct

from loadgen.domain import DomainProfile, draw_domain, report_domain
from loadgen.host import HostProfile, draw_host, report_disks, report_host, report_interfaces
from publisher.wire.samples import (
    SCHEMA_VERSION,
    CollectorHealth,
    DomainReport,
    HostFilesystemSample,
    HostIdentity,
    HypervisorHealth,
    PublisherReport,
    SampleBatch,
)

_ROAMING_EVERY = 40
_FIRST_ROAMER = 3
_BOOTED_BEFORE_SECONDS = 40 * 86_400.0
_VERSION = "0.1.0+simulated"


class FleetShape(Struct, frozen=True, kw_only=True):
    """How many of what; two fleets of equal shape are equal."""

    host_count: int
    domain_count_per_host: int
    disk_count_per_domain: int = 1
    interface_count_per_domain: int = 1
    tick_seconds: float = 10.0
    # Every fortieth VM spends every other period on the next host; None: nobody moves.
    roaming_period_seconds: float | None = 3_600.0
    seed: int = 1
    host_prefix: str = "hv"


class Fleet:
    """Hosts ``hv000``, ``hv001`` … with their VMs."""

    def __init__(self, shape: FleetShape, *, epoch: str = "0" * 16) -> None:
        self.shape = shape
        self._epoch = epoch
        random = Random(shape.seed)  # noqa: S311 - a simulation wants repeatable numbers, not secret ones
        self.hosts: tuple[HostProfile, ...] = tuple(
            draw_host(random, f"{shape.host_prefix}{ordinal:03d}", shape.domain_count_per_host)
            for ordinal in range(shape.host_count)
        )
        self._domains: tuple[tuple[DomainProfile, ...], ...] = tuple(
            tuple(
                draw_domain(
                    random,
                    ordinal * shape.domain_count_per_host + index,
                    disks_per_domain=shape.disk_count_per_domain,
                    interfaces_per_domain=shape.interface_count_per_domain,
                )
                for index in range(shape.domain_count_per_host)
            )
            for ordinal in range(shape.host_count)
        )

    def batch(self, ordinal: int, second: float, sequence: int, *, described: bool = False) -> SampleBatch:
        """Return what host number ``ordinal`` publishes at ``second`` (since 1970)."""
        shape, host = self.shape, self.hosts[ordinal]
        noise = Random(f"{shape.seed}/{ordinal}/{second}")  # noqa: S311 - as above
        domains = [
            report_domain(each, second, shape.tick_seconds, noise, described=described)
            for each in self.present(ordinal, second)
        ]
        sample = report_host(host, second, shape.tick_seconds, domains, noise)
        return SampleBatch(
            schema=SCHEMA_VERSION,
            host=host.host,
            epoch=self._epoch,
            sequence=sequence,
            boot_id=host.boot_id,
            sampled_at=datetime.fromtimestamp(second, UTC),
            tick_seconds=shape.tick_seconds,
            interval_seconds=shape.tick_seconds,
            publisher_version=_VERSION,
            identity=HostIdentity(
                hostname=f"{host.host}.example.org",
                kernel="6.12.48+deb13-amd64",
                machine="x86_64",
                cpu_count=host.cpu_count,
            ),
            sample=sample,
            disks=report_disks(sample, noise),
            interfaces=report_interfaces(sample),
            filesystems=[
                HostFilesystemSample(
                    path="/var/lib/libvirt/images",
                    total_bytes=host.image_bytes,
                    available_bytes=int(host.image_bytes * 0.4),
                )
            ],
            domains=domains,
            hypervisor=HypervisorHealth(
                state="connected", libvirt_version="11.3.0", hypervisor_version="QEMU 10.0.3"
            ),
            collectors=[
                CollectorHealth(name="host_cpu", duration_seconds=0.0004),
                CollectorHealth(name="domains", duration_seconds=0.004 + 0.00005 * len(domains)),
            ],
            publisher=_report(second, sequence, domains),
        )

    def present(self, ordinal: int, second: float) -> Iterator[DomainProfile]:
        """Yield the VMs on a host at ``second``: its own that are at home, and its neighbour's that roam."""
        period = self.shape.roaming_period_seconds
        away = period is not None and self.shape.host_count > 1 and int(second // period) % 2 == 1
        for index, profile in enumerate(self._domains[ordinal]):
            if not (away and _roams(index)):
                yield profile
        if away:
            for index, profile in enumerate(self._domains[ordinal - 1]):
                if _roams(index):
                    yield profile


def _roams(index: int) -> bool:
    return index % _ROAMING_EVERY == _FIRST_ROAMER


def _report(second: float, sequence: int, domains: list[DomainReport]) -> PublisherReport:
    return PublisherReport(
        started_at=datetime.fromtimestamp(second - _BOOTED_BEFORE_SECONDS, UTC),
        spool_message_count=1,
        spool_bytes=1_000 * len(domains),
        tick_work_seconds=0.005 + 0.00005 * len(domains),
        cpu_seconds=sequence * 0.03,
        resident_bytes=38 * 1024**2,
    )
