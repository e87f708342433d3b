# SPDX-License-Identifier: Apache-2.0
"""Errors of memory modules: all controllers together, and none where none is watched."""

from pathlib import Path

import pytest

from publisher.collectors.memory_errors import FOLDER, MemoryErrorCollector, MemoryErrorReading, parse
from publisher.collectors.reading import HostReading
from publisher.procfs import SourceMalformedError, SourceUnavailableError, SystemTree
from publisher.rates.host import host_samples
from tests.unit.publisher.host.host_tree import FIXTURES, HostTree


def errors(corrected: int, uncorrected: int, **others: int) -> HostReading:
    """Return a reading of mc0, and of the corrected errors of others."""
    return HostReading(
        memory_errors=MemoryErrorReading(
            memory_corrected_error_total={"mc0": corrected, **others},
            memory_uncorrected_error_total={"mc0": uncorrected},
        )
    )


def test_the_errors_of_each_controller_are_read() -> None:
    """Beyond 32 bits too; other folders beside the controllers are none."""
    expected = MemoryErrorReading(
        memory_corrected_error_total={"mc0": 3, "mc1": 4_294_967_296},
        memory_uncorrected_error_total={"mc0": 0, "mc1": 1},
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
        parse(
            {f"mc{number}": text for number, text in enumerate(corrected)},
            {f"mc{number}": text for number, text in enumerate(uncorrected)},
        )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((5, 0), (8, 0), (3, 0)),
        ((2**33, 7), (2**33 + 1, 7), (1, 0)),
        ((0, 0), (2**40, 0), (None, 0)),
        ((5, 1), (0, 1), (None, 0)),
    ],
)
def test_a_sample_has_the_errors_since_the_one_before(
    before: tuple[int, int], after: tuple[int, int], expected: tuple[int | None, int | None]
) -> None:
    """As many as there were; not known where somebody reset the counters, or beyond what a column holds."""
    earlier, later = errors(*before), errors(*after)
    sample = host_samples(earlier, later, 10.0).sample

    assert expected == (sample.memory_corrected_error_count, sample.memory_uncorrected_error_count)
    without = host_samples(earlier, later, None).sample
    assert (None, None) == (without.memory_corrected_error_count, without.memory_uncorrected_error_count)


def test_a_reset_of_one_controller_does_not_hide_behind_another() -> None:
    """mc0 starts anew while mc1 counts 7: 2 more in the sum would be wrong."""
    before, after = errors(5, 0, mc1=10), errors(0, 0, mc1=17)
    samples = host_samples(before, after, 10.0)

    assert samples.sample.memory_corrected_error_count is None
    assert {
        "memory_errors": "memory_corrected_error mc0: total fell (1 time since the start)"
    } == samples.findings
    samples = host_samples(errors(5, 0), errors(5, 0, mc1=17), 10.0)
    assert samples.sample.memory_corrected_error_count is None
    assert {"memory_errors": "totals are not known: mc1 new"} == samples.findings
