# SPDX-License-Identifier: Apache-2.0
"""The connection to libvirt as ticks see it: frozen, dead, restarted, absent."""

import sys
import time
from pathlib import Path

import libvirt
import pytest

from publisher.domains.sampler import LONGEST_WAIT_SECONDS, DomainSampler
from publisher.hypervisor.errors import ConnectionLostError
from publisher.process import domain_source
from publisher.settings import PublisherSettings, SourceSettings
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, libvirt_error
from tests.unit.publisher.domains.ticks import (
    INTERVAL_SECONDS,
    by_name,
    health,
    open_spares,
    outcomes,
    sampler_of,
    tick,
    tick_until,
)


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


def test_long_interval_is_no_reason_to_wait_long(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is told to stop ends with its tick: five seconds, of which the test waits a tenth."""
    assert 5.0 == LONGEST_WAIT_SECONDS
    longest_seconds = 0.5
    monkeypatch.setattr(sys.modules[DomainSampler.__module__], "LONGEST_WAIT_SECONDS", longest_seconds)
    daemon.answering.clear()
    sampler = sampler_of(daemon, interval_seconds=60.0)
    began = time.monotonic()
    assert "disconnected" == sampler.sample().health.state
    assert longest_seconds <= time.monotonic() - began < longest_seconds + 1.0
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
    open_spares(daemon, sampler)
    opened_count = daemon.opened_count
    daemon.restart()
    taken = tick(sampler)
    assert {"a": "ok", "b": "ok", "off": "ok"} == outcomes(taken)
    assert by_name(taken)["a"].sample.cpu_cores is not None
    # Those of the two tiers, and a spare one if it was its turn.
    assert daemon.opened_count - opened_count in (2, 3)


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
