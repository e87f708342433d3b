# SPDX-License-Identifier: Apache-2.0
"""The domains of a host, tick by tick."""

import time

import libvirt
import pytest

from publisher.domains.reports import JUST_STARTED, UNEVEN
from publisher.domains.sampler import DomainSampler
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, detail_record, libvirt_error
from tests.unit.publisher.domains.ticks import (
    by_name,
    health,
    open_spares,
    outcomes,
    sampler_of,
    spend,
    tick,
    tick_until,
)


def test_all_domains_are_reported_running_or_not(sampler: DomainSampler) -> None:
    """Every domain that libvirt knows is there, with the sizes it has while it is off."""
    taken = tick(sampler)
    assert {"a": "ok", "b": "ok", "off": "ok"} == outcomes(taken)
    off = by_name(taken)["off"]
    assert (None, 5, 2048 * 1024, None) == (
        off.libvirt_id,
        off.sample.state,
        off.sample.memory_maximum_bytes,
        off.sample.cpu_cores,
    )
    assert ("connected", {"domains": "ok", "domain_details": "ok"}) == (taken.health.state, health(taken))


def test_first_tick_has_gauges_and_no_rates(sampler: DomainSampler) -> None:
    """Nothing is derived from one reading; what needs no second one is there."""
    sample = by_name(tick(sampler))["a"].sample
    assert (1024 * 1024, 900 * 1024, 0.4, 4.0) == (
        sample.memory_assigned_bytes,
        sample.memory_resident_bytes,
        sample.memory_used_ratio,
        sample.memory_age_seconds,
    )
    assert (None, None, None) == (sample.cpu_cores, sample.steal_ratio, sample.block_read_bytes_per_second)


def test_second_tick_has_rates(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Counters that advanced become rates over the measured intervals."""
    tick(sampler)
    daemon.domains[0].info_answer = [1, 2048, 1024, 2, 10_000_000]
    daemon.domains[0].second = detail_record(vcpu__0__delay=101_000_000, block__0__rd__bytes=8192)
    sample = by_name(tick(sampler))["a"].sample
    assert sample.interval_seconds is not None
    assert sample.detail_interval_seconds is not None
    assert pytest.approx(0.01 / sample.interval_seconds, rel=1e-5) == sample.cpu_cores
    assert pytest.approx(0.0005 / sample.detail_interval_seconds, rel=1e-5) == sample.steal_ratio
    assert (
        pytest.approx(4096 / sample.detail_interval_seconds, rel=1e-5) == sample.block_read_bytes_per_second
    )


def test_vm_started_anew_begins_a_new_series(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Same UUID, new libvirt id: no rates, even where the counters went up."""
    tick(sampler)
    daemon.domains[0].libvirt_id = 9
    daemon.domains[0].info_answer = [1, 2048, 1024, 2, 99_000_000_000]
    sample = by_name(tick(sampler))["a"].sample
    assert (None, None, None) == (sample.cpu_cores, sample.vcpu_cores, sample.interval_seconds)


def test_vm_started_between_the_two_tiers_is_partial(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Details of another start than the one reported are no details of it, and that is said."""
    domain = daemon.domains[0]
    tick(sampler)
    daemon.domains[1].before_second = lambda: setattr(domain, "libvirt_id", domain.libvirt_id + 1)
    report = tick_until(sampler, lambda taken: outcomes(taken)["a"] == "partial")
    assert JUST_STARTED == by_name(report)["a"].reason
    assert by_name(report)["a"].sample.memory_resident_bytes is None


def test_slow_call_gives_no_rates_and_says_so(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """When within a slow call the counters were read is not known: a rate would be wrong by as much."""
    tick(sampler)
    daemon.domains[0].before_second = lambda: spend(0.3)
    report = by_name(tick(sampler))["b"]
    assert ("partial", UNEVEN) == (report.sample.outcome, report.reason)
    assert (None, 900 * 1024) == (report.sample.vcpu_cores, report.sample.memory_resident_bytes)
    assert report.sample.cpu_cores is not None


def test_a_counter_that_is_not_believed_makes_a_domain_partial(
    daemon: FakeDaemon, sampler: DomainSampler
) -> None:
    """A disk whose counters fell has no rates, and neither has the sum; the reason says which and what."""
    daemon.domains[0].second = detail_record(block__0__rd__bytes=9000)
    tick(sampler)
    daemon.domains[0].second = detail_record(block__0__rd__bytes=10)
    report = by_name(tick(sampler))["a"]
    assert "partial" == report.sample.outcome
    assert "vda: read_bytes fell (1 time since the start)" == report.reason
    assert (None, 0.0) == (report.sample.block_read_bytes_per_second, report.sample.vcpu_cores)


def test_missing_keys_make_a_domain_partial(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Groups that are absent for no known reason are named; the figures are None."""
    record = detail_record()
    daemon.domains[0].second = {key: value for key, value in record.items() if not key.startswith("balloon")}
    report = by_name(tick(sampler))["a"]
    assert ("partial", "libvirt left out: memory") == (report.sample.outcome, report.reason)
    assert (None, None) == (report.sample.memory_used_bytes, report.sample.memory_age_seconds)


def test_memory_statistics_that_are_off_are_a_visible_finding(
    daemon: FakeDaemon, sampler: DomainSampler
) -> None:
    """A VM without a balloon period is complete, and its reason says how to get guest figures."""
    daemon.domains[0].second = detail_record(**{"balloon__last-update": 0})
    daemon.domains[0].xml = "<domain><devices><memballoon model='virtio'/></devices></domain>"
    report = by_name(tick(sampler))["a"]
    assert "ok" == report.sample.outcome
    assert "guest memory statistics are off: add <stats period='10'/> to the VM's memballoon" == report.reason


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (libvirt.VIR_ERR_NO_DOMAIN, "gone"),
        (libvirt.VIR_ERR_OPERATION_INVALID, "gone"),
        (libvirt.VIR_ERR_OPERATION_TIMEOUT, "busy"),
        (libvirt.VIR_ERR_INTERNAL_ERROR, "partial"),
    ],
)
def test_error_of_one_domain_is_its_own(
    daemon: FakeDaemon, sampler: DomainSampler, code: int, outcome: str
) -> None:
    """A VM that vanishes or is locked between two calls costs neither the tick nor the connection."""
    open_spares(daemon, sampler)
    opened_count = daemon.opened_count
    daemon.domains[0].info_error = libvirt_error(code)
    taken = tick(sampler)
    assert {"a": outcome, "b": "ok", "off": "ok"} == outcomes(taken)
    assert "fake" == by_name(taken)["a"].reason
    assert opened_count == daemon.opened_count


