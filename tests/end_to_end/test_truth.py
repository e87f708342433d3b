# SPDX-License-Identifier: Apache-2.0
"""The stored figures beside the kernel's and libvirt's own, read at the same time."""

import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.lab.guest import DEFAULT_GUESTS
from deploy.lab.readiness import wait_until
from loadgen.scenario.load.guest_channel import GuestChannel
from tests.end_to_end.conftest import LOADS, Grid, Rows

GUESTS = tuple(guest.name for guest in DEFAULT_GUESTS)
SPAN_SECONDS = 20.0
BUSY = "cpu:20,network:1"
CPU_TOLERANCE = 0.03
MEMORY_TOLERANCE = 0.01


class Reading(NamedTuple):
    """The counters of the kernel and of virsh at an instant."""

    second: float
    busy_ticks: float
    total_ticks: float
    guest_cpu_seconds: tuple[float, ...]


def read(grid: Grid) -> Reading:
    """Read all counters now."""
    # The ticks of all CPUs (proc(5), first line of /proc/stat).
    fields = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    second = time.time()
    lines = grid.virsh("domstats", "--cpu-total", *GUESTS).splitlines()
    cpu_seconds = tuple(
        int(line.split("=")[1]) / 1e9 for line in lines if line.strip().startswith("cpu.time")
    )
    return Reading(second, sum(fields) - fields[3] - fields[4], sum(fields), cpu_seconds)


def at(readings: list[Reading], second: float) -> Reading:
    """Return the counters at an instant between two readings that are near to each other."""
    before, after = next(pair for pair in pairwise(readings) if pair[1].second >= second)
    assert before.second <= second
    share = (second - before.second) / (after.second - before.second)

    def between(first: float, last: float) -> float:
        return first + share * (last - first)

    return Reading(
        second,
        between(before.busy_ticks, after.busy_ticks),
        between(before.total_ticks, after.total_ticks),
        tuple(map(between, before.guest_cpu_seconds, after.guest_cpu_seconds)),
    )


def test_cpu_agrees_with_the_kernel_and_virsh(grid: Grid) -> None:
    """Over 20 s the CPU of host and guests is within 3 points of /proc/stat and of virsh domstats.

    The counters are read all the time. So the truth is of the instants of the first and last sample, whatever
    else the machine does meanwhile.
    """
    with GuestChannel(grid.libvirt.channels / "web-1") as channel:
        channel.set_load(BUSY)
        readings = [read(grid)]

        def is_over() -> bool:
            readings.append(read(grid))
            return readings[-1].second - readings[0].second >= SPAN_SECONDS

        assert wait_until(is_over, timeout_seconds=2 * SPAN_SECONDS)
        channel.set_load(LOADS["web-1"])
    grid.await_next_samples(1)

    span = readings[0].second, readings[-1].second
    stored = grid.query(
        """
        SELECT extract(epoch FROM sampled_at)::float8, cpu_busy_ratio, interval_seconds
        FROM kvmgrid.host_samples WHERE sampled_at BETWEEN to_timestamp(%s) AND to_timestamp(%s) ORDER BY 1
        """,
        *span,
    )
    first, last = (at(readings, float(str(stored[number][0]))) for number in (0, -1))
    truth = (last.busy_ticks - first.busy_ticks) / (last.total_ticks - first.total_ticks)
    assert mean([row[1:] for row in stored[1:]]) == pytest.approx(truth, abs=CPU_TOLERANCE)
    for name, began_cpu, ended_cpu in zip(
        GUESTS, first.guest_cpu_seconds, last.guest_cpu_seconds, strict=True
    ):
        rows = grid.query(
            """
            SELECT cpu_cores, interval_seconds
            FROM kvmgrid.domain_samples JOIN kvmgrid.domains USING (domain_id)
            WHERE domains.name = %s AND sampled_at BETWEEN to_timestamp(%s) AND to_timestamp(%s)
            ORDER BY sampled_at
            """,
            name, *span,
        )  # fmt: skip
        guest_truth = (ended_cpu - began_cpu) / (last.second - first.second)
        assert mean(rows[1:]) == pytest.approx(guest_truth, abs=CPU_TOLERANCE), name
        assert name != "web-1" or guest_truth > 3 * CPU_TOLERANCE


def mean(rows: Rows) -> float:
    """Return the mean of figures over time; each row is a figure and its interval."""
    pairs = [(float(str(figure)), float(str(seconds))) for figure, seconds in rows]
    return sum(figure * seconds for figure, seconds in pairs) / sum(seconds for _, seconds in pairs)


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


@pytest.mark.parametrize("name", GUESTS)
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
