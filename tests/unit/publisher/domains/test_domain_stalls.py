# SPDX-License-Identifier: Apache-2.0
"""VMs whose QEMU is stuck or held by others: they cost the others nothing."""

import libvirt
import pytest

from publisher.domains.sampler import DomainSampler
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, FakeDomain, libvirt_error
from tests.unit.publisher.domains.ticks import by_name, health, outcomes, sampler_of, tick, tick_until


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


def test_vm_that_is_held_for_a_moment_is_asked_again(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Once, within the tick; what was left out of it at the tick before is no reason to ask twice."""
    domain, held = daemon.domains[0], {"balloon.current": 1024}
    tick(sampler)
    answers = iter([held, domain.second])
    domain.before_second = lambda: setattr(domain, "second", next(answers))
    assert "ok" == outcomes(tick(sampler))["a"]
    assert ["a"] == daemon.detail_calls[-1]
    domain.before_second = lambda: setattr(domain, "second", held)
    tick(sampler)
    call_count = len(daemon.detail_calls)
    tick(sampler)
    assert call_count + 1 == len(daemon.detail_calls)


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
