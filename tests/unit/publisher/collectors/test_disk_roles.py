# SPDX-License-Identifier: Apache-2.0
"""Which disks count: layouts as the kernel documents them, through the collector."""

from pathlib import Path

import pytest

from publisher.collectors.disks import DiskCollector
from publisher.rates.host_disks import disk_rates
from tests.unit.publisher.collectors.device_tree import DeviceTree
from tests.unit.publisher.collectors.disk_layouts import (
    LAYOUTS,
    Layout,
    loop,
    lvm,
    mapped,
    nbd,
    nvme_multipath_over_fabrics,
    scsi,
    ublk,
)


@pytest.mark.parametrize(
    ("layout", "leaves", "layers"), [pytest.param(*each, id=each[0].__name__) for each in LAYOUTS]
)
def test_a_request_counts_once(tmp_path: Path, layout: Layout, leaves: str, layers: str) -> None:
    """Leaves are counted, layers have a row, all else has none."""
    tree = DeviceTree(tmp_path)
    layout(tree)
    disks = DiskCollector(tree.system()).collect().reading.disks

    assert leaves.split() == [disk.device for disk in disks if disk.leaf]
    assert layers.split() == [disk.device for disk in disks if not disk.leaf]


def test_the_total_of_fabrics_is_that_of_their_paths(tmp_path: Path) -> None:
    """200,000 reads of 4 KiB in 10 s through a head with two paths: 81.92 MB/s and the paths' busy ratio."""
    tree = DeviceTree(tmp_path)
    nvme_multipath_over_fabrics(tree)
    collector = DiskCollector(tree.system())
    before = collector.collect().reading
    for name, count in {"sda": 10, "nvme1n1": 200_000, "nvme1c1n1": 5_000, "nvme1c2n1": 195_000}.items():
        tree.requests(name, count)
    totals = disk_rates(before, collector.collect().reading, 10.0).totals

    assert 81_924_096.0 == pytest.approx(totals["disk_read_bytes_per_second"])
    assert 19.5 == totals["disk_busy_ratio"]


def test_without_the_list_of_drivers_devices_made_in_advance_are_still_left_out(tmp_path: Path) -> None:
    """A container that hides /proc/devices: loops without a file have no size."""
    tree = DeviceTree(tmp_path)
    scsi(tree, "sda")
    loop(tree, "loop0")
    tree.write("/proc/devices", "")

    assert ["sda"] == [disk.device for disk in DiskCollector(tree.system()).collect().reading.disks]


def test_a_host_without_a_disk_that_counts_says_so(tmp_path: Path) -> None:
    """Volumes over nothing: totals are absent, with a remark."""
    tree = DeviceTree(tmp_path)
    mapped(tree, "dm-0")

    assert "no disk counts" == DiskCollector(tree.system()).collect().remark


@pytest.mark.parametrize(("layout", "name"), [(nbd, "nbd0"), (ublk, "ublkb0")])
def test_a_disk_that_a_program_serves_is_named(tmp_path: Path, layout: Layout, name: str) -> None:
    """The kernel does not show where the program stores: the remark says what may be counted twice."""
    tree = DeviceTree(tmp_path)
    scsi(tree, "sda")
    layout(tree)
    remark = DiskCollector(tree.system()).collect().remark

    assert f"served by a program, and counted twice if that stores on a disk of this host: {name}" == remark


def test_a_disk_that_cannot_be_looked_at_does_not_count(tmp_path: Path) -> None:
    """A volume whose folder is gone at that moment is no leaf. It is looked at again at the next tick."""
    tree = DeviceTree(tmp_path)
    lvm(tree)
    folder = tmp_path / "sys/devices/virtual/block/dm-1"
    folder.rename(tmp_path / "away")
    collector = DiskCollector(tree.system())
    found = [{disk.device: disk.leaf for disk in collector.collect().reading.disks}]
    (tmp_path / "away").rename(folder)
    found.append({disk.device: disk.leaf for disk in collector.collect().reading.disks})

    assert [{"sda": True, "dm-0": False}, {"sda": True, "dm-0": False, "dm-1": False}] == found
