# SPDX-License-Identifier: Apache-2.0
"""However late libvirt answers, a rate is right or null: counters and clock are read together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.domains.descriptions import Descriptions
from publisher.domains.device_changes import DeviceChanges
from publisher.domains.judgements import DomainJudgement
from publisher.domains.reports import UNTIMED_CPU, UNTIMED_NETWORK, ReadingHistory
from publisher.hypervisor.readings import DomainInterfaceReading, DomainReading, Overview
from publisher.wire.samples import DomainReport

INTERVAL_SECONDS = 10.0
BYTES_PER_SECOND = 304_000
CORES = 0.8
QUICK_SECONDS = 0.05
# A tenth of the interval may be uncertain at either end, the usual duration of the call beside it.
TOLERANCE = 0.22

# How long libvirt was held within a question, and at which share of it the counter was read.
HOLDS = st.tuples(st.sampled_from([0.0, 0.0, 0.0, 0.3, 0.9, 1.1, 2.0, 4.0]), st.floats(0, 1))


class Described(Descriptions):
    """The description of a VM with one interface."""

    def addresses(self, domain_uuid: str) -> dict[str, str]:  # noqa: ARG002 - there is one VM
        """Return its addresses."""
        return {"vnet0": "52:54:00:00:00:01"}


def history() -> ReadingHistory:
    """Return a history that knows nothing yet."""

    def never() -> None:
        raise AssertionError("a connection was opened")

    changes = DeviceChanges()
    described = Described(never, changes)  # type: ignore[arg-type]  # never called
    return ReadingHistory(interval_seconds=INTERVAL_SECONDS, descriptions=described, device_changes=changes)


def reported(
    remembered: ReadingHistory, number: int, bulk: tuple[float, float], alone: tuple[float, float]
) -> DomainReport:
    """Take the tick of a number, with libvirt held within the two questions, and return its report."""
    at_seconds = 100.0 + number * INTERVAL_SECONDS
    bulk_seconds, alone_seconds = QUICK_SECONDS + bulk[0], 0.001 + alone[0]
    counted_at_seconds = at_seconds + bulk[1] * bulk_seconds
    asked_at_seconds = at_seconds + bulk_seconds
    timed_at_seconds = asked_at_seconds + alone[1] * alone_seconds
    count = int(BYTES_PER_SECOND * counted_at_seconds)
    reading = DomainReading(
        uuid="u",
        name="a",
        libvirt_id=1,
        state=1,
        state_reason=1,
        at_seconds=asked_at_seconds,
        duration_seconds=alone_seconds,
        interfaces_at_seconds=at_seconds,
        interfaces_duration_seconds=bulk_seconds,
        cpu_time_ns=int(CORES * timed_at_seconds * 1e9),
        vcpu_count=2,
        interfaces=(DomainInterfaceReading("vnet0", count, 0, 0, 0, count, 0, 0, 0),),
    )
    remembered.begin_tick(
        Overview(at_seconds=at_seconds, bulk_seconds=bulk_seconds, domains=[reading]), details={}
    )
    return remembered.report(reading, None, DomainJudgement(), wall_clock_seconds=0.0)


@given(st.lists(st.tuples(HOLDS, HOLDS), min_size=1, max_size=7))
def test_rates_are_right_or_null(ticks: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    """A steady load is shown as it is, whenever within a question its counters were read."""
    remembered = history()
    # One quick call among the latest eight tells how long the others should have taken.
    for number, (bulk, alone) in enumerate([((0.0, 0.0), (0.0, 0.0)), *ticks]):
        sample = reported(remembered, number, bulk, alone).sample
        cores, rate = sample.cpu_cores, sample.network_receive_bytes_per_second
        assert cores is None or cores == pytest.approx(CORES, rel=TOLERANCE)
        assert rate is None or rate == pytest.approx(BYTES_PER_SECOND, rel=TOLERANCE)


def test_late_call_costs_its_own_rate_only() -> None:
    """A call held for 2 s gives none and says so; the next spans both intervals and is right."""
    remembered, quick, late = history(), (0.0, 0.5), (2.0, 1.0)
    reported(remembered, 0, quick, quick)
    report = reported(remembered, 1, late, quick)
    assert ("partial", UNTIMED_NETWORK) == (report.sample.outcome, report.reason)
    assert report.sample.network_receive_bytes_per_second is None
    assert pytest.approx(CORES, rel=0.01) == report.sample.cpu_cores
    report = reported(remembered, 2, quick, quick)
    assert ("ok", None) == (report.sample.outcome, report.reason)
    assert pytest.approx(BYTES_PER_SECOND, rel=0.01) == report.sample.network_receive_bytes_per_second


def test_first_call_that_was_late_is_compared_with_nothing() -> None:
    """That it was late shows only when a quick one follows."""
    remembered, quick, late = history(), (0.0, 0.5), (2.0, 1.0)
    reported(remembered, 0, late, quick)
    assert reported(remembered, 1, quick, quick).reason == UNTIMED_NETWORK
    report = reported(remembered, 2, quick, quick)
    assert pytest.approx(BYTES_PER_SECOND, rel=0.01) == report.sample.network_receive_bytes_per_second


def test_late_answer_about_one_domain_costs_its_cpu_rate_only() -> None:
    """The time of a CPU counter is that of its own question."""
    remembered, quick, late = history(), (0.0, 0.5), (2.0, 1.0)
    reported(remembered, 0, quick, quick)
    report = reported(remembered, 1, quick, late)
    assert ("partial", UNTIMED_CPU, None) == (report.sample.outcome, report.reason, report.sample.cpu_cores)
    assert report.sample.network_receive_bytes_per_second is not None
    sample = reported(remembered, 2, quick, quick).sample
    assert pytest.approx(CORES, rel=0.01) == sample.cpu_cores
    assert pytest.approx(2 * INTERVAL_SECONDS, rel=0.1) == sample.interval_seconds


def test_call_that_is_always_slow_gives_rates() -> None:
    """On a host with very many VMs the call takes long at every tick, and reads each equally late."""
    remembered, slow, quick = history(), (2.0, 0.5), (0.0, 0.5)
    reported(remembered, 0, slow, quick)
    report = reported(remembered, 1, slow, quick)
    assert ("ok", None) == (report.sample.outcome, report.reason)
    assert pytest.approx(BYTES_PER_SECOND, rel=0.01) == report.sample.network_receive_bytes_per_second
