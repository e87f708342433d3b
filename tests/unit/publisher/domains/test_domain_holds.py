# SPDX-License-Identifier: Apache-2.0
"""VMs whose lock somebody holds in libvirt: every question about one hangs, and costs the others nothing."""

import time

import pytest

from publisher.domains.holds import HELD_CAP
from publisher.domains.overviews import _GIVE_UP_SECONDS
from publisher.domains.sampler import DomainSampler
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, FakeDomain
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


def test_one_held_vm_hides_no_other(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Every tick keeps its deadline and has the others complete, in the same tick; the held one says why."""
    tick_until(sampler, lambda taken: by_name(taken)["b"].sample.cpu_cores is not None)
    daemon.domains[0].hold()
    for number in range(4):
        taken = tick(sampler)
        reports = by_name(taken)
        assert "connected" == taken.health.state
        assert {"b": "ok", "off": "ok"} == {name: reports[name].sample.outcome for name in ("b", "off")}
        assert reports["b"].sample.cpu_cores is not None
        assert reports["b"].sample.vcpu_cores is not None
        held = reports["a"]
        assert held.sample.outcome == ("busy" if number == 0 else held.sample.outcome)
        assert (held.reason or "").startswith("held in libvirt for ")
        # Which VM it is stays known, its figures are not.
        assert (1, 1, None) == (held.libvirt_id, held.sample.state, held.sample.cpu_cores)
    # The question about all, the one about the VM, and at most one of the second tier.
    assert taken.health.abandoned_call_count <= 3
    assert "timed_out" == outcomes(tick_until(sampler, lambda taken: outcomes(taken)["a"] != "busy"))["a"]


def test_held_vm_comes_back(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Once the lock is free the VM is complete again, nothing hangs, and one call asks for all as before."""
    open_spares(daemon, sampler)
    daemon.domains[0].hold()
    tick(sampler)
    daemon.domains[0].let_go()
    tick_until(sampler, lambda taken: set(outcomes(taken).values()) == {"ok"})
    tick_until(sampler, lambda taken: taken.health.abandoned_call_count == 0)
    opened_count = daemon.opened_count
    tick(sampler)
    assert opened_count == daemon.opened_count


def test_several_held_vms_cost_one_question_each(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """With three held at once the fourth is complete; no further call hangs at later ticks."""
    daemon.domains += [FakeDomain("c", 4), FakeDomain("d", 5)]
    tick(sampler)
    for domain in daemon.domains[0], daemon.domains[1], daemon.domains[3]:
        domain.hold()
    taken = tick_until(sampler, lambda taken: by_name(taken)["d"].sample.vcpu_cores is not None)
    count = taken.health.abandoned_call_count
    for _ in range(3):
        taken = tick(sampler)
        assert ("ok", "ok") == (outcomes(taken)["d"], outcomes(taken)["off"])
    assert count == taken.health.abandoned_call_count


def test_held_vms_are_capped(daemon: FakeDaemon) -> None:
    """However many are held, few calls hang; who answered before goes on, the rest says why not."""
    held = [FakeDomain(f"held-{number}", number) for number in range(10, 30)]
    daemon.domains += held
    sampler = sampler_of(daemon)
    tick(sampler)
    for domain in held:
        domain.hold()
    tick_until(sampler, lambda taken: taken.domains is not None and len(sampler._overviews.holds) == HELD_CAP)
    for _ in range(3):
        taken = tick(sampler)
        assert ("ok", "ok") == (outcomes(taken)["a"], outcomes(taken)["b"])
        assert f"not asked: {HELD_CAP} calls hang in libvirt" == by_name(taken)["held-29"].reason
    assert HELD_CAP + 5 >= taken.health.abandoned_call_count
    for domain in held:
        domain.let_go()
    tick_until(sampler, lambda taken: set(outcomes(taken).values()) == {"ok"})
    sampler.close()


def test_new_vm_is_seen_while_another_is_held(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Nothing can list the domains then: an event tells of a new one, an answer of one that is gone."""
    tick(sampler)
    daemon.domains[0].hold()
    tick(sampler)
    new = FakeDomain("new", 7)
    daemon.domains.append(new)
    sampler.changed(new.uuid)
    assert "new" in by_name(tick_until(sampler, lambda taken: "new" in by_name(taken)))
    daemon.domains.remove(new)
    assert {"a", "b", "off"} == set(by_name(tick(sampler)))


def test_vm_held_after_the_overview_is_left_out_of_details(
    daemon: FakeDaemon, sampler: DomainSampler
) -> None:
    """The question who holds the monitors hangs too; the tick ends in time and the others lose nothing."""
    tick(sampler)
    domain = daemon.domains[0]
    daemon.domains[0].before_info = domain.hold
    taken = tick(sampler)
    assert ("ok", "ok") == (outcomes(taken)["off"], outcomes(tick(sampler))["b"])
    domain.before_info = lambda: None
    domain.let_go()
    tick_until(sampler, lambda taken: set(outcomes(taken).values()) == {"ok"})


def test_only_vm_of_a_host_is_held(daemon: FakeDaemon) -> None:
    """That libvirt itself answers is known without any VM that does."""
    del daemon.domains[1:]
    sampler = sampler_of(daemon)
    tick(sampler)
    daemon.domains[0].hold()
    for _ in range(3):
        taken = tick(sampler)
        assert ("connected", ["a"]) == (taken.health.state, list(by_name(taken)))
    sampler.close()


def test_frozen_daemon_is_no_held_vm(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """A daemon that answers nothing holds no VM, also where the publisher asks one by one."""
    tick(sampler)
    daemon.domains[0].hold()
    tick(sampler)
    daemon.answering.clear()
    counts = [tick(sampler).health for _ in range(4)]
    assert {"disconnected"} == {found.state for found in counts}
    assert counts[1].abandoned_call_count >= counts[-1].abandoned_call_count
    daemon.answering.set()
    daemon.domains[0].let_go()
    tick_until(sampler, lambda taken: taken.domains is not None and set(outcomes(taken).values()) == {"ok"})


def test_call_that_nothing_explains_is_given_up(
    daemon: FakeDaemon, sampler: DomainSampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A domain that nobody knows yet may hold up the call for all: the known ones are asked alone."""
    assert 60.0 == _GIVE_UP_SECONDS
    tick(sampler)
    stranger = FakeDomain("stranger", 7)
    stranger.hold()
    daemon.domains.append(stranger)
    for _ in range(2):
        assert {"a": "ok", "b": "ok", "off": "ok"} == outcomes(tick(sampler))
    monkeypatch.setattr("publisher.domains.overviews._GIVE_UP_SECONDS", 0.0)
    assert {"a": "ok", "b": "ok", "off": "ok"} == outcomes(tick(sampler))
    stranger.let_go()
    tick_until(sampler, lambda taken: "stranger" in outcomes(taken))


def test_slow_answer_about_one_vm_gives_no_wrong_rates(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Its CPU time was read at an unknown instant; its neighbours' rates have instants of their own."""
    slow, other = daemon.domains[0], daemon.domains[1]

    def count(domain: FakeDomain) -> None:
        domain.info_answer[4] = int(time.monotonic() * 0.8e9)

    slow.before_info, other.before_info = lambda: count(slow), lambda: count(other)
    tick_until(sampler, lambda taken: by_name(taken)["b"].sample.cpu_cores is not None)

    def late() -> None:
        spend(0.3)
        count(slow)

    slow.before_info = late
    reports = by_name(tick(sampler))
    assert reports["a"].sample.cpu_cores is None
    assert "ok" != reports["a"].sample.outcome
    assert reports["a"].reason
    assert pytest.approx(0.8, rel=0.05) == reports["b"].sample.cpu_cores
    slow.before_info = lambda: count(slow)
    taken = tick_until(sampler, lambda taken: by_name(taken)["a"].sample.cpu_cores is not None)
    assert pytest.approx(0.8, rel=0.05) == by_name(taken)["a"].sample.cpu_cores
    assert "ok" == health(taken)["domains"]
