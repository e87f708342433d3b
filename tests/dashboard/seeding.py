# SPDX-License-Identifier: Apache-2.0
"""Batches and events into a database, by the consumer's own rows and writer, without a broker."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg

from consumer.health import assess
from consumer.inventory import Inventory
from consumer.rows import Rows
from consumer.writer import Writer
from publisher.wire.samples import (
    SCHEMA_VERSION,
    DomainReport,
    DomainSample,
    Event,
    HostIdentity,
    HostSample,
    HypervisorHealth,
    PublisherReport,
    SampleBatch,
)

GIB = 1024**3
MIB = 1024**2
EPOCH = "0123456789abcdef"


class Seeder:
    """Stores messages as a consumer would. Close it when done."""

    def __init__(self, ingest_url: str) -> None:
        self._connection = psycopg.connect(ingest_url, autocommit=True)
        self._inventory = Inventory(lambda: psycopg.connect(ingest_url, autocommit=True), time.monotonic)
        self._writer = Writer(self._connection)
        self._sequence = 1_000_000

    def close(self) -> None:
        """Close both connections."""
        self._inventory.close()
        self._connection.close()

    def store(self, batches: Iterable[SampleBatch], events: Iterable[Event] = ()) -> None:
        """Commit batches and events."""
        rows = Rows()
        for batch in batches:
            places = self._inventory.place(batch)
            received_at = batch.sampled_at + timedelta(milliseconds=120)
            rows.add_batch(
                batch, places.host_id, places.domains, health=assess(batch), received_at=received_at
            )
        for event in events:
            rows.add_event(event, *self._inventory.place_event(event))
        self._writer.write(rows.finish(), suspect=True)

    def event(
        self,
        host: str,
        kind: str,
        at: datetime,
        domain: DomainReport | None = None,
        detail: str | None = None,
    ) -> Event:
        """Return an event with a sequence of its own."""
        self._sequence += 1
        return Event(
            schema=SCHEMA_VERSION,
            host=host,
            epoch=EPOCH,
            sequence=self._sequence,
            boot_id="boot",
            occurred_at=at,
            publisher_version="0.1.0",
            kind=kind,
            domain_uuid=None if domain is None else domain.uuid,
            domain_name=None if domain is None else domain.name,
            detail=detail,
        )


def domain(number: int, name: str, *, state: int = 1, cpu_ratio: float = 0.25) -> DomainReport:
    """Return a VM with two vCPUs in a state of libvirt (1 running, 3 paused, 5 shut off, 6 crashed)."""
    is_running = state == 1
    return DomainReport(
        uuid=f"00000000-0000-4000-8000-{number:012x}",
        name=name,
        libvirt_id=number if is_running else None,
        sample=DomainSample(
            state=state,
            state_reason=1 if is_running else 0,
            vcpu_count=2,
            cpu_ratio=cpu_ratio if is_running else None,
            cpu_cores=2 * cpu_ratio if is_running else None,
            steal_ratio=0.01 if is_running else None,
            memory_assigned_bytes=2 * GIB,
            memory_used_bytes=GIB if is_running else None,
            memory_resident_bytes=3 * GIB // 2 if is_running else None,
            memory_age_seconds=2.0 if is_running else None,
            block_read_bytes_per_second=2.0 * MIB if is_running else None,
            block_write_bytes_per_second=0.0 if is_running else None,
            network_receive_bytes_per_second=125_000.0 if is_running else None,
            network_transmit_bytes_per_second=12_500.0 if is_running else None,
        ),
    )


class Load(NamedTuple):
    """What differs between the batches of a test."""

    cpu_ratio: float = 0.3
    tick_seconds: float = 10.0
    domains: list[DomainReport] | None = None
    hypervisor: HypervisorHealth = HypervisorHealth(state="connected", libvirt_version="11.3.0")


CALM = Load()


def host_batch(host: str, at: datetime, sequence: int, load: Load = CALM) -> SampleBatch:
    """Return one batch of a host with 16 GiB and four CPUs."""
    return SampleBatch(
        schema=SCHEMA_VERSION,
        host=host,
        epoch=EPOCH,
        sequence=sequence,
        boot_id="boot",
        sampled_at=at,
        tick_seconds=load.tick_seconds,
        interval_seconds=load.tick_seconds,
        publisher_version="0.1.0",
        identity=HostIdentity(hostname=host, kernel="6.12.0", machine="x86_64", cpu_count=4),
        sample=HostSample(
            memory_total_bytes=16 * GIB,
            memory_available_bytes=10 * GIB,
            memory_used_ratio=0.375,
            memory_used_legacy_ratio=0.5,
            swap_total_bytes=GIB,
            swap_used_bytes=0,
            uptime_seconds=86_400.0,
            cpu_busy_ratio=load.cpu_ratio,
            cpu_guest_ratio=load.cpu_ratio / 2,
            cpu_user_ratio=load.cpu_ratio / 4,
            cpu_system_ratio=load.cpu_ratio / 4,
            cpu_interrupt_ratio=0.0,
            cpu_steal_ratio=0.0,
            cpu_iowait_ratio=0.02,
            load_1m=1.0,
            load_5m=0.8,
            load_15m=0.5,
            pressure_cpu_some_ratio=0.05,
            pressure_memory_some_ratio=0.0,
            pressure_memory_full_ratio=0.0,
            pressure_io_some_ratio=0.02,
            pressure_io_full_ratio=0.01,
            disk_read_bytes_per_second=3.0 * MIB,
            disk_write_bytes_per_second=1.0 * MIB,
            disk_busy_ratio=0.2,
            disk_latency_seconds=0.002,
            network_receive_bytes_per_second=1_250_000.0,
            network_transmit_bytes_per_second=125_000.0,
            cpu_temperature_celsius=54.0,
            cpu_temperature_limit_celsius=95.0,
        ),
        domains=load.domains,
        hypervisor=load.hypervisor,
        publisher=PublisherReport(started_at=at - timedelta(hours=1), spool_message_count=0, spool_bytes=0),
    )


def run_of_batches(host: str, end: datetime, count: int, load: Load = CALM) -> list[SampleBatch]:
    """Return batches that end at an instant, one per tick, with a load that rises and falls."""
    return [
        host_batch(
            host,
            end - timedelta(seconds=load.tick_seconds * (count - 1 - index)),
            index + 1,
            load._replace(cpu_ratio=0.2012 + 0.6 * (index % 60) / 60),
        )
        for index in range(count)
    ]


def without(batches: Iterable[SampleBatch], start: datetime, end: datetime) -> list[SampleBatch]:
    """Return the batches outside a stretch of time: a gap."""
    return [batch for batch in batches if not start <= batch.sampled_at < end]


def utc_now() -> datetime:
    """Return the present, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
