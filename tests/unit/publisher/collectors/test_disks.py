# SPDX-License-Identifier: Apache-2.0
"""Block devices: which of them, and their rates."""

from pathlib import Path

import pytest
from msgspec import structs

from publisher.collectors.disks import Disk, DiskCollector, DiskCounters, DiskReading, parse
from publisher.procfs import SourceUnavailableError, SystemTree
from publisher.rates.host_disks import disk_rates
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree, fixture_text

HYPERVISOR = fixture_text("hypervisor", "/proc/diskstats")


def disk(device: str = "sda", **counters: int) -> Disk:
    """Return a leaf whose counters are 0 where not given."""
    zeros = dict.fromkeys(DiskCounters.__struct_fields__, 0)
    return Disk(device, None, True, DiskCounters(**(zeros | counters)))


def volume(device: str, **counters: int) -> Disk:
    """Return a device-mapper volume, which is no leaf."""
    return structs.replace(disk(device, **counters), leaf=False, name="vg0-images")


def reading(*disks: Disk) -> DiskReading:
    """Return a reading of some devices."""
    return DiskReading(disks=disks)


def test_columns_are_read_by_position_and_more_of_them_are_ignored() -> None:
    """20 columns of Linux 5.5 and 14 of old kernels give the same fields."""
    expected = DiskCounters(500000, 40000000, 800000, 64000000, 250000, 1600000, 3, 900000, 1850000)

    assert expected == parse(HYPERVISOR)["sda"]
    assert 700 == parse(HYPERVISOR)["dm-1"].busy_ms_total
    assert 80000000 == parse(HYPERVISOR)["md127"].read_sectors_total


def test_a_line_of_seven_columns_has_no_times() -> None:
    """The partitions of an ancient kernel: requests and sectors, and None for the rest."""
    expected = DiskCounters(900, 7000, 1900, 15000)

    assert expected == parse(fixture_text("ancient", "/proc/diskstats"))["sda1"]


@pytest.mark.parametrize(
    "line",
    [
        "8 0 sda",
        "8 0 sda 1 2 3 4 5 6 7",
        "8 0 sda 1 2 3 4 5 6 7 8 9 x 11",
        "8 0 sda -1 2 3 4 5 6 7 8 9 10 11",
        "8 0 sda 1 2 3 4 5 6 7 8 9 10 99999999999999999999999",
    ],
)
def test_a_line_that_is_short_or_no_numbers_is_skipped(line: str) -> None:
    """One odd line costs that device only."""
    text = f"{line}\n   8 16 sdb 1 2 3 4 5 6 7 8 9 10 11\n"

    assert ["sdb"] == list(parse(text))


def test_requests_in_flight_below_zero_are_absent() -> None:
    """A kernel that counts -1 requests in flight does not cost the line."""
    counters = parse("8 0 sda 1 2 3 4 5 6 7 8 -1 10 11")["sda"]

    assert (None, 10) == (counters.in_flight_count, counters.busy_ms_total)


def test_partitions_and_memory_devices_are_left_out() -> None:
    """loop, ram, zram, floppy and partitions are no series; dm and md are, beside the leaves."""
    disks = DiskCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading.disks

    assert {
        ("sda", None, True),
        ("sdb", None, True),
        ("nvme0n1", None, True),
        ("sr0", None, True),
        ("md127", None, False),
        ("dm-0", "vg0-images", False),
        ("dm-1", "vg0-root", False),
    } == {(one.device, one.name, one.leaf) for one in disks}


def test_sysfs_folders_in_place_of_links_are_understood() -> None:
    """An old kernel: folders, a device name with a slash, partitions without a folder."""
    disks = DiskCollector(SystemTree(FIXTURES / "ancient")).collect().reading.disks

    assert [("sda", True), ("cciss/c0d0", True)] == [(one.device, one.leaf) for one in disks]


def test_without_sysfs_there_is_no_figure_rather_than_a_double_one() -> None:
    """A container cannot tell disks from partitions."""
    with pytest.raises(SourceUnavailableError, match="/sys/block: absent"):
        DiskCollector(SystemTree(FIXTURES / "container")).collect()


def test_a_device_without_an_entry_in_sysfs_is_left_out(tmp_path: Path) -> None:
    """A disk that goes away between two reads of a tick is no disk of it."""
    tree = HostTree("hypervisor", tmp_path)
    collector = DiskCollector(SystemTree(tree.root))
    assert "sdb" in {one.device for one in collector.collect().reading.disks}

    tree.remove("/sys/block/sdb")
    assert "sdb" not in {one.device for one in collector.collect().reading.disks}


def test_a_volume_under_a_used_number_gets_its_own_name(tmp_path: Path) -> None:
    """dm-1 that starts again from 0 is another volume: its name is read again and it has no rates."""
    tree = HostTree("hypervisor", tmp_path)
    collector = DiskCollector(SystemTree(tree.root))
    before = collector.collect().reading
    tree.write("/sys/block/dm-1/dm/name", "vg0-new\n")
    tree.edit("/proc/diskstats", "dm-1 1000 0 80000", "dm-1 3 0 24")
    after = collector.collect().reading

    (recreated,) = (one for one in disk_rates(before, after, 10.0).samples if one.device == "dm-1")
    assert ("vg0-new", None) == (recreated.name, recreated.read_bytes_per_second)


