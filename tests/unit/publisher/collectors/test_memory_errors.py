# SPDX-License-Identifier: Apache-2.0
"""Errors of memory modules: all controllers together, and none where none is watched."""

from pathlib import Path

import pytest

from publisher.collectors.memory_errors import FOLDER, MemoryErrorCollector, MemoryErrorReading, parse
from publisher.collectors.reading import HostReading
from publisher.procfs import SourceMalformedError, SourceUnavailableError, SystemTree
from publisher.rates.host import host_samples
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree


def test_the_errors_of_all_controllers_are_added() -> None:
    """Beyond 32 bits too; other folders beside the controllers are none."""
    expected = MemoryErrorReading(
        memory_corrected_error_total=4_294_967_299, memory_uncorrected_error_total=1
    )

    assert expected == MemoryErrorCollector(SystemTree(FIXTURES / "hypervisor")).collect().reading


@pytest.mark.parametrize("name", ["ancient", "zfs"])
def test_no_driver_is_no_reading(name: str) -> None:
    """A machine without ECC has no errors that anybody could have counted."""
    with pytest.raises(SourceUnavailableError, match="absent"):
        MemoryErrorCollector(SystemTree(FIXTURES / name)).collect()


def test_no_controller_is_no_reading(tmp_path: Path) -> None:
    """Nor has one where the folder is there, and nothing in it."""
    tree = HostTree("hypervisor", tmp_path)
    for name in ("mc0", "mc1"):
        tree.remove(f"{FOLDER}/{name}")
    with pytest.raises(SourceUnavailableError, match="no memory controller is watched"):
        MemoryErrorCollector(SystemTree(tree.root)).collect()


@pytest.mark.parametrize(("corrected", "uncorrected"), [(["1", "x"], ["1"]), (["1"], ["-1"]), (["1"], [""])])
def test_what_is_no_number_is_malformed(corrected: list[str], uncorrected: list[str]) -> None:
    """A sum without one of its parts would be wrong."""
    with pytest.raises(SourceMalformedError, match="is not a number"):
        parse(corrected, uncorrected)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((5, 0), (8, 0), (3, 0)),
        ((2**33, 7), (2**33 + 1, 7), (1, 0)),
        ((0, 0), (2**40, 0), (2**31 - 1, 0)),
        ((5, 1), (0, 1), (None, 0)),
    ],
)
def test_a_sample_has_the_errors_since_the_one_before(
    before: tuple[int, int], after: tuple[int, int], expected: tuple[int | None, int | None]
) -> None:
    """As many as there were, as far as a column goes; not known where somebody reset the counters."""
    earlier, later = (
        HostReading(
            memory_errors=MemoryErrorReading(
                memory_corrected_error_total=corrected, memory_uncorrected_error_total=uncorrected
            )
        )
        for corrected, uncorrected in (before, after)
    )
    sample = host_samples(earlier, later, 10.0).sample

    assert expected == (sample.memory_corrected_error_count, sample.memory_uncorrected_error_count)
    without = host_samples(earlier, later, None).sample
    assert (None, None) == (without.memory_corrected_error_count, without.memory_uncorrected_error_count)
