# SPDX-License-Identifier: Apache-2.0
"""The lives of stored VMs: where they lived, what they were called, their devices, whether they are gone."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec
import psycopg

from publisher.wire.domain_devices import DomainBlockSample, DomainInterfaceSample
from publisher.wire.samples import DomainReport
from tests.dashboard.seeding import GIB, MIB


class Stay(NamedTuple):
    """A time that a VM lived on a host."""

    host: str
    valid_from: datetime
    valid_to: datetime | None = None
    how: str = "discovered"


class Name(NamedTuple):
    """A time that a VM had a name."""

    name: str
    valid_from: datetime
    valid_to: datetime | None = None


class Lives:
    """Says of stored VMs what samples alone do not. Close it when done."""

    def __init__(self, owner_url: str) -> None:
        self._connection = psycopg.connect(owner_url, autocommit=True)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def lived(self, vm: DomainReport, stays: Iterable[Stay], names: Iterable[Name] = ()) -> None:
        """Say where a VM lived and what it was called, the oldest first; the last end may be open."""
        for stay in stays:
            self._connection.execute(
                "INSERT INTO kvmgrid.residency (domain_id, host_id, valid_from, valid_to, how)"
                " SELECT d.domain_id, h.host_id, %s, %s, %s FROM kvmgrid.domains AS d, kvmgrid.hosts AS h"
                " WHERE d.uuid = %s AND h.host = %s",
                [stay.valid_from, stay.valid_to, stay.how, vm.uuid, stay.host],
            )
        for name in names:
            self._connection.execute(
                "INSERT INTO kvmgrid.domain_names (domain_id, name, valid_from, valid_to)"
                " SELECT domain_id, %s, %s, %s FROM kvmgrid.domains WHERE uuid = %s",
                [*name, vm.uuid],
            )

    def removed(self, vm: DomainReport, at: datetime) -> None:
        """Say that libvirt no longer knows a VM."""
        self._connection.execute("UPDATE kvmgrid.domains SET removed_at = %s WHERE uuid = %s", [at, vm.uuid])

    def contested(self, vm: DomainReport, host: str, since: datetime) -> None:
        """Say that another host reports a VM as running too."""
        self._connection.execute(
            "INSERT INTO kvmgrid.contested_domains (domain_id, host_id, since, last_at)"
            " SELECT d.domain_id, h.host_id, %s, now() FROM kvmgrid.domains AS d, kvmgrid.hosts AS h"
            " WHERE d.uuid = %s AND h.host = %s",
            [since, vm.uuid, host],
        )


def with_devices(vm: DomainReport, disks: Iterable[str] = ("vda", "vdb")) -> DomainReport:
    """Return a VM with disks that differ, and one interface."""
    blocks = [
        DomainBlockSample(
            device=device,
            capacity_bytes=20 * GIB,
            physical_bytes=5 * GIB * number,
            read_bytes_per_second=1.0 * MIB * number,
            write_bytes_per_second=0.5 * MIB * number,
            read_requests_per_second=40.0 * number,
            write_requests_per_second=20.0 * number,
            flush_requests_per_second=2.0,
            read_latency_seconds=0.001 * number,
            write_latency_seconds=0.004 * number,
            flush_latency_seconds=0.009,
        )
        for number, device in enumerate(disks, 1)
    ]
    interface = DomainInterfaceSample(
        device="52:54:00:12:34:56",
        name="vnet0",
        receive_bytes_per_second=125_000.0,
        transmit_bytes_per_second=12_500.0,
        receive_packets_per_second=300.0,
        transmit_packets_per_second=100.0,
        receive_errors_per_second=0.0,
        transmit_errors_per_second=0.0,
        receive_drops_per_second=0.0,
        transmit_drops_per_second=1.0,
    )
    sample = msgspec.structs.replace(
        vm.sample,
        memory_maximum_bytes=4 * GIB,
        block_read_requests_per_second=120.0,
        block_write_requests_per_second=60.0,
        block_latency_seconds=0.003,
        interval_seconds=10.0,
    )
    return msgspec.structs.replace(vm, sample=sample, blocks=blocks, interfaces=[interface])
