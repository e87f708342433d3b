# SPDX-License-Identifier: Apache-2.0
"""The domains of a host, tick by tick, with a libvirt that misbehaves."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt
import pytest

from publisher.domains import LONGEST_WAIT_SECONDS, DomainSampler, HypervisorTick
from publisher.hypervisor.errors import ConnectionLostError
from publisher.process import domain_source
from publisher.reports import JUST_STARTED, UNEVEN
from publisher.settings import PublisherSettings, SourceSettings
from publisher.wire.samples import DomainReport
from tests.unit.publisher.domains.fake_libvirt import (
    FakeDaemon,
    FakeDomain,
    detail_record,
    libvirt_error,
)

INTERVAL_SECONDS = 1.0
# finish() must return within half an interval; the rest is this machine's scheduling.
LIMIT_SECONDS = INTERVAL_SECONDS / 2 + 0.4
GUARD_SECONDS = 20.0
NOW = 1_000_004.0


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    """Give a daemon with two running domains and one that is off; nothing hangs in it afterwards."""
    running = FakeDaemon(FakeDomain("a", 1), FakeDomain("b", 2), FakeDomain("off", 3, running=False))
    yield running
    running.answering.set()
    for domain in running.domains:
        domain.thaw()


@pytest.fixture
def sampler(daemon: FakeDaemon) -> Iterator[DomainSampler]:
    """Give a sampler of the daemon."""
    made = sampler_of(daemon)
    yield made
    made.close()


def sampler_of(daemon: FakeDaemon, interval_seconds: float = INTERVAL_SECONDS) -> DomainSampler:
    """Return a started sampler."""
    made = DomainSampler(
        uri="fake:///",
        interval_seconds=interval_seconds,
        open_connection=daemon.connect,
        wall_clock_seconds=lambda: NOW,
    )
    made.start()
    return made


def tick(sampler: DomainSampler) -> HypervisorTick:
    """Take a tick, and check that it kept its deadline."""
    began = time.monotonic()
    taken = sampler.sample()
    assert time.monotonic() - began < LIMIT_SECONDS
    return taken


def by_name(taken: HypervisorTick) -> dict[str, DomainReport]:
    """Return the reports of a tick."""
    assert taken.domains is not None
    return {report.name: report for report in taken.domains}


def outcomes(taken: HypervisorTick) -> dict[str, str]:
    """Return the outcomes of a tick's domains."""
    return {name: report.sample.outcome for name, report in by_name(taken).items()}


def tick_until(sampler: DomainSampler, condition: Callable[[HypervisorTick], bool]) -> HypervisorTick:
    """Take ticks until one meets a condition."""
    deadline = time.monotonic() + GUARD_SECONDS
    while time.monotonic() < deadline:
        taken = tick(sampler)
        if condition(taken):
            return taken
    raise AssertionError("no tick met the condition")


def health(taken: HypervisorTick) -> dict[str, str]:
    """Return the outcomes of a tick's collectors."""
    return {entry.name: entry.outcome for entry in taken.collectors}


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
    daemon.domains[0].before_second = lambda: time.sleep(0.3)
    report = by_name(tick(sampler))["b"]
    assert ("partial", UNEVEN) == (report.sample.outcome, report.reason)
    assert (None, 900 * 1024) == (report.sample.vcpu_cores, report.sample.memory_resident_bytes)
    assert report.sample.cpu_cores is not None


