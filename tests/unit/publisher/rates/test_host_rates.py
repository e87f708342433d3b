# SPDX-License-Identifier: Apache-2.0
"""When there is an interval, and what happens to a host between two readings."""

import pytest
from msgspec import structs

from publisher.collectors.cpu import CpuReading
from publisher.collectors.pressure import PressureReading
from publisher.collectors.reading import HostReading
from publisher.collectors.swap import SwapReading
from publisher.host.events import host_events
from publisher.rates.host import Moment, host_samples, usable_interval

THEN = Moment(monotonic_seconds=1000.0, boot_id="a", suspended_seconds=50.0)


def later(seconds: float, *, boot_id: str = "a", suspended_seconds: float = 50.0) -> Moment:
    """Return a moment after THEN."""
    return Moment(monotonic_seconds=1000.0 + seconds, boot_id=boot_id, suspended_seconds=suspended_seconds)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(later(10.000123), 10.000123, id="measured, not nominal"),
        pytest.param(later(30), 30.0, id="three ticks"),
        pytest.param(later(30.1), None, id="a gap"),
        pytest.param(later(0), None, id="no time passed"),
        pytest.param(later(-1), None, id="another clock"),
        pytest.param(later(10, boot_id="b"), None, id="rebooted"),
        pytest.param(later(10, suspended_seconds=51.5), None, id="slept"),
        pytest.param(later(10, suspended_seconds=50.5), 10.0, id="clocks read apart"),
    ],
)
def test_an_interval_that_rates_can_be_trusted_over(now: Moment, expected: float | None) -> None:
    """The monotonic time between two readings of one boot that was awake, at most three ticks long."""
    assert expected == usable_interval(THEN, now, 10.0)


def test_a_first_reading_has_no_interval() -> None:
    """Nothing came before."""
    assert usable_interval(None, THEN, 10.0) is None


def test_pressure_is_stalled_time_over_time() -> None:
    """2.5 s of 10 s are 0.25; what the kernel does not count stays absent."""
    before = HostReading(pressure=PressureReading(cpu_some_total=1_000_000, io_full_total=5))
    after = HostReading(pressure=PressureReading(cpu_some_total=3_500_000, io_full_total=5))
    sample = host_samples(before, after, 10.0).sample

    assert (0.25, 0.0, None) == (
        sample.pressure_cpu_some_ratio,
        sample.pressure_io_full_ratio,
        sample.pressure_irq_full_ratio,
    )


def test_pressure_is_at_most_all_the_time() -> None:
    """The file is read a little after the clock: that is not a stall of more than the interval."""
    before = HostReading(pressure=PressureReading(cpu_some_total=0))
    after = HostReading(pressure=PressureReading(cpu_some_total=10_000_900))

    assert 1.0 == host_samples(before, after, 10.0).sample.pressure_cpu_some_ratio


def test_swapping_is_a_rate_and_kills_are_a_number() -> None:
    """Bytes per second in and out, and the kills of the interval."""
    before = HostReading(swap=SwapReading(in_bytes_total=4096, out_bytes_total=8192, oom_kill_total=2))
    after = HostReading(swap=SwapReading(in_bytes_total=45056, out_bytes_total=8192, oom_kill_total=5))
    sample = host_samples(before, after, 10.0).sample

    assert (4096.0, 0.0, 3) == (
        sample.swap_in_bytes_per_second,
        sample.swap_out_bytes_per_second,
        sample.oom_kill_count,
    )


def test_a_subject_that_was_missing_has_no_rate() -> None:
    """A collector that failed at one tick has gauges at the next, and rates at the one after."""
    cpu = CpuReading(total=(1, 1, 1, 1), online_count=2)
    sample = host_samples(HostReading(), HostReading(cpu=cpu), 10.0).sample

    assert (2, None) == (sample.cpu_online_count, sample.cpu_busy_ratio)


def test_kills_for_lack_of_memory_are_an_event_even_across_a_gap() -> None:
    """An interval too long for rates still tells that processes were killed."""
    before = (THEN, HostReading(swap=SwapReading(oom_kill_total=2)))
    after = (later(600), HostReading(swap=SwapReading(oom_kill_total=4)))
    (event,) = host_events(before, after)

    assert ("oom_kill", {"oom_kill_count": "2"}) == (event.kind, event.attributes)
    assert "the kernel killed 2 processes for lack of memory" == event.detail


def test_a_sleep_is_an_event() -> None:
    """A host that was suspended for a minute says so."""
    (event,) = host_events((THEN, HostReading()), (later(10, suspended_seconds=110.0), HostReading()))

    assert ("host_suspended", {"slept_seconds": "60"}) == (event.kind, event.attributes)


def test_a_cpu_that_goes_offline_is_an_event() -> None:
    """The number of CPUs online changed."""
    cpu = CpuReading(total=(1, 1, 1, 1), online_count=8)
    gone = structs.replace(cpu, online_count=6)
    (event,) = host_events((THEN, HostReading(cpu=cpu)), (later(10), HostReading(cpu=gone)))

    assert ("cpu_online_changed", "6 CPUs are online, 8 were") == (event.kind, event.detail)


def test_nothing_happened_is_no_event() -> None:
    """Equal readings, unknown kills, and another boot's counters tell nothing."""
    kills = HostReading(swap=SwapReading(oom_kill_total=2))
    fewer = HostReading(swap=SwapReading(oom_kill_total=9))

    assert [] == host_events((THEN, kills), (later(10), kills))
    assert [] == host_events((THEN, HostReading()), (later(10), kills))
    assert [] == host_events((THEN, kills), (later(10, boot_id="b"), fewer))
