# SPDX-License-Identifier: Apache-2.0
"""The stored figures beside the kernel's and libvirt's own, read at the same time."""

import time
from pathlib import Path

import pytest

from deploy.lab.guest import DEFAULT_GUESTS
from deploy.lab.readiness import wait_until
from tests.end_to_end.conftest import Grid

SPAN_SECONDS = 30.0
CPU_TOLERANCE = 0.03
MEMORY_TOLERANCE = 0.01


def cpu_ticks() -> tuple[int, int]:
    """Return busy and total ticks of all CPUs (proc(5), first line of /proc/stat)."""
    fields = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


def domain_cpu_seconds(grid: Grid, name: str) -> float:
    """Return the CPU time of a guest as virsh prints it."""
    lines = grid.virsh("domstats", "--cpu-total", name).splitlines()
    (value,) = (line.split("=")[1] for line in lines if line.strip().startswith("cpu.time"))
    return int(value) / 1e9


def test_cpu_agrees_with_the_kernel_and_virsh(grid: Grid) -> None:
    """Over 30 s the CPU of host and guests is within 3 points of /proc/stat and of virsh domstats."""
    names = [guest.name for guest in DEFAULT_GUESTS]
    grid.await_next_samples(1)
    start, began_seconds = cpu_ticks(), time.monotonic()
    guests_start = {name: domain_cpu_seconds(grid, name) for name in names}
    (moment,) = grid.query("SELECT now()")

    wait_until(lambda: time.monotonic() - began_seconds >= SPAN_SECONDS, timeout_seconds=2 * SPAN_SECONDS)
    end, span_seconds = cpu_ticks(), time.monotonic() - began_seconds
    guests_end = {name: domain_cpu_seconds(grid, name) for name in names}
    (last,) = grid.query("SELECT now()")
    grid.await_next_samples(1)

    (stored,) = grid.query(
        """
        SELECT sum(cpu_busy_ratio * interval_seconds) / sum(interval_seconds) FROM kvmgrid.host_samples
        WHERE sampled_at > %s AND sampled_at <= %s
        """,
        moment[0], last[0],
    )  # fmt: skip
    truth = (end[0] - start[0]) / (end[1] - start[1])
    assert float(str(stored[0])) == pytest.approx(truth, abs=CPU_TOLERANCE)
    for name in names:
        (cores,) = grid.query(
            """
            SELECT sum(cpu_cores * interval_seconds) / sum(interval_seconds) FROM kvmgrid.domain_samples
            JOIN kvmgrid.domains USING (domain_id)
            WHERE domains.name = %s AND sampled_at > %s AND sampled_at <= %s
            """,
            name, moment[0], last[0],
        )  # fmt: skip
        guest_truth = (guests_end[name] - guests_start[name]) / span_seconds
        assert float(str(cores[0])) == pytest.approx(guest_truth, abs=CPU_TOLERANCE), name


def test_host_memory_agrees_with_the_kernel(grid: Grid) -> None:
    """A sample's memory is within 1 % of what /proc/meminfo said at that moment."""
    readings: list[tuple[float, int]] = []
    (moment,) = grid.query("SELECT clock_timestamp()")

    def sampled() -> bool:
        # Readings until the sample is in the table: the one nearest to its time is the truth.
        readings.append((time.time(), meminfo()["MemAvailable"]))
        return bool(grid.query("SELECT 1 FROM kvmgrid.host_latest WHERE sampled_at > %s", moment[0]))

    assert wait_until(sampled, timeout_seconds=SPAN_SECONDS)

    (stored,) = grid.query(
        """
        SELECT memory_total_bytes, memory_available_bytes, extract(epoch FROM sampled_at)
        FROM kvmgrid.host_latest
        """
    )
    sampled_seconds = float(str(stored[2]))
    truth = min(readings, key=lambda reading: abs(reading[0] - sampled_seconds))[1]
    total_bytes = meminfo()["MemTotal"]
    assert total_bytes == stored[0]
    assert int(str(stored[1])) == pytest.approx(truth, abs=MEMORY_TOLERANCE * total_bytes)


@pytest.mark.parametrize("name", [guest.name for guest in DEFAULT_GUESTS])
def test_guest_memory_agrees_with_virsh(grid: Grid, name: str) -> None:
    """A guest's memory is within 1 % of what virsh domstats prints before and after, in all three ways.

    A guest that has just started takes more of its memory from second to second.
    """
    before = balloon(grid, name)
    # The first of them may have been taken before.
    grid.await_next_samples(2)
    (stored,) = grid.query(
        """
        SELECT memory_assigned_bytes, memory_resident_bytes, memory_guest_total_bytes, memory_used_bytes
        FROM kvmgrid.domains_now WHERE name = %s
        """,
        name,
    )
    after = balloon(grid, name)
    guest_bytes = after["balloon.available"]
    assert (after["balloon.current"], guest_bytes) == (stored[0], stored[2])
    resident_bytes, used_bytes = int(str(stored[1])), int(str(stored[3]))
    resident = [truth["balloon.rss"] for truth in (before, after)]
    assert_between(resident_bytes, resident, MEMORY_TOLERANCE * max(resident))
    used = [guest_bytes - truth["balloon.usable"] for truth in (before, after)]
    assert_between(used_bytes, used, MEMORY_TOLERANCE * guest_bytes)


def assert_between(stored_bytes: int, truths: list[int], tolerance_bytes: float) -> None:
    """Assert that what was stored lies between the readings, or hardly beside them."""
    assert min(truths) - tolerance_bytes <= stored_bytes <= max(truths) + tolerance_bytes


def meminfo() -> dict[str, int]:
    """Return the lines of /proc/meminfo in bytes."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}


def balloon(grid: Grid, name: str) -> dict[str, int]:
    """Return the memory figures of a guest as virsh prints them, in bytes but for the period and the time."""
    pairs = (line.strip().split("=") for line in grid.virsh("domstats", "--balloon", name).splitlines()[1:])
    return {key: int(value) * 1024 for key, value in pairs}
