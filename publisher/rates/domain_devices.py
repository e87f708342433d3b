# SPDX-License-Identifier: Apache-2.0
"""Two readings of a domain's devices become their samples. Pure.

Block devices are matched by the guest's target name, interfaces by MAC address; array positions mean
nothing. ``seconds`` None (first reading, new start, gap) leaves gauges and makes every rate None.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from publisher.hypervisor.readings import BlockReading, DomainInterfaceReading
from publisher.rates.counter import increase, per_second, ratio, total
from publisher.rates.domain import NANOSECONDS
from publisher.wire.samples import DomainBlockSample, DomainInterfaceSample


class BlockTotals(NamedTuple):
    """Sums over the block devices whose rates are known; None if none is."""

    read_bytes_per_second: float | None = None
    write_bytes_per_second: float | None = None
    read_requests_per_second: float | None = None
    write_requests_per_second: float | None = None
    latency_seconds: float | None = None


def block_samples(
    before: Sequence[BlockReading], now: Sequence[BlockReading], seconds: float | None
) -> list[DomainBlockSample]:
    """Return one sample per block device. Latencies are None where no request was completed."""
    earlier = {device.name: device for device in before} if seconds is not None else {}
    return [_block(earlier.get(device.name), device, seconds) for device in now]


def block_totals(
    before: Sequence[BlockReading], now: Sequence[BlockReading], samples: Sequence[DomainBlockSample]
) -> BlockTotals:
    """Return the domain's sums; the latency is time over requests, reads and writes of all devices."""
    if not samples:
        return BlockTotals()
    earlier = {device.name: device for device in before}
    time_ns = requests = 0
    for new in now:
        old = earlier.get(new.name)
        for elapsed_ns, count in _work(old, new) if old else ():
            if elapsed_ns is not None and count is not None:
                time_ns += elapsed_ns
                requests += count
    read_requests_per_second = total([sample.read_requests_per_second for sample in samples])
    return BlockTotals(
        read_bytes_per_second=total([sample.read_bytes_per_second for sample in samples]),
        write_bytes_per_second=total([sample.write_bytes_per_second for sample in samples]),
        read_requests_per_second=read_requests_per_second,
        write_requests_per_second=total([sample.write_requests_per_second for sample in samples]),
        # Readings that may not be compared have no rates, and then no latency either.
        latency_seconds=_latency(time_ns, requests) if read_requests_per_second is not None else None,
    )


def interface_samples(
    before: Sequence[DomainInterfaceReading],
    now: Sequence[DomainInterfaceReading],
    seconds: float | None,
    addresses: Mapping[str, str],
) -> list[DomainInterfaceSample]:
    """Return one sample per interface whose MAC address is known, by ``addresses`` (host name -> MAC).

    Within one start of the VM a host name belongs to one MAC unless a device is replaced. The counters begin
    anew then, which gives no rate.
    """
    earlier = {interface.name: interface for interface in before} if seconds is not None else {}
    samples = []
    for interface in now:
        address = addresses.get(interface.name)
        if address is not None:
            samples.append(_interface(earlier.get(interface.name), interface, seconds, address))
    return samples


def network_total(
    samples: Sequence[DomainInterfaceSample],
) -> tuple[float | None, float | None]:
    """Return bytes per second received and transmitted over all interfaces with known rates."""
    return (
        total([sample.receive_bytes_per_second for sample in samples]),
        total([sample.transmit_bytes_per_second for sample in samples]),
    )


def _block(old: BlockReading | None, new: BlockReading, seconds: float | None) -> DomainBlockSample:
    if old is None or seconds is None:
        return DomainBlockSample(
            device=new.name,
            capacity_bytes=new.capacity_bytes,
            allocation_bytes=new.allocation_bytes,
            physical_bytes=new.physical_bytes,
        )
    reads = increase(old.read_requests, new.read_requests)
    writes = increase(old.write_requests, new.write_requests)
    flushes = increase(old.flush_requests, new.flush_requests)
    return DomainBlockSample(
        device=new.name,
        capacity_bytes=new.capacity_bytes,
        allocation_bytes=new.allocation_bytes,
        physical_bytes=new.physical_bytes,
        read_bytes_per_second=per_second(old.read_bytes, new.read_bytes, seconds),
        write_bytes_per_second=per_second(old.write_bytes, new.write_bytes, seconds),
        read_requests_per_second=ratio(reads, seconds),
        write_requests_per_second=ratio(writes, seconds),
        flush_requests_per_second=ratio(flushes, seconds),
        read_latency_seconds=_latency(increase(old.read_time_ns, new.read_time_ns), reads),
        write_latency_seconds=_latency(increase(old.write_time_ns, new.write_time_ns), writes),
        flush_latency_seconds=_latency(increase(old.flush_time_ns, new.flush_time_ns), flushes),
    )


def _interface(
    old: DomainInterfaceReading | None, new: DomainInterfaceReading, seconds: float | None, address: str
) -> DomainInterfaceSample:
    if old is None or seconds is None:
        return DomainInterfaceSample(device=address, name=new.name)
    return DomainInterfaceSample(
        device=address,
        name=new.name,
        receive_bytes_per_second=per_second(old.receive_bytes, new.receive_bytes, seconds),
        transmit_bytes_per_second=per_second(old.transmit_bytes, new.transmit_bytes, seconds),
        receive_packets_per_second=per_second(old.receive_packets, new.receive_packets, seconds),
        transmit_packets_per_second=per_second(old.transmit_packets, new.transmit_packets, seconds),
        receive_errors_per_second=per_second(old.receive_errors, new.receive_errors, seconds),
        transmit_errors_per_second=per_second(old.transmit_errors, new.transmit_errors, seconds),
        receive_drops_per_second=per_second(old.receive_drops, new.receive_drops, seconds),
        transmit_drops_per_second=per_second(old.transmit_drops, new.transmit_drops, seconds),
    )


def _work(old: BlockReading, new: BlockReading) -> tuple[tuple[int | None, int | None], ...]:
    """Return time spent and requests completed, of reads and of writes."""
    return (
        (increase(old.read_time_ns, new.read_time_ns), increase(old.read_requests, new.read_requests)),
        (increase(old.write_time_ns, new.write_time_ns), increase(old.write_requests, new.write_requests)),
    )


def _latency(time_ns: float | None, requests: float | None) -> float | None:
    return ratio(time_ns, requests * NANOSECONDS if requests else None)
