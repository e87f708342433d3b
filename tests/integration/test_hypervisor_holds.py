# SPDX-License-Identifier: Apache-2.0
"""VMs whose lock a real libvirt holds for somebody: a destroy that waits, a save to storage that is dead."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt
import pytest

from deploy.lab.guest import Guest, Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.readiness import wait_until
from publisher.domains.holds import HELD_CAP
from publisher.domains.sampler import LONGEST_WAIT_SECONDS, DomainSampler, HypervisorTick
from publisher.hypervisor import library
from publisher.wire.samples import DomainReport

INTERVAL_SECONDS = 4.0
PATIENCE_SECONDS = 90.0
# How often each state is seen before it counts as lasting.
TICK_COUNT = 4

GUESTS = [Guest(name=f"paused-{number}") for number in (1, 2, 3)]
OFF = Guest(name="off")


@pytest.fixture(scope="module")
def libvirt_daemon() -> Iterator[LibvirtDaemon]:
    """Give a libvirt with three guests that are paused and one that is off."""
    library.load()
    with LibvirtDaemon.start() as daemon:
        with Guests(daemon) as guests:
            guests.define(*GUESTS, OFF)
            for guest in GUESTS:
                guests.start(guest.name, paused=True)
        yield daemon


@pytest.fixture
def guests(libvirt_daemon: LibvirtDaemon) -> Iterator[Guests]:
    """Give the guests on a connection of the test's own."""
    with Guests(libvirt_daemon) as made:
        yield made


@pytest.fixture
def sampler(libvirt_daemon: LibvirtDaemon) -> Iterator[DomainSampler]:
    """Give a sampler that has seen every guest with its rates."""
    made = sampler_of(libvirt_daemon, INTERVAL_SECONDS)
    for _ in range(HELD_CAP + 2):
        # One spare connection after the other learns of the guests.
        tick(made)
    tick_until(made, lambda reports: all(is_complete(report) for report in reports.values()))
    yield made
    made.close()


def sampler_of(daemon: LibvirtDaemon, interval_seconds: float) -> DomainSampler:
    """Return a started sampler."""
    made = DomainSampler(uri=daemon.uri_read_only, interval_seconds=interval_seconds)
    made.start()
    return made


def tick(sampler: DomainSampler, interval_seconds: float = INTERVAL_SECONDS) -> HypervisorTick:
    """Take a tick, and check that it kept its deadline and that libvirt counts as connected."""
    began = time.monotonic()
    taken = sampler.sample()
    assert time.monotonic() - began < min(interval_seconds / 2, LONGEST_WAIT_SECONDS) + 0.5
    assert "connected" == taken.health.state
    return taken


def by_name(taken: HypervisorTick) -> dict[str, DomainReport]:
    """Return the domains of a tick."""
    assert taken.domains is not None
    return {report.name: report for report in taken.domains}


def is_complete(report: DomainReport) -> bool:
    """Whether a guest has the figures of both tiers, or is off and known."""
    sample = report.sample
    figures = (sample.cpu_cores, sample.vcpu_cores, sample.memory_resident_bytes)
    return sample.outcome == "ok" and (report.libvirt_id is None or None not in figures)


def tick_until(
    sampler: DomainSampler, condition: Callable[[dict[str, DomainReport]], bool]
) -> HypervisorTick:
    """Take ticks until the domains, by name, meet a condition."""
    last: list[HypervisorTick] = []

    def attempt() -> bool:
        last[:] = [tick(sampler)]
        return condition(by_name(last[0]))

    assert wait_until(attempt, timeout_seconds=PATIENCE_SECONDS), f"no tick met the condition: {last}"
    return last[0]


def require_others_complete(taken: HypervisorTick, *held: str) -> None:
    """Check that all but the held guests have all their figures."""
    incomplete = {
        name: (report.sample.outcome, report.reason)
        for name, report in by_name(taken).items()
        if name not in held and not is_complete(report)
    }
    assert {} == incomplete


@contextlib.contextmanager
def underway(
    daemon: LibvirtDaemon, name: str, act: Callable[[libvirt.virDomain], object]
) -> Iterator[threading.Thread]:
    """Have somebody else do something to a guest meanwhile; its failure is expected."""
    connection = libvirt.open(daemon.uri)
    domain = connection.lookupByName(name)

    def run() -> None:
        with contextlib.suppress(libvirt.libvirtError):
            act(domain)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield thread
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    connection.close()


@contextlib.contextmanager
def saved_to_nobody(daemon: LibvirtDaemon, name: str) -> Iterator[None]:
    """Have a guest saved into a FIFO that nobody reads: like a file on a dead NFS server."""
    fifo = daemon.directory / f"{name}.fifo"
    os.mkfifo(fifo)
    before = waiting_count(daemon)
    with underway(daemon, name, lambda domain: domain.save(str(fifo))):
        assert wait_until(lambda: waiting_count(daemon) > before, timeout_seconds=PATIENCE_SECONDS)
        try:
            yield
        finally:
            let_save_fail(fifo)