def test_one_stuck_vm_does_not_hide_the_others(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """With a QEMU stopped every tick keeps its deadline and the other VMs stay complete, in the same tick."""
    tick(sampler)
    daemon.domains[0].freeze()
    for _ in range(4):
        taken = tick(sampler)
        assert {"a": "timed_out", "b": "ok", "off": "ok"} == outcomes(taken)
        reports = by_name(taken)
        assert reports["a"].reason is not None
        assert reports["a"].reason.startswith("monitor stuck for ")
        assert reports["b"].sample.vcpu_cores is not None
        assert reports["a"].sample.cpu_cores is not None
        assert 1 == taken.health.abandoned_call_count


def test_unanswered_question_frees_no_stuck_vm(
    daemon: FakeDaemon, sampler: DomainSampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not knowing who holds a monitor costs no second call that hangs."""
    tick(sampler)
    daemon.domains[0].freeze()
    assert "timed_out" == outcomes(tick(sampler))["a"]
    with monkeypatch.context() as patch:
        patch.setattr(sampler._overviews, "controls", lambda _uuids, _deadline_seconds: None)
        assert "timed_out" == outcomes(tick(sampler))["a"]
    taken = tick(sampler)
    assert ("timed_out", 1) == (outcomes(taken)["a"], taken.health.abandoned_call_count)


def test_monitor_that_cannot_be_asked_about_hides_no_other(
    daemon: FakeDaemon, sampler: DomainSampler
) -> None:
    """An error about one VM is no reason not to learn which one is stuck."""
    daemon.domains[1].control_error = libvirt_error(libvirt.VIR_ERR_INTERNAL_ERROR)
    daemon.domains.insert(0, daemon.domains.pop(1))
    tick(sampler)
    stuck = daemon.domains[1]
    stuck.freeze()
    assert {"a": "timed_out", "b": "ok", "off": "ok"} == outcomes(tick(sampler))


def test_stuck_vm_comes_back(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Once the QEMU runs again the VM is complete again and nothing hangs in libvirt any more."""
    daemon.domains[0].freeze()
    tick(sampler)
    daemon.domains[0].thaw()
    taken = tick_until(sampler, lambda taken: outcomes(taken)["a"] == "ok")
    tick_until(sampler, lambda taken: taken.health.abandoned_call_count == 0)
    assert by_name(taken)["a"].sample.memory_used_ratio is not None


def test_two_stuck_vms_at_once_cost_one_attempt_each(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """A second stuck VM is found by the second attempt; what is left is complete by the third."""
    daemon.domains.append(FakeDomain("c", 4))
    tick(sampler)
    daemon.domains[0].freeze()
    daemon.domains[1].freeze()
    taken = tick_until(sampler, lambda taken: outcomes(taken)["c"] == "ok")
    assert {"a": "timed_out", "b": "timed_out", "c": "ok", "off": "ok"} == outcomes(taken)
    assert 2 == taken.health.abandoned_call_count


def test_hanging_calls_are_capped(daemon: FakeDaemon) -> None:
    """However many VMs are stuck, at most three calls are abandoned; then details pause, states go on."""
    daemon.domains += [FakeDomain(f"stuck-{number}", number) for number in range(4, 9)]
    sampler = sampler_of(daemon)
    tick(sampler)
    for domain in daemon.domains[3:]:
        domain.freeze()
    for _ in range(8):
        taken = tick(sampler)
    assert 3 == taken.health.abandoned_call_count
    assert "slow" == health(taken)["domain_details"]
    assert "details paused: 3 calls hang in libvirt" == by_name(taken)["a"].reason
    assert by_name(taken)["a"].sample.cpu_cores is not None
    calls = len(daemon.detail_calls)
    tick(sampler)
    assert calls == len(daemon.detail_calls)
    for domain in daemon.domains:
        domain.thaw()
    tick_until(sampler, lambda taken: set(outcomes(taken).values()) == {"ok"})
    sampler.close()


def test_vm_that_another_caller_holds_is_busy(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Keys left out because of NOWAIT are explained by who holds the VM, not reported as 0."""
    domain = daemon.domains[0]
    domain.second = {"balloon.current": 1024}
    domain.control = [1, 0, 42_000]
    report = by_name(tick(sampler))["a"]
    assert ("busy", "a job of libvirt has held the VM for 42 s") == (report.sample.outcome, report.reason)
    domain.control = [2, 0, 100]
    report = by_name(tick(sampler))["a"]
    assert ("busy", "another caller holds QEMU's monitor") == (report.sample.outcome, report.reason)
    domain.control = [2, 0, 65_000]
    report = by_name(tick(sampler))["a"]
    assert ("timed_out", "monitor stuck for 65 s") == (report.sample.outcome, report.reason)
    assert report.sample.memory_resident_bytes is None


def test_vm_that_another_caller_holds_is_not_described(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Asking for its description would take up to half a minute, in which no other VM is described."""
    held = daemon.domains[0]
    tick_until(sampler, lambda _taken: held.description_count == 1)
    held.second = {"balloon.current": 1024}
    held.control = [1, 0, 42_000]
    tick(sampler)
    sampler.changed(None)
    tick_until(sampler, lambda _taken: daemon.domains[1].description_count == 2)
    assert 1 == held.description_count


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
    tick(sampler)
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


def test_frozen_daemon_is_a_state(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """While libvirt does not answer ticks keep their deadline, say so, and pile up no calls."""
    tick(sampler)
    daemon.answering.clear()
    for _ in range(3):
        taken = tick(sampler)
        assert ("disconnected", None) == (taken.health.state, taken.domains)
        assert taken.health.reason is not None
        assert taken.health.reason.startswith("libvirt has not answered for")
        assert {"domains": "slow", "domain_details": "slow"} == health(taken)
    daemon.answering.set()
    taken = tick_until(sampler, lambda taken: taken.health.state == "connected")
    assert {"a", "b", "off"} == set(by_name(taken))


def test_long_interval_is_no_reason_to_wait_long(daemon: FakeDaemon) -> None:
    """A process that is told to stop ends with its tick."""
    daemon.answering.clear()
    sampler = sampler_of(daemon, interval_seconds=60.0)
    began = time.monotonic()
    assert "disconnected" == sampler.sample().health.state
    assert time.monotonic() - began < LONGEST_WAIT_SECONDS + 1.0
    sampler.close()


def test_daemon_that_does_not_even_accept_is_a_state(daemon: FakeDaemon) -> None:
    """Opening a connection may hang as any call may; the first tick keeps its deadline too."""
    daemon.answering.clear()
    sampler = sampler_of(daemon)
    assert "disconnected" == tick(sampler).health.state
    daemon.answering.set()
    tick_until(sampler, lambda taken: taken.health.state == "connected")
    sampler.close()


def test_restarted_daemon_goes_unnoticed(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Connections that died with the daemon are replaced within the tick; rates go on, ids being the same."""
    tick(sampler)
    opened_count = daemon.opened_count
    daemon.restart()
    taken = tick(sampler)
    assert {"a": "ok", "b": "ok", "off": "ok"} == outcomes(taken)
    assert by_name(taken)["a"].sample.cpu_cores is not None
    assert opened_count + 2 == daemon.opened_count


@pytest.mark.parametrize(
    ("code", "origin"),
    [
        (libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC),
        (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_RPC),
        (libvirt.VIR_ERR_OPERATION_FAILED, libvirt.VIR_FROM_REMOTE),
        (libvirt.VIR_ERR_NO_CONNECT, libvirt.VIR_FROM_NONE),
        (libvirt.VIR_ERR_INVALID_CONN, libvirt.VIR_FROM_NONE),
    ],
)
def test_dead_daemon_is_a_state(daemon: FakeDaemon, sampler: DomainSampler, code: int, origin: int) -> None:
    """Errors of the connection mean "disconnected" and unknown domains, not an empty host."""
    tick(sampler)
    daemon.error = libvirt_error(code, origin, "connection refused")
    daemon.open_error = ConnectionLostError("connection refused")
    taken = tick(sampler)
    assert ("disconnected", None) == (taken.health.state, taken.domains)
    assert taken.health.reason is not None
    assert taken.health.reason.startswith("connection refused")
    assert {"domains": "failed", "domain_details": "failed"} == health(taken)


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


def test_host_without_libvirt_is_a_host_without_vms(tmp_path: Path) -> None:
    """No daemon and no socket below the root of the settings: absent, no domains rather than unknown ones."""
    settings = PublisherSettings(host="hv042", sources=SourceSettings(root=tmp_path))
    sampler = domain_source(settings, interval_seconds=INTERVAL_SECONDS)
    sampler.start()
    taken = tick(sampler)
    assert ("absent", []) == (taken.health.state, taken.domains)
    assert taken.health.reason is not None
    assert taken.health.reason.startswith("this host has no libvirt")
    assert {"domains": "unavailable", "domain_details": "unavailable"} == health(taken)
