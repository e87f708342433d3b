# SPDX-License-Identifier: Apache-2.0
"""Batches and events into a database: the documented tables filled directly, as their owner.

Column names are the field names of the wire, which is what the schema promises.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg
from msgspec import to_builtins
from psycopg import sql
from psycopg.types.json import Jsonb

from consumer.rows.domain_totals import domain_totals
from consumer.rows.health import assess
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
from publisher.wire.transposition import in_columns

GIB = 1024**3
MIB = 1024**2
EPOCH = "0123456789abcdef"


class Seeder:
    """Stores messages so that the views show them. Close it when done."""

    def __init__(self, owner_url: str) -> None:
        self._connection = psycopg.connect(owner_url, autocommit=True)
        self._sequence = 1_000_000
        self._host_ids: dict[str, int] = {}
        self._domain_ids: dict[str, int] = {}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def store(self, batches: Iterable[SampleBatch], events: Iterable[Event] = ()) -> None:
        """Commit batches, in the order of their times, and events."""
        with self._connection.transaction():
            for batch in batches:
                self._store_batch(batch)
            for event in events:
                self._store_event(event)

    def _store_batch(self, batch: SampleBatch) -> None:
        host_id = self._host_id(batch)
        health = assess(in_columns(batch))
        sample = {
            "host_id": host_id,
            "sampled_at": batch.sampled_at,
            **msgspec.structs.asdict(batch.sample),
            "interval_seconds": batch.interval_seconds,
            **domain_totals(in_columns(batch).domains),
            "health_score": health.score,
            "health_state": health.state,
            "health_reasons": Jsonb(to_builtins(health.reasons)),
        }
        self._insert("host_samples", sample)
        about = {
            "received_at": batch.sampled_at + timedelta(milliseconds=120),
            "tick_seconds": batch.tick_seconds,
            "hypervisor_state": batch.hypervisor.state,
            "hypervisor_reason": batch.hypervisor.reason,
            "collectors": Jsonb(msgspec.to_builtins(batch.collectors)),
        }
        self._insert("host_latest", sample | about, newest_by="host_id")
        self._insert("publisher_reports", self._report(batch, host_id) | about)
        for of_host, rows in (
            ("host_disk_samples", batch.disks),
            ("host_interface_samples", batch.interfaces),
            ("host_filesystem_samples", batch.filesystems),
        ):
            for each in rows:
                key = {"host_id": host_id, "sampled_at": batch.sampled_at}
                self._insert(of_host, key | msgspec.structs.asdict(each))
        for report in batch.domains or []:
            domain_id = self._domain_id(report.uuid, report.name, host_id, batch.sampled_at)
            row = {"domain_id": domain_id, "sampled_at": batch.sampled_at, "host_id": host_id}
            row |= msgspec.structs.asdict(report.sample)
            self._insert("domain_samples", row)
            for table, devices in (
                ("domain_block_samples", report.blocks),
                ("domain_interface_samples", report.interfaces),
            ):
                for device in devices:
                    of_device = {"domain_id": domain_id, "sampled_at": batch.sampled_at, "host_id": host_id}
                    self._insert(table, of_device | msgspec.structs.asdict(device))
            latest = row | {"libvirt_id": report.libvirt_id, "outcome_reason": report.reason}
            self._insert("domain_latest", latest, newest_by="domain_id")

    def _report(self, batch: SampleBatch, host_id: int) -> dict[str, Any]:
        return {
            "host_id": host_id,
            "sampled_at": batch.sampled_at,
            "epoch": batch.epoch,
            "sequence": batch.sequence,
            "boot_id": batch.boot_id,
            "publisher_version": batch.publisher_version,
            "spool_message_count": batch.publisher.spool_message_count,
            "spool_bytes": batch.publisher.spool_bytes,
            "dropped_message_count": batch.publisher.dropped_message_count,
            "missed_tick_count": batch.publisher.missed_tick_count,
            "libvirt_version": batch.hypervisor.libvirt_version,
            "hypervisor_version": batch.hypervisor.hypervisor_version,
            "abandoned_call_count": 0,
        }

    def _store_event(self, event: Event) -> None:
        host_id = self._host_ids[event.host]
        domain_id = None
        if event.domain_uuid is not None:
            name = event.domain_name or event.domain_uuid
            domain_id = self._domain_id(event.domain_uuid, name, host_id, event.occurred_at)
        row = {
            "host_id": host_id,
            "occurred_at": event.occurred_at,
            "epoch": event.epoch,
            "sequence": event.sequence,
            "kind": event.kind,
            "domain_id": domain_id,
            "domain_name": event.domain_name,
            "detail": event.detail,
            "attributes": Jsonb(event.attributes),
        }
        self._insert("events", row)

    def _host_id(self, batch: SampleBatch) -> int:
        if batch.host not in self._host_ids:
            row = {
                "host": batch.host,
                **msgspec.structs.asdict(batch.identity),
                "boot_id": batch.boot_id,
                "publisher_version": batch.publisher_version,
                "first_seen_at": batch.sampled_at,
            }
            self._host_ids[batch.host] = self._insert("hosts", row, returning="host_id")
        return self._host_ids[batch.host]

    def _domain_id(self, uuid: str, name: str, host_id: int, at: datetime) -> int:
        if uuid not in self._domain_ids:
            row = {"uuid": uuid, "name": name, "host_id": host_id, "first_seen_at": at}
            self._domain_ids[uuid] = self._insert("domains", row, returning="domain_id")
        domain_id = self._domain_ids[uuid]
        self._connection.execute(
            "UPDATE kvmgrid.domains SET name = %s WHERE domain_id = %s", [name, domain_id]
        )
        return domain_id

    def _insert(
        self,
        table: str,
        row: Mapping[str, Any],
        *,
        newest_by: str | None = None,
        returning: str | None = None,
    ) -> int:
        """Add a row, or replace the one of its key where the table holds the newest only."""
        columns = [sql.Identifier(name) for name in row]
        statement = sql.SQL("INSERT INTO kvmgrid.{} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(columns),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        if newest_by is not None:
            changes = [sql.SQL("{0} = EXCLUDED.{0}").format(column) for column in columns]
            statement += sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
                sql.Identifier(newest_by), sql.SQL(", ").join(changes)
            )
        if returning is None:
            self._connection.execute(statement, list(row.values()))
            return 0
        statement += sql.SQL(" RETURNING {}").format(sql.Identifier(returning))
        ((key,),) = self._connection.execute(statement, list(row.values())).fetchall()
        return int(key)

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
    tags: tuple[str, ...] = ()


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
        identity=HostIdentity(
            hostname=host, kernel="6.12.0", machine="x86_64", cpu_count=4, tags=list(load.tags)
        ),
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
