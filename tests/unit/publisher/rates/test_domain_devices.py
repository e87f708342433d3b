# SPDX-License-Identifier: Apache-2.0
"""Two readings of a domain's devices become their samples and the domain's totals."""

from publisher.hypervisor.readings import BlockReading, DomainInterfaceReading
from publisher.rates.domain_devices import (
    BlockTotals,
    block_samples,
    block_totals,
    interface_samples,
    network_total,
)

VDA = BlockReading("vda", 100, 1_000, 10_000, 10, 2_000, 20_000, 1, 5_000, 1 << 30, 1 << 20, 1 << 22)
VDB = VDA._replace(name="vdb")


def grown(device: BlockReading, **changes: int) -> BlockReading:
    """Return a device with counters raised."""
    return device._replace(**{field: getattr(device, field) + value for field, value in changes.items()})


def nic(name: str, received: int = 0, transmitted: int = 0) -> DomainInterfaceReading:
    """Return an interface with bytes."""
    return DomainInterfaceReading(name, received, 0, 0, 0, transmitted, 0, 0, 0)


def test_rates_and_latencies_of_a_disk() -> None:
    """Latency is the time of the requests completed in the interval over their number."""
    now = grown(VDA, read_requests=20, read_bytes=8_000, read_time_ns=40_000_000, flush_requests=2)
    (sample,) = block_samples([VDA], [now], 2.0)
    assert (10.0, 4_000.0, 0.002) == (
        sample.read_requests_per_second,
        sample.read_bytes_per_second,
        sample.read_latency_seconds,
    )
    assert (0.0, 0.0) == (sample.write_requests_per_second, sample.flush_latency_seconds)


def test_no_requests_have_no_latency() -> None:
    """An idle disk has no latency; 0 would look like a fast one."""
    (sample,) = block_samples([VDA], [VDA], 2.0)
    assert sample.read_latency_seconds is None
    assert (0.0, 1 << 22) == (sample.read_bytes_per_second, sample.allocation_bytes)


def test_disks_are_matched_by_name() -> None:
    """Array positions change when a disk is unplugged; names do not."""
    now = [grown(VDB, read_bytes=2_000), VDA]
    assert [1_000.0, 0.0] == [s.read_bytes_per_second for s in block_samples([VDA, VDB], now, 2.0)]


def test_first_reading_of_a_disk_gives_its_sizes_only() -> None:
    """Capacity, allocation and physical size need no earlier reading."""
    (sample,) = block_samples([], [VDA], 2.0)
    assert (1 << 30, 1 << 22, 1 << 20, None) == (
        sample.capacity_bytes,
        sample.allocation_bytes,
        sample.physical_bytes,
        sample.read_bytes_per_second,
    )


def test_totals_sum_what_is_known() -> None:
    """A disk just plugged in adds nothing yet; the latency is over all requests, not a mean of means."""
    now = [
        grown(VDA, read_requests=9, read_time_ns=9_000_000, read_bytes=200),
        grown(VDB, write_requests=1, write_time_ns=11_000_000),
        VDA._replace(name="vdc"),
    ]
    samples = block_samples([VDA, VDB], now, 2.0)
    assert BlockTotals(100.0, 0.0, 4.5, 0.5, 0.002) == block_totals([VDA, VDB], now, samples)


def test_no_totals_without_comparable_readings() -> None:
    """After a gap neither rates nor a latency are derived from old counters."""
    now = [grown(VDA, read_requests=9, read_time_ns=9_000_000)]
    assert BlockTotals() == block_totals([VDA], now, block_samples([VDA], now, None))
    assert BlockTotals() == block_totals([], [], [])


def test_interfaces_are_named_by_address() -> None:
    """The MAC address is the device, the host's name an attribute."""
    (sample,) = interface_samples(
        [nic("vnet0")], [nic("vnet0", 500, 50)], 5.0, {"vnet0": "52:54:00:00:00:01"}
    )
    assert ("52:54:00:00:00:01", "vnet0", 100.0, 10.0) == (
        sample.device,
        sample.name,
        sample.receive_bytes_per_second,
        sample.transmit_bytes_per_second,
    )


def test_interface_without_known_address_is_left_out() -> None:
    """Until its XML was read an interface has no identity."""
    assert [] == interface_samples([], [nic("vnet0")], 5.0, {})


def test_network_total() -> None:
    """Totals sum over interfaces; without any rate they are unknown."""
    before, now = [nic("a"), nic("b")], [nic("a", 10, 20), nic("b", 30, 40)]
    addresses = {"a": "1", "b": "2"}
    assert (40.0, 60.0) == network_total(interface_samples(before, now, 1.0, addresses))
    assert (None, None) == network_total(interface_samples(before, now, None, addresses))
