# SPDX-License-Identifier: Apache-2.0
"""Two readings of a domain's devices become their samples and the domain's totals."""

from itertools import pairwise

from publisher.hypervisor.readings import BlockReading, DomainInterfaceReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.domain_devices import BlockTotals, block_rates, interface_rates

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
    (sample,) = block_rates([VDA], [now], 2.0).samples
    assert (10.0, 4_000.0, 0.002) == (
        sample.read_requests_per_second,
        sample.read_bytes_per_second,
        sample.read_latency_seconds,
    )
    assert (0.0, 0.0) == (sample.write_requests_per_second, sample.flush_latency_seconds)


def test_no_requests_have_no_latency() -> None:
    """An idle disk has no latency; 0 would look like a fast one."""
    (sample,) = block_rates([VDA], [VDA], 2.0).samples
    assert sample.read_latency_seconds is None
    assert (0.0, 1 << 22) == (sample.read_bytes_per_second, sample.allocation_bytes)


def test_disks_are_matched_by_name() -> None:
    """Array positions change when a disk is unplugged; names do not."""
    now = [grown(VDB, read_bytes=2_000), VDA]
    assert [1_000.0, 0.0] == [s.read_bytes_per_second for s in block_rates([VDA, VDB], now, 2.0).samples]


def test_first_reading_of_a_disk_gives_its_sizes_only() -> None:
    """Capacity, allocation and physical size need no earlier reading."""
    (sample,) = block_rates([], [VDA], 2.0).samples
    assert (1 << 30, 1 << 22, 1 << 20, None) == (
        sample.capacity_bytes,
        sample.allocation_bytes,
        sample.physical_bytes,
        sample.read_bytes_per_second,
    )


def test_totals_sum_all_disks() -> None:
    """The latency is over all requests, not a mean of means."""
    now = [
        grown(VDA, read_requests=9, read_time_ns=9_000_000, read_bytes=200),
        grown(VDB, write_requests=1, write_time_ns=11_000_000),
    ]
    assert BlockTotals(100.0, 0.0, 4.5, 0.5, 0.002) == block_rates([VDA, VDB], now, 2.0).totals


def test_totals_without_one_of_the_disks_are_none() -> None:
    """A disk that came, one that went, one that starts anew: a part is not the whole."""
    watch = CounterWatch()
    assert BlockTotals() == block_rates([VDA], [VDA, VDB], 2.0, watch).totals
    assert "totals are not known: vdb new" == watch.take_findings()
    assert BlockTotals() == block_rates([VDA, VDB], [VDA], 2.0, watch).totals
    assert "totals are not known: vdb gone" == watch.take_findings()
    assert BlockTotals() == block_rates([VDA, VDB], [VDA, VDB._replace(read_bytes=0)], 2.0, watch).totals
    assert "vdb: read_bytes fell (1 time since the start)" == watch.take_findings()


def test_a_disk_without_counters_makes_no_total() -> None:
    """What libvirt does not count for one disk it does not count for the VM."""
    watch, disks = CounterWatch(), [VDA, BlockReading("vdc", *[None] * 11)]
    assert BlockTotals() == block_rates(disks, disks, 2.0, watch).totals
    assert "vdc: libvirt gives no counters" == watch.take_findings()


def test_no_totals_without_comparable_readings() -> None:
    """After a gap neither rates nor a latency are derived from old counters."""
    now = [grown(VDA, read_requests=9, read_time_ns=9_000_000)]
    assert BlockTotals() == block_rates([VDA], now, None).totals
    assert BlockTotals() == block_rates([], [], 2.0).totals


def test_interfaces_are_named_by_address() -> None:
    """The MAC address is the device, the host's name an attribute."""
    rates = interface_rates([nic("vnet0")], [nic("vnet0", 500, 50)], 5.0, {"vnet0": "52:54:00:00:00:01"})
    (sample,) = rates.samples
    assert ("52:54:00:00:00:01", "vnet0", 100.0, 10.0) == (
        sample.device,
        sample.name,
        sample.receive_bytes_per_second,
        sample.transmit_bytes_per_second,
    )


def test_interface_without_known_address_is_in_the_totals_alone() -> None:
    """Until its XML was read an interface has no identity, but what it carries is known."""
    assert ([], 100.0, 10.0) == interface_rates([nic("vnet0")], [nic("vnet0", 500, 50)], 5.0, {})


def test_network_total() -> None:
    """Totals sum over interfaces; without the rate of one they are unknown."""
    before, now = [nic("a"), nic("b")], [nic("a", 10, 20), nic("b", 30, 40)]
    addresses, watch = {"a": "1", "b": "2"}, CounterWatch()
    assert (40.0, 60.0) == interface_rates(before, now, 1.0, addresses)[1:]
    assert (None, None) == interface_rates(before, now, None, addresses)[1:]
    assert (None, None) == interface_rates(before[:1], now, 1.0, addresses, watch)[1:]
    assert "totals are not known: b new" == watch.take_findings()


def test_a_tap_that_comes_back_to_its_old_number_shows_no_leap() -> None:
    """The host's tap reads 0 for a tick: no 50 GB/s."""
    watch, shown = CounterWatch(), []
    numbers = [500_000_000_000, 500_010_000_000, 0, 500_030_000_000, 500_040_000_000]
    readings = [[nic("vnet0", number, 5)] for number in numbers]
    for before, after in pairwise(readings):
        shown.append(interface_rates(before, after, 10.0, {}, watch).receive_bytes_per_second)

    assert [1_000_000.0, None, None, 1_000_000.0] == shown
