# SPDX-License-Identifier: Apache-2.0
"""The lab's libvirt runs real guests that can be paused, frozen, killed, renamed and left alone."""

import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import libvirt
import pytest

from deploy.lab.errors import GuestError, NotRunningError
from deploy.lab.guest import MEBIBYTE, Guest, Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.process import find_process, read_state
from deploy.lab.readiness import wait_until

BUSY = Guest(
    name="busy-1", title="Busy", load="memory:16,disk:4,network:1", memory_bytes=128 * MEBIBYTE, network=1
)
Statistics = dict[str, int | str]


@pytest.fixture(scope="module")
def daemon() -> Iterator[LibvirtDaemon]:
    """Run one libvirt for the module, with one booted guest."""
    with LibvirtDaemon.start() as running:
        with Guests(running) as guests:
            guests.define(BUSY)
            guests.start(BUSY.name)
            guests.wait_booted(BUSY.name)
        yield running


@pytest.fixture
def guests(daemon: LibvirtDaemon) -> Iterator[Guests]:
    """Connect to the module's libvirt."""
    with Guests(daemon) as opened:
        yield opened


@pytest.fixture
def paused(guests: Guests) -> Iterator[str]:
    """Start a guest that stays at its first instruction."""
    (name,) = guests.define_many(1, prefix="extra")
    yield name
    for left in guests.names():
        if left.startswith("extra"):
            guests.undefine(left)


def test_virsh_of_the_root_folder_works_here(daemon: LibvirtDaemon) -> None:
    """Nobody has to install libvirt's clients to look at the guests."""
    command = [str(daemon.virsh), "-q", "list", "--name"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)

    assert BUSY.name in result.stdout


def statistics(daemon: LibvirtDaemon, name: str) -> Statistics:
    """Return what libvirt's bulk call says about a guest, over the read-only socket."""
    connection = libvirt.openReadOnly(daemon.uri_read_only)
    try:
        records = connection.getAllDomainStats()
        return next(values for domain, values in records if domain.name() == name)
    finally:
        connection.close()


def grows(read: Callable[[], object]) -> bool:
    """Whether a figure that counts goes up within a bounded time."""
    first = read()
    return wait_until(lambda: read() != first, timeout_seconds=30) is True


def test_the_socket_for_monitoring_allows_no_change(daemon: LibvirtDaemon, guests: Guests) -> None:
    """A read-only connection lists guests and may not touch them."""
    connection = libvirt.openReadOnly(daemon.uri_read_only)
    try:
        assert BUSY.name in guests.names()
        with pytest.raises(libvirt.libvirtError, match="read only"):
            connection.lookupByName(BUSY.name).destroy()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "name",
    [
        "cpu.time",
        "vcpu.0.time",
        "block.0.wr.bytes",
        "block.0.rd.reqs",
        "net.0.tx.bytes",
        "balloon.last-update",
    ],
)
def test_figures_of_a_running_guest_are_real(daemon: LibvirtDaemon, name: str) -> None:
    """What the guest's load causes is counted by libvirt."""
    assert grows(lambda: statistics(daemon, BUSY.name).get(name))


def test_memory_is_told_three_ways(daemon: LibvirtDaemon, guests: Guests) -> None:
    """Assigned as defined, inside as the balloon driver says, resident as the host's kernel says."""
    known = statistics(daemon, BUSY.name)
    pid = guests.guest_pid(BUSY.name)
    resident_bytes = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096

    assert BUSY.memory_bytes == int(known["balloon.current"]) * 1024
    assert 0 < int(known["balloon.unused"]) < int(known["balloon.available"]) < int(known["balloon.current"])
    assert pytest.approx(resident_bytes, rel=0.05) == int(known["balloon.rss"]) * 1024


def test_the_guest_s_process_is_found(daemon: LibvirtDaemon, guests: Guests) -> None:
    """The number outside belongs to a QEMU of this instance that was started for this guest."""
    pid = guests.guest_pid(BUSY.name)

    assert f"guest={BUSY.name}," in Path(f"/proc/{pid}/cmdline").read_text()
    assert pid in daemon.pids()


