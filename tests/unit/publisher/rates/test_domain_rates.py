# SPDX-License-Identifier: Apache-2.0
"""Two readings of a domain become its CPU and vCPU rates."""

from typing import Any

import pytest
from msgspec import structs

from publisher.hypervisor import bulk
from publisher.hypervisor.readings import DetailReading, DomainReading
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.domain import (
    NO_DELAY,
    DomainCpuRates,
    ProcessorRates,
    cpu_rates,
    interface_seconds_between,
    processor_rates,
    seconds_between,
)
from publisher.rates.pace import Pace
from tests.unit.publisher.domains.fake_libvirt import detail_record


def first(at_seconds: float, cpu_time_ns: int | None, **changes: Any) -> DomainReading:
    """Return a reading of the first tier."""
    values: dict[str, Any] = {"libvirt_id": 7, "vcpu_count": 2} | changes
    return DomainReading(
        uuid="u", name="a", state=1, state_reason=1, at_seconds=at_seconds, cpu_time_ns=cpu_time_ns, **values
    )


def second(
    at_seconds: float, *, libvirt_id: int = 7, duration_seconds: float = 0.0, **changes: Any
) -> DetailReading:
    """Return a reading of the second tier."""
    return bulk.detail(
        detail_record(**changes),
        uuid="u",
        libvirt_id=libvirt_id,
        at_seconds=at_seconds,
        duration_seconds=duration_seconds,
    )


def test_cores_over_the_measured_interval() -> None:
    """5 s of CPU within 10 s are half a core, a quarter of two vCPUs."""
    assert DomainCpuRates(10.0, 0.5, 0.25) == cpu_rates(first(0, 1_000), first(10, 5_000_001_000), 30)


def test_ratio_is_not_capped() -> None:
    """QEMU's own threads count too, so a VM may use more than its vCPUs."""
    assert 1.25 == cpu_rates(first(0, 0), first(10, 25_000_000_000), 30).ratio


def test_ratio_uses_the_smaller_vcpu_count_of_a_hot_plug() -> None:
    """A vCPU plugged in during the interval did not run for all of it."""
    rates = cpu_rates(first(0, 0, vcpu_count=1), first(10, 10_000_000_000, vcpu_count=2), 30)
    assert 1.0 == rates.ratio


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, first(10, 5)),
        (first(0, 5, libvirt_id=6), first(10, 9)),
        (first(0, 5), first(10, 9, libvirt_id=None)),
        (first(0, 5), first(31, 9)),
        (first(10, 5), first(10, 9)),
    ],
    ids=["first reading", "started anew", "off", "gap", "no time"],
)
def test_no_rates_without_comparable_readings(before: DomainReading | None, now: DomainReading) -> None:
    """First reading, a new start, a gap: nothing is derived, also where the counters would allow it."""
    assert DomainCpuRates() == cpu_rates(before, now, 30)


def test_counter_that_went_backwards_gives_no_rate() -> None:
    """A reset is no value, neither negative nor 0; the interval is known all the same."""
    assert DomainCpuRates(10.0, None, None) == cpu_rates(first(0, 9), first(10, 5), 30)


def test_processor_rates() -> None:
    """All figures of the second tier over its own interval; the rest of cpu.time is overhead."""
    now = second(
        10,
        cpu__time=20_000_000_000,
        cpu__user=13_000_000_000,
        cpu__system=2_000_000_000,
        vcpu__0__time=8_000_000_000,
        vcpu__1__time=8_000_000_000,
        vcpu__0__delay=1_100_000_000,
    )
    assert ProcessorRates(10.0, 0.5, 0.1, 0.8, 0.2, 0.05) == processor_rates(second(0), now, 10.0)


def test_vcpu_plugged_in_does_not_count_until_it_has_two_readings() -> None:
    """Steal is a share, of the vCPUs in both readings; the sum of what ran is unknown for this once."""
    before = second(0, vcpu__1__time=None, vcpu__1__delay=None)
    now = second(10, vcpu__0__time=9_000_000_000, vcpu__0__delay=2_100_000_000)
    watch = CounterWatch()
    rates = processor_rates(before, now, 10.0, watch)
    assert (None, 0.2, None) == (rates.vcpu_cores, rates.steal_ratio, rates.overhead_cores)
    assert "totals are not known: vcpu.1 new" == watch.take_findings()
    later = second(20, vcpu__1__time=None, vcpu__0__time=9_500_000_000, cpu__time=20_000_000_000)
    assert processor_rates(now, later, 10.0, watch).vcpu_cores is None
    assert "totals are not known: vcpu.1 gone" in (watch.take_findings() or "")


