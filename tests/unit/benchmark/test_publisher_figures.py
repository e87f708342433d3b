# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the publisher benchmark."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from publisher.wire.codec import decode_sample
from publisher.wire.samples import DomainOutcome, DomainReport, DomainSample, SampleBatch
from publisher.wire.transposition import in_reports
from tests.benchmark.machine import busy_ratio
from tests.benchmark.publisher_figures import (
    Arrived,
    Reading,
    arrived,
    cpu_ratio,
    status_bytes,
    status_count,
    within_budget,
)

MINIMAL = Path(__file__).resolve().parents[2] / "fixtures/payloads/v1/sample_minimal.json"
BEGIN = datetime(2026, 11, 23, 8, tzinfo=UTC)
STATUS = "Name:\tpython\nVmHWM:\t   46080 kB\nVmRSS:\t   45000 kB\nThreads:\t8\n"


def reading(at_seconds: float, cpu_seconds: float) -> Reading:
    """Return a reading of a process that is of one size."""
    return Reading(at_seconds, cpu_seconds, 1, 1, 1, 1)


def batch(second: float, *outcomes: DomainOutcome) -> SampleBatch:
    """Return a batch with a domain for each outcome."""
    domains = [
        DomainReport(uuid=f"{number:032x}", name="x", sample=DomainSample(state=1, outcome=outcome))
        for number, outcome in enumerate(outcomes)
    ]
    return structs.replace(
        in_reports(decode_sample(MINIMAL.read_bytes())),
        sampled_at=BEGIN + timedelta(seconds=second),
        domains=domains,
    )


def test_sizes_and_counts_are_read_from_the_status_of_a_process() -> None:
    """A size is given in bytes, a count as it stands; a field that is not there is an error."""
    assert 45 * 1024 * 1024 == status_bytes(STATUS, "VmHWM")
    assert 8 == status_count(STATUS, "Threads")
    with pytest.raises(KeyError):
        status_bytes(STATUS, "VmSwap")


def test_cpu_time_counts_between_the_readings_only() -> None:
    """What a process used before the first reading, to start for instance, is not in its share."""
    assert 0.005 == cpu_ratio(reading(100.0, 2.0), reading(300.0, 3.0))


def test_the_machine_is_busy_with_all_that_is_neither_idle_nor_waiting() -> None:
    """Idle and iowait are not busy; the time of guests, which is part of user time, counts once."""
    before = "cpu  100 0 100 700 100 0 0 0 50 0\n"
    after = "cpu  150 0 150 750 150 0 0 0 100 0\n"

    assert 0.5 == busy_ratio(before, after)


def test_only_batches_of_the_measured_time_count() -> None:
    """A batch before the first reading or after the last one is left out; incomplete domains are summed."""
    batches = [
        (batch(-1, "busy"), 1),
        (batch(5, "ok", "partial"), 100),
        (batch(15, "ok", "ok"), 200),
        (batch(25, "ok"), 1),
    ]

    found = arrived(batches, BEGIN.timestamp(), BEGIN.timestamp() + 20)

    assert Arrived(2, (2,), 1, 150) == found


def test_different_numbers_of_domains_show() -> None:
    """A batch with fewer domains, or without any, is seen."""
    batches = [(batch(1, "ok"), 1), (batch(2), 1)]

    assert (0, 1) == arrived(batches, BEGIN.timestamp(), BEGIN.timestamp() + 20).domain_counts


def test_no_batch_at_all_is_no_tick() -> None:
    """Nothing that arrived gives nothing, instead of an error."""
    assert Arrived(0, (), 0, 0) == arrived([], 0.0, 1.0)


def test_either_limit_alone_ends_the_budget() -> None:
    """The publisher must stay below the CPU limit and at most at the memory limit, at its peak."""
    limit = 45 * 1024 * 1024

    assert within_budget(0.00499, limit)
    assert not within_budget(0.005, limit)
    assert not within_budget(0.00499, limit + 1)
