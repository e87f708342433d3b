# SPDX-License-Identifier: Apache-2.0
"""A name that another disk or interface took between two ticks: no rate over both, whatever the counters."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from publisher.collectors.disks import DiskCollector
from publisher.collectors.interfaces import InterfaceCollector
from publisher.procfs import SystemTree
from publisher.rates.host_disks import disk_rates
from publisher.rates.host_interfaces import interface_rates
from tests.unit.publisher.collectors.device_tree import DeviceTree

SCSI = "pci0000:00/ata1/host0/target0:0:0/0:0:0:0"

Change = Callable[[DeviceTree], None]


def make_scsi(tree: DeviceTree, name: str = "sda", files: Mapping[str, str] | None = None) -> None:
    """Make a disk with a device behind it."""
    tree.disk(name, "sd", device=SCSI, files=files)


def make_volume(tree: DeviceTree, volume: str, files: Mapping[str, str] | None = None) -> None:
    """Make the device-mapper volume dm-0."""
    shown = {"dm/name": volume, "dm/uuid": f"LVM-{volume}"} | dict(files or {})
    tree.disk("dm-0", "device-mapper", files=shown)
    tree.put_over("dm-0", "sda")


def rates_across(tree: DeviceTree, change: Change, name: str) -> list[float | None]:
    """Return the read requests per second of a disk, across a change and at the tick after it."""
    collector = DiskCollector(tree.system())
    tree.requests(name, 100)
    readings = [collector.collect().reading]
    change(tree)
    for count in (1_000, 2_000):
        tree.requests(name, count)
        readings.append(collector.collect().reading)
    pairs = pairwise(readings)
    return [
        sample.read_requests_per_second
        for before, after in pairs
        for sample in disk_rates(before, after, 10.0).samples
        if sample.device == name
    ]


def replace_scsi(tree: DeviceTree) -> None:
    """Pull a disk and plug another one, which gets the same name."""
    tree.remove_disk("sda")
    make_scsi(tree)


def test_another_disk_under_a_used_name(tmp_path: Path) -> None:
    """The new disk has served more than the old one had: no rate once, then its own."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree)

    assert [None, 100.0] == rates_across(tree, replace_scsi, "sda")


def test_another_disk_where_the_kernel_numbers_none(tmp_path: Path) -> None:
    """Before Linux 5.15 there is no diskseq: the entry in sysfs was made anew."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree, files={"diskseq": ""})

    def replace(tree: DeviceTree) -> None:
        tree.remove_disk("sda")
        make_scsi(tree, files={"diskseq": ""})

    assert [None, 100.0] == rates_across(tree, replace, "sda")


def test_another_volume_under_a_used_number(tmp_path: Path) -> None:
    """dm-0 is removed and given to another volume, whose name is shown at once."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree)
    make_volume(tree, "vg0-old")

    def replace(tree: DeviceTree) -> None:
        tree.remove_disk("dm-0")
        make_volume(tree, "vg0-new")

    assert [None, 100.0] == rates_across(tree, replace, "dm-0")


def test_a_volume_that_was_activated_again(tmp_path: Path) -> None:
    """The same volume with counters that began at 0 and have already passed what they were."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree)
    make_volume(tree, "vg0-root")

    def replace(tree: DeviceTree) -> None:
        tree.remove_disk("dm-0")
        make_volume(tree, "vg0-root")

    assert [None, 100.0] == rates_across(tree, replace, "dm-0")


def test_a_volume_with_another_name_is_the_same(tmp_path: Path) -> None:
    """Lvrename: rates go on."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree)
    make_volume(tree, "vg0-root")

    def rename(tree: DeviceTree) -> None:
        tree.write("/sys/devices/virtual/block/dm-0/dm/name", "vg0-renamed\n")

    assert [90.0, 100.0] == rates_across(tree, rename, "dm-0")


@pytest.mark.parametrize(
    ("driver", "files", "changed"),
    [
        pytest.param("md", {"md/uuid": "a"}, {"md/uuid": "b"}, id="array"),
        pytest.param("md", {"md/level": "raid1", "diskseq": "7"}, {"diskseq": "9"}, id="array of old"),
        pytest.param("nbd", {"diskseq": "7"}, {"diskseq": "8"}, id="nbd"),
        pytest.param(
            "loop", {"loop/backing_file": "/mnt/nfs/a", "diskseq": "7"}, {"diskseq": "9"}, id="loop"
        ),
    ],
)
def test_another_volume_in_the_same_folder(
    tmp_path: Path, driver: str, files: dict[str, str], changed: dict[str, str]
) -> None:
    """An array, a connection or a file takes the place of another: sysfs makes no new entry for it."""
    tree = DeviceTree(tmp_path)
    tree.disk("disk0", driver, files=files)

    def replace(tree: DeviceTree) -> None:
        for file, text in changed.items():
            tree.write(f"/sys/devices/virtual/block/disk0/{file}", f"{text}\n")

    assert [None, 100.0] == rates_across(tree, replace, "disk0")


def test_another_medium_in_a_drive(tmp_path: Path) -> None:
    """The kernel numbers media, too."""
    tree = DeviceTree(tmp_path)
    tree.disk("sr0", "sr", device=SCSI, files={"removable": "1", "diskseq": "7"})

    def exchange(tree: DeviceTree) -> None:
        tree.write(f"/sys/devices/{SCSI}/block/sr0/diskseq", "8\n")

    assert [None, 100.0] == rates_across(tree, exchange, "sr0")


