# SPDX-License-Identifier: Apache-2.0
"""Two readings of a domain's devices become their samples and the domain's sums. Pure but for the watch.

Block devices are matched by the guest's target name, interfaces by the host's; array positions mean nothing.
``seconds`` None (first reading, new start, gap) leaves gauges and makes every rate None. A sum is that of all
devices, or None.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from publisher.hypervisor.readings import (
    BLOCK_COUNTERS,
    INTERFACE_COUNTERS,
    BlockReading,
    DomainInterfaceReading,
)
from publisher.rates.bounds import BYTES_PER_SECOND, EVENTS_PER_SECOND, GAP_SECONDS
from publisher.rates.completeness import tell_partial
from publisher.rates.counter import LARGEST_WRAPPED_STEP, ratio, total
from publisher.rates.counter_watch import CounterWatch, watched
from publisher.rates.domain import NANOSECONDS
from publisher.wire.samples import DomainBlockSample, DomainInterfaceSample

_INTERFACE_BOUNDS: Final = [
    BYTES_PER_SECOND if name.endswith("bytes") else EVENTS_PER_SECOND for name in INTERFACE_COUNTERS
]
_INTERFACE_RATES: Final = [f"{name}_per_second" for name in INTERFACE_COUNTERS]
# A request may have waited for long before this interval.
_LONGEST_WAIT_NS: Final = LARGEST_WRAPPED_STEP * 1_000_000


class BlockTotals(NamedTuple):
    """Sums over all block devices; None where that of one device is not known."""

    read_bytes_per_second: float | None = None
    write_bytes_per_second: float | None = None
    read_requests_per_second: float | None = None
    write_requests_per_second: float | None = None
    latency_seconds: float | None = None


class BlockRates(NamedTuple):
    """One sample per block device, and their sums."""

    samples: list[DomainBlockSample]
    totals: BlockTotals


class InterfaceRates(NamedTuple):
    """One sample per interface whose MAC address is known, and the sums over all of them."""

    samples: list[DomainInterfaceSample]
    receive_bytes_per_second: float | None
    transmit_bytes_per_second: float | None


class _Increase(NamedTuple):
    """In the order of BLOCK_COUNTERS."""

    read_requests: int | None
    read_bytes: int | None
    read_time_ns: int | None
    write_requests: int | None
    write_bytes: int | None
    write_time_ns: int | None
    flush_requests: int | None
    flush_time_ns: int | None


def block_rates(
    before: Sequence[BlockReading],
    now: Sequence[BlockReading],
    seconds: float | None,
    watch: CounterWatch | None = None,
) -> BlockRates:
    """Return samples and sums. Latencies are None where no request was completed.

    That of the domain is time over requests, reads and writes of all devices.
    """
    watch = watched(watch)
    earlier = {device.name: device for device in before} if seconds is not None else {}
    bounds = _block_bounds(seconds or GAP_SECONDS)
    steps, samples = [], []
    for device in now:
        old = earlier.get(device.name)
        counters = None if old is None else old.counters()
        step = _Increase(*watch.increases(device.name, BLOCK_COUNTERS, counters, device.counters(), bounds))
        if step.read_requests is None and device.read_requests is None and len(now) > 1:
            watch.tell(f"{device.name}: libvirt gives no counters")
        steps.append(step)
        samples.append(_block(device, step, seconds))
    if not before or seconds is None:
        return BlockRates(samples, BlockTotals())
    if not tell_partial(watch, earlier, [device.name for device in now]):
        return BlockRates(samples, BlockTotals())
    totals = BlockTotals(
        read_bytes_per_second=total([sample.read_bytes_per_second for sample in samples]),
        write_bytes_per_second=total([sample.write_bytes_per_second for sample in samples]),
        read_requests_per_second=total([sample.read_requests_per_second for sample in samples]),
        write_requests_per_second=total([sample.write_requests_per_second for sample in samples]),
        latency_seconds=_latency(
            _sum([ns for step in steps for ns in (step.read_time_ns, step.write_time_ns)]),
            _sum([count for step in steps for count in (step.read_requests, step.write_requests)]),
        ),
    )
    return BlockRates(samples, totals)


def interface_rates(
    before: Sequence[DomainInterfaceReading],
    now: Sequence[DomainInterfaceReading],
    seconds: float | None,
    addresses: Mapping[str, str],
    watch: CounterWatch | None = None,
) -> InterfaceRates:
    """Return samples by ``addresses`` (host name -> MAC), and sums.

    Within one start of the VM a host name belongs to one MAC unless a device is replaced. The counters begin
    anew then, which gives no rate. An interface whose address is not known yet is in the sums.
    """
    watch = watched(watch)
    earlier = {interface.name: interface for interface in before} if seconds is not None else {}
    bounds = _interface_bounds(seconds or GAP_SECONDS)
    samples, received, transmitted = [], [], []
    for interface in now:
        old = earlier.get(interface.name)
        steps = watch.increases(
            interface.name,
            INTERFACE_COUNTERS,
            None if old is None else old.counters(),
            interface.counters(),
            bounds,
        )
        rates = [ratio(step, seconds) for step in steps]
        received.append(rates[0])
        transmitted.append(rates[4])
        address = addresses.get(interface.name)
        if address is not None:
            samples.append(_interface(address, interface.name, rates))
    if not before or seconds is None:
        return InterfaceRates(samples, None, None)
    if not tell_partial(watch, earlier, [interface.name for interface in now]):
        return InterfaceRates(samples, None, None)
    return InterfaceRates(samples, total(received), total(transmitted))


# One call of libvirt reads the devices of all domains, so that their interval is the same.
@lru_cache(maxsize=1)
def _block_bounds(seconds: float) -> tuple[float, ...]:
    requests, size = EVENTS_PER_SECOND * seconds, BYTES_PER_SECOND * seconds
    waited: float = _LONGEST_WAIT_NS
    return (requests, size, waited, requests, size, waited, requests, waited)


@lru_cache(maxsize=1)
def _interface_bounds(seconds: float) -> tuple[float, ...]:
    return tuple(bound * seconds for bound in _INTERFACE_BOUNDS)


def _block(device: BlockReading, step: _Increase, seconds: float | None) -> DomainBlockSample:
    return DomainBlockSample(
        device=device.name,
        capacity_bytes=device.capacity_bytes,
        allocation_bytes=device.allocation_bytes,
        physical_bytes=device.physical_bytes,
        read_bytes_per_second=ratio(step.read_bytes, seconds),
        write_bytes_per_second=ratio(step.write_bytes, seconds),
        read_requests_per_second=ratio(step.read_requests, seconds),
        write_requests_per_second=ratio(step.write_requests, seconds),
        flush_requests_per_second=ratio(step.flush_requests, seconds),
        read_latency_seconds=_latency(step.read_time_ns, step.read_requests),
        write_latency_seconds=_latency(step.write_time_ns, step.write_requests),
        flush_latency_seconds=_latency(step.flush_time_ns, step.flush_requests),
    )


def _interface(address: str, name: str, rates: Sequence[float | None]) -> DomainInterfaceSample:
    return DomainInterfaceSample(device=address, name=name, **dict(zip(_INTERFACE_RATES, rates, strict=True)))


def _sum(increases: Sequence[int | None]) -> int | None:
    known = [increase for increase in increases if increase is not None]
    return sum(known) if len(known) == len(increases) else None


def _latency(time_ns: int | None, requests: int | None) -> float | None:
    return ratio(time_ns, requests * NANOSECONDS if requests else None)
