# SPDX-License-Identifier: Apache-2.0
"""Which disk holds a file, and what is said about its busy time, on a small sysfs."""

from pathlib import Path

import pytest

from loadgen.errors import ScenarioError
from loadgen.scenario.load.block_device import disk_of


def make(folder: Path, **files: str) -> Path:
    """Make a device of sysfs."""
    (folder / "queue").mkdir(parents=True)
    for name, text in files.items():
        path = folder / name.replace("queue_", "queue/")
        path.write_text(text)
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Give a rotating disk with one queue."""
    stat = "1 2 3 4 5 6 7 8 0 1500 11"
    return make(tmp_path / "devices/pci/sda", stat=stat, queue_rotational="1", queue_iostats="1")


def test_a_partition_and_a_volume_lead_to_their_disk(tmp_path: Path, disk: Path) -> None:
    """The kernel measures the disk."""
    make(disk / "sda1", partition="1")
    volume = make(tmp_path / "devices/virtual/block/dm-0")
    (volume / "slaves").mkdir()
    (volume / "slaves/sda1").symlink_to(disk / "sda1")

    for entry in (disk, disk / "sda1", volume):
        found = disk_of(entry, tmp_path)
        assert "sda" == found.name
        assert 1.5 == found.busy_seconds()
        assert [] == found.remarks()


def test_several_disks_have_no_one_busy_time(tmp_path: Path, disk: Path) -> None:
    """A striped volume is refused."""
    volume = make(tmp_path / "devices/virtual/block/dm-0")
    for name in ("sda", "sdb"):
        (volume / "slaves" / name).mkdir(parents=True)

    with pytest.raises(ScenarioError, match="sda, sdb"):
        disk_of(volume, tmp_path)
    assert disk.exists()


@pytest.mark.parametrize(
    ("name", "rotational", "iostats", "queues", "words"),
    [
        ("nvme0n1", "0", "1", 8, "8 queues in parallel"),
        ("sdb", "0", "1", 1, "does not rotate"),
        ("sdc", "1", "0", 1, "figures mean nothing"),
        ("sdd", "1", "1", 4, "4 queues in parallel"),
    ],
)
def test_where_busy_says_little_it_is_said(  # noqa: PLR0913, PLR0917 - one column of the table each
    tmp_path: Path, name: str, rotational: str, iostats: str, queues: int, words: str
) -> None:
    """Parallel devices, and devices that do not count."""
    folder = make(tmp_path / name, queue_rotational=rotational, queue_iostats=iostats)
    for number in range(queues):
        (folder / "mq" / str(number)).mkdir(parents=True)

    (remark,) = disk_of(folder, tmp_path).remarks()
    assert words in remark


def test_a_device_without_hardware_is_told(tmp_path: Path) -> None:
    """What lies below a loop device counts otherwise."""
    folder = make(tmp_path / "devices/virtual/block/loop0")

    assert "no hardware" in disk_of(folder, tmp_path).remarks()[0]
