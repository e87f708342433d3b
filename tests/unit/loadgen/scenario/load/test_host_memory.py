# SPDX-License-Identifier: Apache-2.0
"""Memory as a load: limits, the loop to the level, and a truth that does not come from MemAvailable."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from loadgen.errors import UnreachedError
from loadgen.scenario.load.host_memory import CHUNK_BYTES, OOM_SCORE, HeldMemory
from loadgen.scenario.load.meminfo import Memory, read_memory
from loadgen.scenario.scenario import HostMemory, Step

TOTAL_BYTES = 100 * CHUNK_BYTES


class Machine:
    """A machine whose memory is what others and the generator take of it."""

    def __init__(self) -> None:
        self.others_bytes = 20 * CHUNK_BYTES
        self.load: HeldMemory | None = None

    def read(self) -> Memory:
        """Return how things are."""
        used = self.others_bytes + (self.load.held_bytes if self.load else 0)
        return Memory(TOTAL_BYTES, TOTAL_BYTES - used, used - 5 * CHUNK_BYTES, 0)


@pytest.fixture(params=["anonymous", "memfd"])
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """Give a machine with a load of either backing, 10 chunks of which are reserved."""
    backing: Literal["anonymous", "memfd"] = request.param
    made = Machine()
    subject = HostMemory(backing=backing, reserve_bytes=10 * CHUNK_BYTES)
    with closing(HeldMemory(subject, seed=1, memory=made.read)) as made.load:
        yield made


def step(level_ratio: float) -> Step:
    """Return a step to a level."""
    return Step(duration_seconds=1, level_ratio=level_ratio)


def held_chunks(machine: Machine) -> int:
    """Let the load work for a moment and return what it holds."""
    assert machine.load is not None
    machine.load.work(time.monotonic() + 0.5)
    return machine.load.held_bytes // CHUNK_BYTES


def test_the_level_is_taken_held_and_given_back(machine: Machine) -> None:
    """Up, down, and nothing stays when the load ends."""
    assert machine.load is not None
    assert 0.23 == machine.load.command(step(0.23))
    assert 3 == held_chunks(machine)
    machine.load.command(step(0.21))
    assert 1 == held_chunks(machine)
    machine.load.close()
    assert 0 == machine.load.held_bytes


def test_the_generator_is_ended_before_any_vm() -> None:
    """As long as it may hold memory, the kernel's choice is this process; afterwards as before."""
    before = OOM_SCORE.read_text()
    load = HeldMemory(HostMemory(), seed=1, memory=Machine().read)

    assert "1000" == OOM_SCORE.read_text().strip()
    load.close()
    assert before == OOM_SCORE.read_text()


def test_what_others_take_is_part_of_the_truth_and_of_the_loop(machine: Machine) -> None:
    """The level is the machine's, not the generator's."""
    assert machine.load is not None
    machine.load.command(step(0.23))
    machine.others_bytes += 2 * CHUNK_BYTES

    assert 1 == held_chunks(machine)
    assert [0.23, 0.01, 0.0] == [pytest.approx(reading.value) for reading in machine.load.read()]


def test_a_level_that_leaves_less_than_the_reserve_is_refused(machine: Machine) -> None:
    """MemAvailable is looked at before anything is taken."""
    assert machine.load is not None
    with pytest.raises(UnreachedError, match="not touched"):
        machine.load.command(step(0.95))
    assert 0 == held_chunks(machine)


def test_a_level_below_what_others_use_cannot_be_reached(machine: Machine) -> None:
    """The generator takes nothing from others."""
    assert machine.load is not None
    with pytest.raises(UnreachedError, match="without us"):
        machine.load.command(step(0.10))


def test_the_reserve_holds_when_others_take_it(machine: Machine) -> None:
    """Memory that others took meanwhile is not taken twice."""
    assert machine.load is not None
    machine.load.command(step(0.89))
    machine.others_bytes = 95 * CHUNK_BYTES

    assert 0 == held_chunks(machine)


def test_the_kernels_files_are_read(tmp_path: Path) -> None:
    """KiB are bytes, and pages on the lists of all CPUs and zones add up."""
    (tmp_path / "meminfo").write_text(
        "MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 50 kB\nAnonPages: 10 kB\nShmem: 3 kB\n"
        "HugePages_Total: 0\n"
    )
    (tmp_path / "zoneinfo").write_text(
        "Node 0, zone DMA\n  pages free 9\n  pagesets\n    cpu: 0\n              count: 2\n"
        "              high: 7\n    cpu: 1\n              count: 3\n  vm stats threshold: 4\n"
    )
    memory = read_memory(tmp_path)

    assert (100 * 1024, 50 * 1024, 13 * 1024) == memory[:3]
    assert 0 == memory.parked_bytes % 5
    assert memory.parked_bytes > 0