def test_a_volume_gets_its_name_as_soon_as_it_is_used(tmp_path: Path) -> None:
    """Sysfs may name a volume a moment after it appears in /proc/diskstats."""
    tree = HostTree("hypervisor", tmp_path)
    tree.remove("/sys/block/dm-1/dm/name")
    collector = DiskCollector(SystemTree(tree.root))
    names = [{one.device: one.name for one in collector.collect().reading.disks}["dm-1"]]
    tree.write("/sys/block/dm-1/dm/name", "vg0-late\n")
    tree.edit("/proc/diskstats", "dm-1 1000 0 80000", "dm-1 1001 0 80008")
    names.append({one.device: one.name for one in collector.collect().reading.disks}["dm-1"])

    assert [None, "vg0-late"] == names


def test_rates_of_one_device() -> None:
    """Sectors are 512 bytes, busy and queue are shares of the interval, latency is time per request."""
    before, after = (
        disk(),
        disk(
            read_requests_total=100,
            read_sectors_total=2000,
            write_requests_total=300,
            write_sectors_total=4000,
            read_ms_total=500,
            write_ms_total=1500,
            in_flight_count=7,
            busy_ms_total=5000,
            waiting_ms_total=25000,
        ),
    )
    (sample,) = disk_rates(reading(before), reading(after), 10.0).samples

    assert 102400.0 == sample.read_bytes_per_second
    assert 204800.0 == sample.write_bytes_per_second
    assert (10.0, 30.0) == (sample.read_requests_per_second, sample.write_requests_per_second)
    assert (0.5, 2.5, 7) == (sample.busy_ratio, sample.queue_count, sample.in_flight_count)
    assert (0.005, 0.005, 0.005) == (
        sample.latency_seconds,
        sample.read_latency_seconds,
        sample.write_latency_seconds,
    )


def test_latency_without_requests_is_absent() -> None:
    """No request has no latency; the other rates are 0."""
    rates = disk_rates(reading(disk()), reading(disk()), 10.0)

    assert (0.0, 0.0, None) == (
        rates.samples[0].read_bytes_per_second,
        rates.samples[0].busy_ratio,
        rates.samples[0].latency_seconds,
    )
    assert rates.totals["disk_latency_seconds"] is None


def test_times_wrap_at_32_bits() -> None:
    """A busy counter that passed 2**32 goes on."""
    before, after = disk(busy_ms_total=2**32 - 1000), disk(busy_ms_total=4000)

    assert 0.5 == disk_rates(reading(before), reading(after), 10.0).samples[0].busy_ratio


def test_busy_is_not_capped() -> None:
    """The kernel's count may run ahead of the clock: stored as it is."""
    assert (
        1.25
        == disk_rates(reading(disk()), reading(disk(busy_ms_total=12500)), 10.0).totals["disk_busy_ratio"]
    )


def test_totals_count_leaves_only() -> None:
    """What went through dm went through sda too and is counted once; busy is that of the busiest leaf."""
    busy = {"read_requests_total": 10, "read_sectors_total": 100, "read_ms_total": 40, "busy_ms_total": 1000}
    before = reading(disk("sda"), disk("sdb"), volume("dm-0"))
    after = reading(
        disk("sda", **busy),
        disk("sdb", write_requests_total=30, write_sectors_total=300, write_ms_total=40, busy_ms_total=8000),
        volume("dm-0", **busy | {"busy_ms_total": 9999}),
    )

    assert {
        "disk_read_bytes_per_second": 5120.0,
        "disk_write_bytes_per_second": 15360.0,
        "disk_read_requests_per_second": 1.0,
        "disk_write_requests_per_second": 3.0,
        "disk_busy_ratio": 0.8,
        "disk_latency_seconds": 0.002,
    } == disk_rates(before, after, 10.0).totals


def test_a_new_device_has_gauges_only_and_is_not_in_the_totals() -> None:
    """A disk plugged in now brings its whole history as counters: that is no rate."""
    rates = disk_rates(
        reading(disk("sda")),
        reading(disk("sda"), disk("sdb", read_sectors_total=10**9, in_flight_count=2)),
        10.0,
    )

    assert (2, None) == (rates.samples[1].in_flight_count, rates.samples[1].read_bytes_per_second)
    assert 0.0 == rates.totals["disk_read_bytes_per_second"]


def test_a_replaced_device_has_no_rates() -> None:
    """One counter that went back voids the device for this interval, even those that grew."""
    before = disk(read_requests_total=100, write_sectors_total=5)
    after = disk(read_requests_total=3, write_sectors_total=500)

    assert disk_rates(reading(before), reading(after), 10.0).samples[0].write_bytes_per_second is None


def test_without_interval_only_gauges_remain() -> None:
    """No interval: requests in flight, and nothing else."""
    after = disk(in_flight_count=4)
    rates = disk_rates(reading(disk()), reading(after), None)

    assert {} == rates.totals
    assert (4, None, None) == (
        rates.samples[0].in_flight_count,
        rates.samples[0].busy_ratio,
        rates.samples[0].latency_seconds,
    )