def test_steal_is_unknown_without_delay() -> None:
    """Libvirt before 7.2 has no delay: None, not "no steal"."""
    changes: dict[str, Any] = {"vcpu__0__delay": None, "vcpu__1__delay": None}
    rates = processor_rates(second(0, **changes), second(10, **changes), 10.0)
    assert (None, NO_DELAY) == (rates.steal_ratio, rates.note)
    assert 0.0 == rates.vcpu_cores


def test_overhead_is_never_negative() -> None:
    """cpu.time may lag behind the vCPUs' own by a step."""
    now = second(10, vcpu__0__time=4_010_000_000)
    assert 0.0 == processor_rates(second(0), now, 10.0).overhead_cores


def test_cpu_time_beyond_all_cpus_of_the_host_is_not_believed() -> None:
    """2**43 ns in 10 s are 880 cores: more than the 64 there are, so a wrong reading; as is the way back."""
    watch = CounterWatch()
    leapt, back = first(10, 2**43), first(20, 5_000_000_000)
    assert cpu_rates(first(0, 0), leapt, 30, watch, host_cpu_count=64).cores is None
    assert "CPU time: cpuTime rose by more than can be (1 time since the start)" == watch.take_findings()
    assert cpu_rates(leapt, back, 30, watch, host_cpu_count=64).cores is None
    assert 0.5 == cpu_rates(back, first(30, 10_000_000_000), 30, watch, host_cpu_count=64).cores


def test_a_vcpu_runs_for_no_longer_than_the_time_that_passed() -> None:
    """A vCPU that seems to have run for 20 s of 10 was read wrongly; what it waited is known."""
    watch = CounterWatch()
    now = second(10, cpu__time=30_000_000_000, vcpu__0__time=24_000_000_000)
    rates = processor_rates(second(0), now, 10.0, watch)
    assert (None, None, 0.0) == (rates.vcpu_cores, rates.overhead_cores, rates.steal_ratio)
    assert "vcpu.0: time_ns rose by more than can be (1 time since the start)" == watch.take_findings()


@pytest.mark.parametrize(
    ("polled_ns", "expected"),
    [
        (6_100_000_000, "about 60 % of its CPU time is the host polling for its work (halt_poll_ns)"),
        (1_000_000_000, None),
    ],
)
def test_polling_for_work_is_told_beside_the_cpu_time_that_it_is_in(
    polled_ns: int, expected: str | None
) -> None:
    """The CPU time stays what it is, and words say how much of it was no work of the guest."""
    polling: dict[str, Any] = {"cpu__haltpoll__fail__time": 2, "cpu__haltpoll__success__time": 5}
    before, now = second(0, cpu__time=0, **polling), second(10, cpu__time=10_000_000_000, **polling)
    now = structs.replace(now, halt_poll_ns=7 + polled_ns)
    assert 7 == before.halt_poll_ns
    assert expected == processor_rates(before, now, 10.0).note


def test_no_processor_rates_after_a_new_start() -> None:
    """A destroyed and started VM keeps its UUID and begins to count anew."""
    seconds = seconds_between(second(0, libvirt_id=6), second(10), 30)
    assert seconds is None
    assert ProcessorRates() == processor_rates(second(0, libvirt_id=6), second(10), seconds)


def test_interfaces_have_an_instant_of_their_own() -> None:
    """Their counters come from another call than the CPU time, so the interval is that call's."""
    before = first(0, 5, interfaces_at_seconds=1.0)
    now = first(12, 9, interfaces_at_seconds=11.0)
    assert 10.0 == interface_seconds_between(before, now, 30)
    assert (
        interface_seconds_between(before, first(12, 9, libvirt_id=8, interfaces_at_seconds=11.0), 30) is None
    )
    assert interface_seconds_between(None, now, 30) is None


def test_usual_duration_of_a_call_is_its_shortest_of_late() -> None:
    """Two slow calls in a row are both too long; one that stays slow becomes the usual."""
    pace = Pace()
    for seconds in (0.1, 2.2, 2.2):
        pace.note(seconds)
    assert pytest.approx(2.1) == pace.excess_seconds(2.2)
    assert 0.0 == pace.excess_seconds(0.1)
    for _ in range(8):
        pace.note(2.2)
    assert 0.0 == pace.excess_seconds(2.2)
