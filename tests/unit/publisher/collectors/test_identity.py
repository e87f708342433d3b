# SPDX-License-Identifier: Apache-2.0
"""Which host and which boot."""

import os
from pathlib import Path

import pytest

from publisher.collectors.identity import IdentityCollector, IdentityReading, count_of_ranges
from publisher.procfs import SourceUnavailableError, SystemTree
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree


def test_the_kernel_says_who_it_is() -> None:
    """Boot id, host name, release, architecture, and the CPUs plugged in whether online or not."""
    expected = IdentityReading(
        boot_id="0b6b0a4e-5d1c-4f0e-9d3f-6a3b7a1c0001",
        hostname="hv042",
        kernel="6.12.43+deb13-amd64",
        machine="x86_64",
        cpu_count=8,
    )

    assert expected == IdentityCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading


def test_the_architecture_of_an_old_kernel_comes_from_uname() -> None:
    """Before Linux 6.1 there is no file for it."""
    reading = IdentityCollector(SystemTree(FIXTURES / "ancient")).collect().reading

    assert os.uname().machine == reading.machine


def test_a_new_name_is_seen_at_once_and_a_new_kernel_after_a_boot(tmp_path: Path) -> None:
    """The host name may change while it runs; the rest is read again when the boot id is another."""
    tree = HostTree("hypervisor", tmp_path)
    collector = IdentityCollector(SystemTree(tree.root))
    collector.collect()
    tree.write("/proc/sys/kernel/hostname", "renamed\n")
    tree.write("/proc/sys/kernel/osrelease", "7.0.0\n")
    running = collector.collect().reading
    tree.write("/proc/sys/kernel/random/boot_id", "0b6b0a4e-5d1c-4f0e-9d3f-6a3b7a1c0099\n")
    booted = collector.collect().reading

    assert ("renamed", "6.12.43+deb13-amd64") == (running.hostname, running.kernel)
    assert "7.0.0" == booted.kernel


def test_missing_parts_are_named(tmp_path: Path) -> None:
    """A container hides the list of CPUs; without a boot id there is no reading."""
    collected = IdentityCollector(SystemTree(FIXTURES / "container")).collect()

    assert collected.reading.cpu_count is None
    assert "/sys/devices/system/cpu/present: absent" == collected.remark
    with pytest.raises(SourceUnavailableError):
        IdentityCollector(SystemTree(tmp_path)).collect()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 1), ("0-3", 4), ("0-3,8,10-11\n", 7), ("", None), ("3-0", None), ("a-b", None), ("0-", None)],
)
def test_kernel_lists_of_numbers(text: str, expected: int | None) -> None:
    """Ranges and single numbers; anything else is no list."""
    assert expected == count_of_ranges(text)