def test_domain_that_is_gone_is_not_reported(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """The list of domains is libvirt's own; an undefined one is not in it."""
    tick(sampler)
    del daemon.domains[0]
    assert {"b", "off"} == set(by_name(tick(sampler)))


def test_gap_has_no_rates(daemon: FakeDaemon) -> None:
    """After more than three intervals without a reading a rate would describe a time nobody watched."""
    sampler = sampler_of(daemon, interval_seconds=0.1)
    tick_until(sampler, lambda taken: taken.domains is not None)
    began = time.monotonic()
    daemon.answering.clear()
    while time.monotonic() - began < 0.4:
        sampler.sample()
    daemon.answering.set()
    taken = tick_until(sampler, lambda taken: taken.domains is not None)
    assert by_name(taken)["a"].sample.cpu_cores is None
    sampler.close()


def test_description_is_sent_once_and_after_a_change(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Title and flags travel with the first sample, then only when libvirt says that they changed."""
    first = by_name(tick(sampler))["a"].description
    assert first is not None
    assert ("a", False, True) == (first.title, first.autostart, first.persistent)
    assert by_name(tick(sampler))["a"].description is None
    daemon.domains[0].xml = "<domain><title>new</title><devices/></domain>"
    daemon.domains[0].fake_autostart = 1
    sampler.changed(daemon.domains[0].uuid)
    sent = tick_until(sampler, lambda taken: by_name(taken)["a"].description is not None)
    description = by_name(sent)["a"].description
    assert description is not None
    assert ("new", True) == (description.title, description.autostart)
    assert (2, 1) == (daemon.domains[0].description_count, daemon.domains[1].description_count)
    assert by_name(tick(sampler))["a"].description is None


def test_start_of_a_vm_reads_its_description_again(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Interfaces get new names at each start, so addresses are read per libvirt id."""
    tick(sampler)
    daemon.domains[0].libvirt_id = 9
    tick_until(sampler, lambda _taken: daemon.domains[0].description_count == 2)