def test_pausing_and_resuming_show_as_states(daemon: LibvirtDaemon, guests: Guests) -> None:
    """The state is libvirt's, and a paused guest uses no processor time."""
    guests.pause(BUSY.name)
    assert libvirt.VIR_DOMAIN_PAUSED == statistics(daemon, BUSY.name)["state.state"]
    guests.resume(BUSY.name)
    assert libvirt.VIR_DOMAIN_RUNNING == statistics(daemon, BUSY.name)["state.state"]
    assert grows(lambda: statistics(daemon, BUSY.name)["cpu.time"])


def test_a_frozen_guest_stops_and_goes_on(guests: Guests) -> None:
    """SIGSTOP stops every thread of the one QEMU, SIGCONT lets it go on."""
    process = guests.process(BUSY.name)
    guests.freeze(BUSY.name)
    try:
        assert wait_until(process.is_stopped, timeout_seconds=10)
    finally:
        guests.thaw(BUSY.name)

    def used_ticks() -> int | None:
        state = read_state(process.pid)
        return None if state is None else state.cpu_ticks

    assert grows(used_ticks)


def test_killing_a_guest_s_process_shuts_the_guest_off(
    daemon: LibvirtDaemon, guests: Guests, paused: str
) -> None:
    """The death of a QEMU is noticed and the definition kept."""
    guests.kill(paused)

    def is_off() -> bool:
        return bool(statistics(daemon, paused)["state.state"] == libvirt.VIR_DOMAIN_SHUTOFF)

    assert wait_until(is_off, timeout_seconds=10)
    with pytest.raises(GuestError, match="not running"):
        guests.guest_pid(paused)


def test_a_stopped_guest_can_be_renamed(guests: Guests, paused: str) -> None:
    """The new name has the old identity; a running guest refuses."""
    with pytest.raises(GuestError, match="cannot rename"):
        guests.rename(paused, "extra-renamed")
    guests.destroy(paused)
    guests.rename(paused, "extra-renamed")

    assert "extra-renamed" in guests.names()
    assert paused not in guests.names()
    guests.start("extra-renamed", paused=True)


def test_an_undefined_guest_is_gone_with_its_files(
    daemon: LibvirtDaemon, guests: Guests, paused: str
) -> None:
    """Neither libvirt nor the folder knows it afterwards."""
    console = guests.console(paused)
    guests.undefine(paused)

    assert paused not in guests.names()
    assert not console.exists()
    assert not (daemon.directory / "guests" / f"{console.stem}.qcow2").exists()


def test_guests_survive_their_daemon(daemon: LibvirtDaemon) -> None:
    """The daemon alone is stopped or killed; the same QEMU is managed by the next one."""
    with Guests(daemon) as guests:
        before = guests.guest_pid(BUSY.name)
    for number in (signal.SIGTERM, signal.SIGKILL):
        daemon.stop_daemon(number)
        assert not daemon.is_running
        with pytest.raises(NotRunningError):
            daemon.stop_daemon()
        with pytest.raises(libvirt.libvirtError):
            libvirt.openReadOnly(daemon.uri_read_only)
        assert before in daemon.pids()
        daemon.start_daemon()

    with Guests(daemon) as guests:
        assert before == guests.guest_pid(BUSY.name)
    assert libvirt.VIR_DOMAIN_RUNNING == statistics(daemon, BUSY.name)["state.state"]


def test_definitions_survive_a_restart_and_close_ends_every_guest() -> None:
    """A stopped and started instance knows its guests, off; closing it ends the running ones."""
    with LibvirtDaemon.start() as own:
        with Guests(own) as guests:
            (name,) = guests.define_many(1)
        own.restart()
        with Guests(own) as guests:
            assert [name] == guests.names()
            with pytest.raises(GuestError, match="not running"):
                guests.process(name)
            guests.start(name, paused=True)
            process = find_process(guests.guest_pid(name))
        folder = own.directory

    assert process is not None
    assert not process.is_alive()
    assert not folder.exists()


def test_the_definition_libvirt_keeps_has_balloon_statistics(daemon: LibvirtDaemon) -> None:
    """The period was accepted, so memory inside is known without a writing connection."""
    connection = libvirt.openReadOnly(daemon.uri_read_only)
    try:
        text = connection.lookupByName(BUSY.name).XMLDesc()
    finally:
        connection.close()
    element = ET.fromstring(text).find("devices/memballoon/stats")  # noqa: S314 - libvirt's own text

    assert element is not None
    assert "5" == element.get("period")