def waiting_count(daemon: LibvirtDaemon) -> int:
    """Return how many threads of libvirt wait for somebody to read a FIFO."""
    tasks = Path(f"/proc/{daemon.daemon.pid}/task").glob("*/wchan")
    return [task.read_text() for task in tasks].count("wait_for_partner")


def let_save_fail(fifo: Path) -> None:
    """Read a little and close: the save ends with a broken pipe and the guest goes on."""
    reader = os.open(fifo, os.O_RDONLY)
    os.read(reader, 1)
    os.close(reader)


def test_destroy_that_waits_for_a_stopped_qemu(
    libvirt_daemon: LibvirtDaemon, guests: Guests, sampler: DomainSampler
) -> None:
    """A graceful destroy holds its guest for 15 s: the others miss no tick and no figure, and it says why."""
    name = GUESTS[0].name
    guests.freeze(name)
    seen = []
    gracefully = libvirt.VIR_DOMAIN_DESTROY_GRACEFUL
    try:
        with underway(libvirt_daemon, name, lambda domain: domain.destroyFlags(gracefully)) as thread:
            while thread.is_alive():
                taken = tick(sampler)
                require_others_complete(taken, name)
                report = by_name(taken)[name]
                seen.append((report.sample.outcome, report.reason or ""))
    finally:
        guests.thaw(name)
    held = [outcome for outcome, reason in seen if reason.startswith("held in libvirt for ")]
    assert "timed_out" in held, seen
    tick_until(sampler, lambda reports: reports[name].sample.outcome == "ok")


def test_save_to_dead_storage(libvirt_daemon: LibvirtDaemon, sampler: DomainSampler) -> None:
    """A save that cannot open its file holds its guest for as long: only that one is without figures."""
    name = GUESTS[1].name
    with saved_to_nobody(libvirt_daemon, name):
        taken = tick_until(sampler, lambda reports: reports[name].sample.outcome == "timed_out")
        for _ in range(TICK_COUNT):
            require_others_complete(taken, name)
            report = by_name(taken)[name]
            assert ("timed_out", None) == (report.sample.outcome, report.sample.cpu_cores)
            assert (report.reason or "").startswith("held in libvirt for ")
            assert taken.health.abandoned_call_count <= 3
            taken = tick(sampler)
    tick_until(sampler, lambda reports: all(is_complete(report) for report in reports.values()))
    assert wait_until(
        lambda: tick(sampler).health.abandoned_call_count == 0, timeout_seconds=PATIENCE_SECONDS
    )


def test_guest_started_while_another_is_held(
    libvirt_daemon: LibvirtDaemon, guests: Guests, sampler: DomainSampler
) -> None:
    """Nothing can list the guests then. The event of a new one makes it known, an answer that it is gone."""
    name, new = GUESTS[2].name, Guest(name="new")
    with saved_to_nobody(libvirt_daemon, name):
        tick_until(sampler, lambda reports: reports[name].sample.outcome == "timed_out")
        guests.define(new)
        guests.start(new.name, paused=True)
        sampler.changed(new.uuid)
        tick_until(sampler, lambda reports: new.name in reports and is_complete(reports[new.name]))
        guests.undefine(new.name)
        tick_until(sampler, lambda reports: new.name not in reports)
        require_others_complete(tick(sampler), name)


@pytest.mark.long
def test_three_of_a_hundred_guests_are_held() -> None:
    """While three are held, the other 97 miss no tick and no figure."""
    interval_seconds = 10.0
    library.load()
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(LibvirtDaemon.start())
        names = stack.enter_context(Guests(daemon)).define_many(100)
        held = names[10], names[50], names[90]
        sampler = sampler_of(daemon, interval_seconds)
        stack.callback(sampler.close)

        def all_complete() -> bool:
            reports = by_name(tick(sampler, interval_seconds))
            return all(is_complete(report) for report in reports.values())

        for _ in range(HELD_CAP + 2):
            tick(sampler, interval_seconds)
        assert wait_until(all_complete, timeout_seconds=PATIENCE_SECONDS)
        with contextlib.ExitStack() as saves:
            for name in held:
                saves.enter_context(saved_to_nobody(daemon, name))
            for _ in range(3 * TICK_COUNT):
                taken = tick(sampler, interval_seconds)
                assert 100 == len(by_name(taken))
                require_others_complete(taken, *held)
                assert taken.health.abandoned_call_count <= 5
            assert {"timed_out"} == {by_name(taken)[name].sample.outcome for name in held}
        assert wait_until(all_complete, timeout_seconds=PATIENCE_SECONDS)
