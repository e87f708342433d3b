# SPDX-License-Identifier: Apache-2.0
"""Names that the kernel takes and most people never see: they change no figure, and can be sent."""

import os
from pathlib import Path

import pytest

from publisher.collectors.disk_structure import read_structure
from publisher.collectors.filesystems import collect
from publisher.collectors.interfaces import Interface, InterfaceCollector
from publisher.procfs import SourceError, SystemTree
from tests.unit.publisher.collectors.device_tree import DRIVERS, DeviceTree

CARD, FUNCTION = "pci0000:00/0000:01:00.0", "vmbus0/function"
# No UTF-8, a wide blank at the end, what Python takes for the end of a line. The last has words of uevent.
ODD = [os.fsdecode(b"eth\xff"), "eth\u3000", "e\u2028th", "e\x1cDEVTYPE=wlan"]


def interfaces_of(root: Path, master: str, slave: str) -> list[Interface]:
    """Return what a host shows of a synthetic card that owns a virtual function, as on Azure."""
    tree = DeviceTree(root)
    tree.interface(master, device="vmbus0/synthetic")
    tree.interface(slave, device=FUNCTION)
    tree.enslave(slave, master)
    tree.interface("eth", device=CARD)
    for count, name in enumerate((master, slave, "eth"), 1):
        tree.traffic(name, count)
    return list(InterfaceCollector(tree.system()).collect().reading.interfaces)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("is_master", [True, False])
def test_an_interface_counts_whatever_its_name(tmp_path: Path, name: str, *, is_master: bool) -> None:
    """It has the same role, relations and counters as one with a plain name; what is sent is UTF-8."""
    plain = interfaces_of(tmp_path / "plain", "a", "b")
    odd = interfaces_of(tmp_path / "odd", name if is_master else "a", "b" if is_master else name)
    assert [(one.physical, one.counters, one.index) for one in plain] == [
        (one.physical, one.counters, one.index) for one in odd
    ]
    assert [True, False, True] == [one.physical for one in odd]
    assert 3 == len({one.device.encode() for one in odd})


def test_a_mount_with_an_odd_name_hides_no_other(tmp_path: Path) -> None:
    """The file of a loop lies on what is mounted there."""
    tree = DeviceTree(tmp_path)
    place = os.fsdecode(b"/mnt/x\xe3\x80\x80\xff")
    tree.write("/proc/self/mountinfo", f"22 1 8:1 / / rw - ext4 a rw\n31 22 0:41 / {place} rw - tmpfs b rw\n")
    tree.disk("loop0", "loop", files={"loop/backing_file": f"{place}/image"})
    structure = read_structure(tree.system(), "loop0", 1, {str(DRIVERS["loop"]): "loop"})
    assert structure is not None
    assert "tmpfs" == structure.file_system


def test_a_path_that_is_no_utf8_can_be_sent(tmp_path: Path) -> None:
    """Of a setting in the environment; the reason of a failure too."""
    path = Path(os.fsdecode(b"/srv/\xff"))
    with pytest.raises(SourceError, match=r"^/srv/\\xff: No such file"):
        collect(SystemTree(tmp_path), path)
    (tmp_path / "srv").mkdir()
    (tmp_path / os.fspath(path).lstrip("/")).mkdir()
    assert r"/srv/\xff" == collect(SystemTree(tmp_path), path).reading.path
