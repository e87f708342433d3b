# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: the newest messages displace the oldest, all of them counted, and it recovers."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from deploy.lab.private_mounts import PRIVATE_MOUNTS
from tests.unit.publisher.spool.full_disk_program import DISK_MEBIBYTES


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the program on a small tmpfs that vanishes with it."""
    as_root = ["unshare", "--map-root-user"] if os.geteuid() else []
    module = "tests.unit.publisher.spool.full_disk_program"
    program = [sys.executable, "-m", module, str(tmp_path_factory.mktemp("disk"))]
    result = subprocess.run(
        [*as_root, *PRIVATE_MOUNTS, *program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == result.returncode, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def is_run(sequences: list[int]) -> bool:
    """Tell whether sequences follow each other without a gap."""
    return sequences == list(range(sequences[0], sequences[-1] + 1))


def test_a_spool_that_fills_its_disk_goes_on(facts: dict[str, Any]) -> None:
    """No message is refused; the newest are kept, in most of the disk."""
    assert 0 == facts["refused_alone"]
    assert 300 == facts["kept_alone"][-1]
    assert is_run(facts["kept_alone"])
    assert len(facts["kept_alone"]) * 60_000 > DISK_MEBIBYTES * 1024 * 1024 // 3


def test_a_disk_filled_by_others_costs_the_oldest_only(facts: dict[str, Any]) -> None:
    """With nothing free at all, new messages still displace old ones."""
    assert 0 == facts["free_bytes"]
    assert 0 == facts["refused_full"]
    assert 400 == facts["kept_full"][-1]
    # What is with the broker stays, through the end of the process too.
    assert facts["with_broker"] == facts["kept_full"][:3]
    assert is_run(facts["kept_full"][3:])
    assert 400 - len(facts["kept_full"]) == facts["dropped_full"]


def test_all_losses_are_reported_by_range(facts: dict[str, Any]) -> None:
    """After the disk has room again, every sequence is either kept or reported."""
    reported = {sequence for first, last in facts["reported"] for sequence in range(first, last + 1)}

    assert 0 == facts["refused_freed"]
    assert set(range(1, 411)) == reported | set(facts["kept_freed"])
    assert set() == reported & set(facts["kept_freed"])
    assert len(reported) == facts["dropped"]
    assert 0 == facts["set_aside"]
