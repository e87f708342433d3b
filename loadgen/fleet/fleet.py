# SPDX-License-Identifier: Apache-2.0
"""A seeded fleet of simulated hypervisors: the batch of any host at any second, and nothing else.

Pure: equal shape, host and time give an equal batch, whatever was asked before. Its epoch is that of the run,
which numbers the messages of each host from 1. In an eventful fleet VMs move, come, go and restart. Its hosts
restart, hang and have clocks that are wrong (rota). In any other fleet every host keeps its VMs for ever.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from msgspec import Struct

from loadgen.fleet.domain import PAUSED, SHUT_OFF, DomainProfile, DomainShape, Identity, draw_domain
from loadgen.fleet.domain_report import ReportMoment, Work, report_domain
from loadgen.fleet.host import HostProfile, draw_host
from loadgen.fleet.host_report import report_disks, report_filesystems, report_host, report_interfaces
from loadgen.fleet.rota import Duty, Rota
from loadgen.fleet.workload import Demand, paused
from publisher.wire.samples import (
    SCHEMA_VERSION,
    CollectorHealth,
    DomainReport,
    HostIdentity,
    HypervisorHealth,
    PublisherReport,
    SampleBatch,
)

# The suffix marks simulated hosts on the page.
VERSION = "0.1.0+simulated"
HOSTS_PER_RACK = 20
_NOTHING = Demand(0.0, 0.0, 0.0, 0.0)


class FleetShape(Struct, frozen=True, kw_only=True):
    """How many of what; two fleets of equal shape are equal."""

    host_count: int
    domain_count_per_host: int
    disk_count_per_domain: int = 1
    interface_count_per_domain: int = 1
    tick_seconds: float = 10.0
    eventful: bool = False
    seed: int = 1
    host_prefix: str = "hv"


class Fleet:
    """Hosts ``hv000``, ``hv001`` … with their VMs."""

    def __init__(self, shape: FleetShape, *, epoch: str = "0" * 16) -> None:
        self.shape = shape
        self.epoch = epoch
        self._rota = Rota(shape.host_count, shape.seed) if shape.eventful else None
        random = Random(shape.seed)  # noqa: S311 - a simulation wants repeatable numbers, not secret ones
        count = shape.domain_count_per_host
        self.hosts: tuple[HostProfile, ...] = tuple(
            draw_host(
                random,
                f"{shape.host_prefix}{ordinal:03d}",
                count,
                self._rota.duties[ordinal] if self._rota else Duty(),
                shape.seed,
            )
            for ordinal in range(shape.host_count)
        )
        kind = DomainShape(
            shape.disk_count_per_domain, shape.interface_count_per_domain, shape.seed, shape.eventful
        )
        self.domains: tuple[tuple[DomainProfile, ...], ...] = tuple(
            tuple(
                draw_domain(
                    random,
                    ordinal,
                    ordinal * count + index,
                    kind,
                    self._rota.journey(ordinal, index) if self._rota else None,
                )
                for index in range(count)
            )
            for ordinal in range(shape.host_count)
        )
        self._identities: dict[tuple[int, int], Identity] = {}

    def batch(
        self,
        ordinal: int,
        second: float,
        sequence: int,
        *,
        described: bool = False,
        tick_seconds: float | None = None,
    ) -> SampleBatch:
        """Return what host number ``ordinal`` publishes at ``second`` (since 1970) if it is not down."""
        host, tick = self.hosts[ordinal], tick_seconds or self.shape.tick_seconds
        noise = Random(f"{self.shape.seed}/{ordinal}/{second}")  # noqa: S311 - as above
        domains = self._reports(ordinal, ReportMoment(second, tick, described), noise)
        sample = report_host(host, second, tick, domains, noise)
        return SampleBatch(
            schema=SCHEMA_VERSION,
            host=host.host,
            epoch=self.epoch,
            sequence=sequence,
            boot_id=host.boot_id(second),
            sampled_at=self.clock(ordinal, second),
            tick_seconds=tick,
            interval_seconds=sample.interval_seconds,
            publisher_version=VERSION,
            identity=HostIdentity(
                hostname=f"{host.host}.example.org",
                kernel="6.12.48+deb13-amd64",
                machine="x86_64",
                cpu_count=host.cpu_count,
                tags=[f"rack:{ordinal // HOSTS_PER_RACK + 1:02}", f"cpus:{host.cpu_count}"],
            ),
            sample=sample,
            disks=report_disks(sample, noise),
            interfaces=report_interfaces(sample),
            filesystems=report_filesystems(host, second),
            domains=domains,
            hypervisor=HypervisorHealth(
                state="connected", libvirt_version="11.3.0", hypervisor_version="QEMU 10.0.3"
            ),
            collectors=[
                CollectorHealth(name="host_cpu", duration_seconds=0.0004),
                CollectorHealth(name="domains", duration_seconds=0.004 + 0.00005 * len(domains)),
            ],
            publisher=_report(host.booted_at(second), sequence, domains),
        )

    def clock(self, ordinal: int, second: float) -> datetime:
        """Return what the clock of a host shows."""
        return datetime.fromtimestamp(second + self.hosts[ordinal].duty.skew_seconds, UTC)

    def identity(self, profile: DomainProfile, second: float) -> Identity:
        """Return what a VM is called at a time."""
        key = profile.number, profile.generation(second)
        known = self._identities.get(key)
        if known is None:
            known = self._identities[key] = profile.identity(key[1])
        return known

    def resting(self, ordinal: int, second: float) -> int | None:
        """Return which host of this host's group is in maintenance, if any is."""
        return self._rota.resting(ordinal, second) if self._rota else None

    def visitors(self, ordinal: int, second: float) -> Iterator[DomainProfile]:
        """Yield the VMs of other hosts that are on this one while theirs is in maintenance, or would be."""
        home = self.resting(ordinal, second)
        if home is not None and home != ordinal:
            for profile in self.domains[home]:
                if profile.journey is not None and profile.journey.host == ordinal:
                    yield profile

    def present(self, ordinal: int, second: float) -> Iterator[DomainProfile]:
        """Yield the VMs that are on a host at a time."""
        for candidates in (self.domains[ordinal], self.visitors(ordinal, second)):
            for profile in candidates:
                if profile.host(second) == ordinal and profile.exists(second):
                    yield profile

    def _reports(self, ordinal: int, moment: ReportMoment, noise: Random) -> list[DomainReport]:
        """Share the CPUs of a host among its VMs: who asks for much takes from the others."""
        second, host = moment.second, self.hosts[ordinal]
        booted_at = host.duty.booted_at(second) or -math.inf
        wishes = [(profile, _wish(profile, second, noise)) for profile in self.present(ordinal, second)]
        share = host.cpu_share(sum(load.cpu_ratio * profile.vcpu_count for profile, load in wishes))
        return [
            report_domain(
                profile,
                self.identity(profile, second),
                moment,
                Work(load, share, max(booted_at, profile.started_at(second))),
                noise,
            )
            for profile, load in wishes
        ]


def _wish(profile: DomainProfile, second: float, noise: Random) -> Demand:
    state, _ = profile.state_at(second)
    if state == SHUT_OFF:
        return _NOTHING
    load = profile.workload.at(second)
    if state == PAUSED:
        return paused(load)
    jitter = noise.uniform(0.9, 1.1)
    return Demand(
        min(1.0, load.cpu_ratio * jitter),
        load.memory_ratio,
        load.block_bytes_per_second * jitter,
        load.network_bytes_per_second * jitter,
    )


def _report(started_at: float, sequence: int, domains: list[DomainReport]) -> PublisherReport:
    return PublisherReport(
        started_at=datetime.fromtimestamp(started_at, UTC),
        spool_message_count=1,
        spool_bytes=1_000 * len(domains),
        tick_work_seconds=0.005 + 0.00005 * len(domains),
        cpu_seconds=sequence * 0.03,
        resident_bytes=38 * 1024**2,
    )