def test_another_unit_behind_a_path(tmp_path: Path) -> None:
    """Counters that went back make the disk looked at: its WWN says whether it is the same unit."""
    tree = DeviceTree(tmp_path)
    tree.write(f"/sys/devices/{SCSI}/wwid", "naa.5000000000000001\n")
    make_scsi(tree)
    collector = DiskCollector(tree.system())
    tree.requests("sda", 100)
    (before,) = collector.collect().reading.disks
    tree.write(f"/sys/devices/{SCSI}/wwid", "naa.5000000000000002\n")
    tree.requests("sda", 10)
    (after,) = collector.collect().reading.disks

    assert before.identity != after.identity


def test_a_volume_that_loses_its_disk_counts_from_then_on(tmp_path: Path) -> None:
    """DRBD goes on over the network: for one interval nobody knows which requests the disk counted too."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree)
    tree.disk("drbd0", "drbd")
    tree.put_over("drbd0", "sda")

    def detach(tree: DeviceTree) -> None:
        (tree.root / "sys/block/drbd0/slaves/sda").unlink()

    collector = DiskCollector(tree.system())
    assert [("sda", True), ("drbd0", False)] == [
        (disk.device, disk.leaf) for disk in collector.collect().reading.disks
    ]
    assert [None, 100.0] == rates_across(tree, detach, "drbd0")


def test_a_disk_that_was_away_for_a_tick(tmp_path: Path) -> None:
    """The name comes back with higher counters: it has no past."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree, "sdb")
    make_scsi(tree)
    collector = DiskCollector(tree.system())
    collector.collect()
    tree.remove_disk("sda")
    before = collector.collect().reading
    make_scsi(tree)
    tree.requests("sda", 1_000)
    samples = disk_rates(before, collector.collect().reading, 10.0).samples

    assert [("sdb", 0.0), ("sda", None)] == [(one.device, one.read_requests_per_second) for one in samples]


def interface_rates_across(tree: DeviceTree, change: Change) -> dict[str, float | None]:
    """Return the packets received per second by each interface across a change."""
    collector = InterfaceCollector(tree.system())
    before = collector.collect().reading
    change(tree)
    samples = interface_rates(before, collector.collect().reading, 10.0).samples
    return {sample.device: sample.receive_packets_per_second for sample in samples}


def test_another_interface_under_a_used_name(tmp_path: Path) -> None:
    """A card is unplugged and another one gets its name; it has received more by then."""
    tree = DeviceTree(tmp_path)
    tree.interface("eth0", device="pci0000:00/0000:00:03.0")
    tree.interface("eth1", device="pci0000:00/0000:00:04.0")

    def replace(tree: DeviceTree) -> None:
        tree.remove_interface("eth1")
        tree.interface("eth1", device="pci0000:00/0000:00:05.0")
        tree.traffic("eth0", 1_000)
        tree.traffic("eth1", 5_000)

    assert {"eth0": 100.0, "eth1": None} == interface_rates_across(tree, replace)


def test_two_interfaces_that_swap_their_names(tmp_path: Path) -> None:
    """As udev does at boot: neither name is the interface it was."""
    tree = DeviceTree(tmp_path)
    tree.interface("eth0", device="pci0000:00/0000:00:03.0")
    tree.interface("eth1", device="pci0000:00/0000:00:04.0")

    def swap(tree: DeviceTree) -> None:
        tree.rename_interface("eth0", "rename2")
        tree.rename_interface("eth1", "eth0")
        tree.rename_interface("rename2", "eth1")
        tree.traffic("eth0", 5_000)
        tree.traffic("eth1", 7_000)

    assert {"eth0": None, "eth1": None} == interface_rates_across(tree, swap)


def test_a_name_that_changes_what_it_is(tmp_path: Path) -> None:
    """The tap of a VM is gone and its name is that of a bridge: published, without a rate."""
    tree = DeviceTree(tmp_path)
    tree.interface("eth0", device="pci0000:00/0000:00:03.0")
    tree.interface("net7", files={"tun_flags": "0x1002"})

    def replace(tree: DeviceTree) -> None:
        tree.remove_interface("net7")
        tree.interface("net7", files={"uevent": "DEVTYPE=bridge"})

    assert {"eth0": 0.0, "net7": None} == interface_rates_across(tree, replace)


class CountingTree(SystemTree):
    """Counts the files of sysfs that are read."""

    read_count = 0

    def read_once(self, path: str) -> str:
        """Count, and read."""
        self.read_count += 1
        return super().read_once(path)


def test_a_tick_without_changes_reads_nothing_of_a_device(tmp_path: Path) -> None:
    """Busy disks and interfaces cost a listing; only what may change while its folder stays is looked at."""
    tree = DeviceTree(tmp_path)
    make_scsi(tree)
    make_volume(tree, "vg0-root")
    tree.disk("nbd0", "nbd")
    tree.interface("eth0", device="pci0000:00/0000:00:03.0")
    tree.interface("br0")
    counting = CountingTree(tmp_path)
    disks, interfaces = DiskCollector(counting), InterfaceCollector(counting)
    reads: list[int] = []
    for busy in ((), ("sda", "dm-0"), ("nbd0",)):
        for name in busy:
            tree.requests(name, 100)
        tree.traffic("eth0", 100 * len(reads))
        counting.read_count = 0
        disks.collect()
        interfaces.collect()
        reads.append(counting.read_count)

    assert 0 < reads[2] < reads[0]
    assert 0 == reads[1]
