# SPDX-License-Identifier: Apache-2.0
"""Records of virConnectGetAllDomainStats become readings. Pure.

A record is a flat dict such as {"vcpu.0.time": 12, …}. A group or key may be absent for any reason (libvirt's
documentation). So everything is read with ``get``. Keys of arrays are built once per index.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from publisher.hypervisor.readings import (
    BalloonReading,
    BlockReading,
    DetailReading,
    DomainInterfaceReading,
    VcpuReading,
)

Record = Mapping[str, Any]

_INTERFACE_FIELDS = (
    "rx.bytes",
    "rx.pkts",
    "rx.errs",
    "rx.drop",
    "tx.bytes",
    "tx.pkts",
    "tx.errs",
    "tx.drop",
)
_BLOCK_FIELDS = (
    "rd.reqs",
    "rd.bytes",
    "rd.times",
    "wr.reqs",
    "wr.bytes",
    "wr.times",
    "fl.reqs",
    "fl.times",
    "capacity",
    "physical",
    "allocation",
)


@cache
def _interface_keys(index: int) -> tuple[str, tuple[str, ...]]:
    return f"net.{index}.name", tuple(f"net.{index}.{field}" for field in _INTERFACE_FIELDS)


@cache
def _block_keys(index: int) -> tuple[str, tuple[str, ...]]:
    return f"block.{index}.name", tuple(f"block.{index}.{field}" for field in _BLOCK_FIELDS)


@cache
def _vcpu_keys(index: int) -> tuple[str, str]:
    return f"vcpu.{index}.time", f"vcpu.{index}.delay"


def interfaces(record: Record) -> tuple[DomainInterfaceReading, ...]:
    """Return the interfaces of a record; those without a name (passed-through devices) have no counters."""
    found = []
    for index in range(record.get("net.count", 0)):
        name_key, keys = _interface_keys(index)
        name = record.get(name_key)
        if name is not None:
            found.append(DomainInterfaceReading(name, *map(record.get, keys)))
    return tuple(found)


def blocks(record: Record) -> tuple[BlockReading, ...]:
    """Return the block devices of a record; ``block.count`` is only an upper bound."""
    found = []
    for index in range(record.get("block.count", 0)):
        name_key, keys = _block_keys(index)
        name = record.get(name_key)
        if name is not None:
            found.append(BlockReading(name, *map(record.get, keys)))
    return tuple(found)


def vcpus(record: Record) -> dict[int, VcpuReading]:
    """Return the virtual CPUs that are there; their numbers are sparse after a hot-unplug."""
    found = {}
    for index in range(record.get("vcpu.maximum", 0)):
        time_key, delay_key = _vcpu_keys(index)
        time_ns = record.get(time_key)
        if time_ns is not None:
            found[index] = VcpuReading(time_ns, record.get(delay_key))
    return found


def memory(record: Record) -> BalloonReading:
    """Return the balloon group of a record."""
    get = record.get
    return BalloonReading(
        resident_kib=get("balloon.rss"),
        available_kib=get("balloon.available"),
        unused_kib=get("balloon.unused"),
        usable_kib=get("balloon.usable"),
        disk_caches_kib=get("balloon.disk_caches"),
        updated_at_seconds=get("balloon.last-update"),
        swap_in_kib=get("balloon.swap_in"),
        swap_out_kib=get("balloon.swap_out"),
        major_faults=get("balloon.major_fault"),
    )


def _halt_poll_ns(record: Record) -> int | None:
    """Return how long the kernel polled for work of the vCPUs, whether some came or not (libvirt 7.2)."""
    found, missed = record.get("cpu.haltpoll.success.time"), record.get("cpu.haltpoll.fail.time")
    return None if found is None or missed is None else int(found + missed)


def details(
    records: Iterable[tuple[Any, Record]], at_seconds: float, duration_seconds: float
) -> dict[str, DetailReading]:
    """Return the second tier's readings of libvirt's running domains and their records, by UUID."""
    return {
        domain.UUIDString(): detail(
            record,
            uuid=domain.UUIDString(),
            libvirt_id=domain.ID(),
            at_seconds=at_seconds,
            duration_seconds=duration_seconds,
        )
        for domain, record in records
        if domain.ID() >= 0
    }


def detail(
    record: Record, *, uuid: str, libvirt_id: int, at_seconds: float, duration_seconds: float
) -> DetailReading:
    """Return the second tier's reading of a domain."""
    devices, processors, guest = blocks(record), vcpus(record), memory(record)
    missing = []
    if record.get("cpu.time") is None:
        missing.append("cpu")
    if not processors:
        missing.append("vcpu")
    # libvirt adds the resident size whenever it held the domain's job for this group. The figures beside it
    # depend on the guest, this one does not.
    if guest.resident_kib is None:
        missing.append("memory")
    if devices and all(device.read_requests is None for device in devices):
        missing.append("block")
    return DetailReading(
        uuid=uuid,
        libvirt_id=libvirt_id,
        at_seconds=at_seconds,
        duration_seconds=duration_seconds,
        cpu_time_ns=record.get("cpu.time"),
        cpu_user_ns=record.get("cpu.user"),
        cpu_system_ns=record.get("cpu.system"),
        halt_poll_ns=_halt_poll_ns(record),
        vcpus=processors,
        memory=guest,
        blocks=devices,
        missing=tuple(missing),
    )
