# SPDX-License-Identifier: Apache-2.0
"""Ticks of a sampler whose libvirt is a fake, and what they say."""

import time
from collections.abc import Callable

from deploy.lab.readiness import wait_until
from publisher.domains.holds import HELD_CAP
from publisher.domains.sampler import DomainSampler, HypervisorTick
from publisher.wire.samples import DomainReport
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon

INTERVAL_SECONDS = 1.0
# finish() must return within half an interval; the rest is this machine's scheduling.
LIMIT_SECONDS = INTERVAL_SECONDS / 2 + 0.4
GUARD_SECONDS = 20.0
NOW = 1_000_004.0


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


def spend(seconds: float) -> None:
    """Let a call of libvirt take so long, by the clock that the sampler measures it with."""
    ends_at = time.monotonic() + seconds
    assert wait_until(lambda: time.monotonic() >= ends_at, timeout_seconds=GUARD_SECONDS)


def open_spares(daemon: FakeDaemon, sampler: DomainSampler) -> None:
    """Take ticks until every connection is open: a tick begins to open a spare one, and does not wait."""
    # One of each tier and one for descriptions; the spare ones are as many as may be held, and two.
    tick_until(sampler, lambda _taken: daemon.opened_count >= 3 + HELD_CAP + 2)


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
