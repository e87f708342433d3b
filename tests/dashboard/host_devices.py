# SPDX-License-Identifier: Apache-2.0
"""Batches with devices of their host, and VMs that libvirt had no figures of."""

from collections.abc import Iterable

import msgspec

from publisher.wire.host_devices import HostDiskSample, HostFilesystemSample, HostInterfaceSample
from publisher.wire.samples import CollectorHealth, DomainReport, SampleBatch
from tests.dashboard.seeding import GIB, MIB


def with_host_devices(batches: Iterable[SampleBatch], names: Iterable[str] = ("sda",)) -> list[SampleBatch]:
    """Return batches whose host has disks, an interface and two file systems, of which one is dead."""
    disks = [
        HostDiskSample(
            device=name,
            name=None,
            leaf=True,
            in_flight_count=1,
            read_bytes_per_second=3.0 * MIB,
            write_bytes_per_second=0.0,
            read_requests_per_second=120.0,
            write_requests_per_second=0.0,
            busy_ratio=0.2,
            queue_count=0.5,
            latency_seconds=0.002,
            read_latency_seconds=0.002,
        )
        for name in names
    ]
    interface = HostInterfaceSample(
        device="eth0",
        physical=True,
        receive_bytes_per_second=1_250_000.0,
        transmit_bytes_per_second=125_000.0,
        receive_packets_per_second=900.0,
        transmit_packets_per_second=300.0,
        receive_errors_per_second=0.0,
        transmit_errors_per_second=0.0,
        receive_drops_per_second=2.0,
    )
    filesystems = [
        HostFilesystemSample(path="/var/lib/libvirt/images", total_bytes=100 * GIB, available_bytes=5 * GIB),
        HostFilesystemSample(path="/nfs"),
    ]
    remark = CollectorHealth(
        name="interfaces", duration_seconds=0.001, reason="eth0: transmit drops fell 3 times"
    )
    return [
        msgspec.structs.replace(
            batch, disks=disks, interfaces=[interface], filesystems=filesystems, collectors=[remark]
        )
        for batch in batches
    ]


def busy(vm: DomainReport) -> DomainReport:
    """Return a VM whose monitor was held, so that what QEMU alone knows is missing."""
    sample = msgspec.structs.replace(vm.sample, outcome="busy", memory_resident_bytes=None, steal_ratio=None)
    return msgspec.structs.replace(vm, sample=sample, reason="another caller holds QEMU's monitor")
