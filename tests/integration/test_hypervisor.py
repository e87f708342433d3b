# SPDX-License-Identifier: Apache-2.0
"""The domains of a real libvirt with real QEMU guests: figures, states, and what hangs when."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt
import pytest

from deploy.lab.guest import Guest, Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.readiness import wait_until
from publisher.domains.sampler import DomainSampler, HypervisorTick
from publisher.hypervisor import library
from publisher.wire.samples import DomainReport
from publisher.wire.states import state_name, state_reason_name

INTERVAL_SECONDS = 4.0
# finish() returns within half an interval; the rest is a busy machine's scheduling.
LIMIT_SECONDS = INTERVAL_SECONDS / 2 + 0.5
PATIENCE_SECONDS = 90.0

LOADED = Guest(name="loaded", load="cpu:30,disk:8,network:1", memory_bytes=160 << 20, title="Load", network=1)
PAUSED = [Guest(name=f"paused-{number}") for number in (1, 2, 3)]
OFF = Guest(name="off")


class Hypervisor:
    """A private libvirt, its guests and a sampler of them."""

    def __init__(self, daemon: LibvirtDaemon, guests: Guests) -> None:
        self.daemon = daemon
        self.guests = guests
        self.sampler = DomainSampler(uri=daemon.uri_read_only, interval_seconds=INTERVAL_SECONDS)
        self.sampler.start()

    def tick(self) -> HypervisorTick:
        """Take a tick, and check that it kept its deadline."""
        began = time.monotonic()
        taken = self.sampler.sample()
        assert time.monotonic() - began < LIMIT_SECONDS
        return taken

    def tick_until(self, condition: Callable[[dict[str, DomainReport]], bool]) -> dict[str, DomainReport]:
        """Take ticks until the domains, by name, meet a condition."""
        last: list[HypervisorTick] = []

        def attempt() -> dict[str, DomainReport] | None:
            last[:] = [self.tick()]
            reports = by_name(last[0])
            return reports if condition(reports) else None

        found = wait_until(attempt, timeout_seconds=PATIENCE_SECONDS)
        assert found is not None, f"no tick met the condition; the last one: {last}"
        return found

    def virsh(self, *arguments: str) -> str:
        """Return what virsh of the lab prints, as an independent witness."""
        # A folder that exists under this name on both sides.
        log = self.daemon.directory / "virsh.txt"
        log.unlink(missing_ok=True)
        command = ["virsh", "-q", "-r", "-c", self.daemon.uri_read_only, *arguments]
        self.daemon.enclosure.run(command, log=log)
        return log.read_text().strip()


@pytest.fixture(scope="module")
def libvirt_daemon() -> Iterator[LibvirtDaemon]:
    """Give a libvirt with a guest under load, three that are paused and one that is off."""
    # The lab opens connections in this process too; libvirt wants its event loop registered before the first.
    library.load()
    with LibvirtDaemon.start() as daemon:
        with Guests(daemon) as guests:
            guests.define(LOADED, *PAUSED, OFF)
            guests.start(LOADED.name)
            for guest in PAUSED:
                guests.start(guest.name, paused=True)
            guests.wait_booted(LOADED.name)
        yield daemon


@pytest.fixture
def hypervisor(libvirt_daemon: LibvirtDaemon) -> Iterator[Hypervisor]:
    """Give the libvirt with a new sampler that has complete figures of every guest."""
    # A connection of the test's own: the one before may have died with a daemon that was killed.
    with Guests(libvirt_daemon) as guests:
        made = Hypervisor(libvirt_daemon, guests)
        made.tick_until(lambda found: {"ok"} == {report.sample.outcome for report in found.values()})
        made.tick_until(lambda found: found["loaded"].sample.vcpu_cores is not None)
        yield made
        made.sampler.close()


def by_name(taken: HypervisorTick) -> dict[str, DomainReport]:
    """Return the reports of a tick; none while libvirt is away."""
    return {report.name: report for report in taken.domains or ()}


def processor_seconds(pid: int) -> float:
    """Return the CPU time of a process (proc_pid_stat(5): utime, stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Return the resident size of a process (proc_pid_statm(5))."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_processor_figures_agree_with_the_kernel(hypervisor: Hypervisor) -> None:
    """The cores a VM uses are those its QEMU process used; vCPUs and overhead add up to them."""
    pid = hypervisor.guests.guest_pid("loaded")
    hypervisor.tick()
    began, began_cpu = time.monotonic(), processor_seconds(pid)
    assert wait_until(lambda: processor_seconds(pid) > began_cpu + 1.5, timeout_seconds=PATIENCE_SECONDS)
    sample = by_name(hypervisor.tick())["loaded"].sample
    truth = (processor_seconds(pid) - began_cpu) / (time.monotonic() - began)
    assert pytest.approx(truth, abs=0.03) == sample.cpu_cores
    assert sample.vcpu_cores is not None
    assert sample.cpu_overhead_cores is not None
    assert pytest.approx(truth, abs=0.06) == sample.vcpu_cores + sample.cpu_overhead_cores
    assert sample.steal_ratio is not None
    assert 0 <= sample.steal_ratio < 1


def test_memory_figures_agree_with_libvirt_and_the_kernel(hypervisor: Hypervisor) -> None:
    """Assigned, used inside (from the guest's balloon) and resident on the host are three figures."""
    reports = hypervisor.tick_until(lambda found: found["loaded"].sample.memory_used_bytes is not None)
    sample = reports["loaded"].sample
    connection = libvirt.openReadOnly(hypervisor.daemon.uri_read_only)
    truth = connection.lookupByName("loaded").memoryStats()
    connection.close()
    assert LOADED.memory_bytes == sample.memory_assigned_bytes
    assert truth["available"] * 1024 == sample.memory_guest_total_bytes
    used = (truth["available"] - truth["usable"]) * 1024
    assert pytest.approx(used, rel=0.05) == sample.memory_used_bytes
    pid = hypervisor.guests.guest_pid("loaded")
    assert pytest.approx(resident_bytes(pid), rel=0.05) == sample.memory_resident_bytes
    assert sample.memory_age_seconds is not None
    assert sample.memory_age_seconds < 30


def test_devices_of_a_real_guest(hypervisor: Hypervisor) -> None:
    """The guest writes to its disk and talks over its interface, known by its MAC address."""
    reports = hypervisor.tick_until(
        lambda found: (
            bool(found["loaded"].sample.block_write_requests_per_second)
            and bool(found["loaded"].sample.block_latency_seconds)
        )
    )
    (block,) = reports["loaded"].blocks
    assert ("vda", LOADED.disk_bytes) == (block.device, block.capacity_bytes)
    assert block.allocation_bytes is not None
    assert 0 < block.allocation_bytes <= LOADED.disk_bytes
    assert reports["loaded"].sample.block_write_bytes_per_second == block.write_bytes_per_second
    if Path("/dev/net/tun").exists():
        (interface,) = reports["loaded"].interfaces
        assert "52:54:00:4b:00:01" == interface.device


def test_states_are_those_virsh_prints(hypervisor: Hypervisor) -> None:
    """Numbers of the wire read as virsh's words, for running, paused and shut-off guests."""
    hypervisor.guests.pause("loaded")
    try:
        reports = by_name(hypervisor.tick())
        for name, report in reports.items():
            sample = report.sample
            words = (
                f"{state_name(sample.state)} ({state_reason_name(sample.state, sample.state_reason or 0)})"
            )
            assert hypervisor.virsh("domstate", name, "--reason") == words
    finally:
        hypervisor.guests.resume("loaded")
    assert {"loaded", "off", "paused-1", "paused-2", "paused-3"} == set(reports)
    assert (None, None) == (reports["off"].libvirt_id, reports["off"].sample.cpu_cores)
    assert OFF.memory_bytes == reports["off"].sample.memory_maximum_bytes


def test_one_frozen_qemu_delays_nobody(hypervisor: Hypervisor) -> None:
    """With one QEMU stopped every tick keeps its deadline and every other guest its complete details."""
    hypervisor.guests.freeze("paused-1")
    try:
        for _ in range(5):
            taken = hypervisor.tick()
            reports = by_name(taken)
            outcomes = {name: report.sample.outcome for name, report in reports.items()}
            others = dict.fromkeys(("loaded", "paused-2", "paused-3", "off"), "ok")
            assert {"paused-1": "timed_out"} | others == outcomes
            assert (reports["paused-1"].reason or "").startswith("monitor stuck for")
            assert reports["loaded"].sample.vcpu_cores is not None
            assert reports["loaded"].sample.memory_resident_bytes is not None
            assert reports["paused-1"].sample.cpu_cores is not None
            assert taken.health.abandoned_call_count <= 1
    finally:
        hypervisor.guests.thaw("paused-1")
    hypervisor.tick_until(lambda found: found["paused-1"].sample.outcome == "ok")
    assert wait_until(
        lambda: hypervisor.tick().health.abandoned_call_count == 0, timeout_seconds=PATIENCE_SECONDS
    )


def test_description_of_a_frozen_guest_delays_nobody(hypervisor: Hypervisor) -> None:
    """Reading a stuck guest's XML hangs on libvirt 11; it must not take the first tier with it."""
    hypervisor.guests.freeze("paused-2")
    try:
        hypervisor.tick()
        hypervisor.sampler.changed(None)
        for _ in range(4):
            reports = by_name(hypervisor.tick())
            assert ("timed_out", "ok") == (
                reports["paused-2"].sample.outcome,
                reports["paused-3"].sample.outcome,
            )
    finally:
        hypervisor.guests.thaw("paused-2")
    hypervisor.tick_until(lambda found: found["paused-2"].sample.outcome == "ok")


def test_killed_daemon_is_a_state_and_rates_go_on(hypervisor: Hypervisor) -> None:
    """Without libvirtd the domains are unknown, not gone; afterwards ids and counters continue."""
    before = by_name(hypervisor.tick())["loaded"].libvirt_id
    hypervisor.daemon.stop_daemon(signal.SIGKILL)
    try:
        taken = hypervisor.tick()
        assert ("disconnected", None) == (taken.health.state, taken.domains)
        # The call under way may hear of it before the next connection is tried.
        reason = taken.health.reason or ""
        assert "Failed to connect" in reason or "Connection reset by peer" in reason
    finally:
        hypervisor.daemon.start_daemon()
    reports = hypervisor.tick_until(lambda found: bool(found) and found["loaded"].sample.outcome == "ok")
    assert before == reports["loaded"].libvirt_id
    hypervisor.tick_until(lambda found: found["loaded"].sample.vcpu_cores is not None)


def test_daemon_restarted_between_two_ticks_goes_unnoticed(hypervisor: Hypervisor) -> None:
    """The connections died; the tick opens others and its rates span the restart."""
    hypervisor.tick()
    hypervisor.daemon.stop_daemon(signal.SIGKILL)
    hypervisor.daemon.start_daemon()
    taken = hypervisor.tick()
    assert "connected" == taken.health.state
    assert by_name(taken)["loaded"].sample.cpu_cores is not None


def test_frozen_daemon_is_a_state(hypervisor: Hypervisor) -> None:
    """While libvirtd does not answer ticks keep their deadline; it is noticed at once when it does."""
    hypervisor.daemon.daemon.send_signal(signal.SIGSTOP)
    try:
        for _ in range(3):
            taken = hypervisor.tick()
            assert ("disconnected", None) == (taken.health.state, taken.domains)
    finally:
        hypervisor.daemon.daemon.send_signal(signal.SIGCONT)
    hypervisor.tick_until(lambda found: bool(found) and found["loaded"].sample.outcome == "ok")


def test_guest_started_anew_begins_a_new_series(hypervisor: Hypervisor) -> None:
    """Destroyed and started again: same UUID, new libvirt id, no rate at its first sample."""
    before = by_name(hypervisor.tick())["paused-3"]
    hypervisor.guests.destroy("paused-3")
    stopped = by_name(hypervisor.tick())["paused-3"]
    assert (None, "shut off", "ok") == (
        stopped.libvirt_id,
        state_name(stopped.sample.state),
        stopped.sample.outcome,
    )
    hypervisor.guests.start("paused-3", paused=True)
    after = by_name(hypervisor.tick())["paused-3"]
    assert before.uuid == after.uuid
    assert after.libvirt_id not in (None, before.libvirt_id)
    assert (None, None) == (after.sample.cpu_cores, after.sample.interval_seconds)


def test_versions_are_told(hypervisor: Hypervisor) -> None:
    """The batch says which libvirt and which QEMU gave its figures."""
    health = hypervisor.tick().health
    assert health.libvirt_version is not None
    assert hypervisor.virsh("version", "--daemon").find(health.libvirt_version) > 0
    assert (health.hypervisor_version or "").startswith("QEMU ")
