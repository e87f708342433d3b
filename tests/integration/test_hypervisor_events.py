# SPDX-License-Identifier: Apache-2.0
"""Events of a real libvirt, as they happen to real guests."""

import re
import shlex
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import libvirt
import pytest

from consumer.inventory.labels import NAMESPACE, NO_LABELS, Labels, read_labels
from deploy.lab.guest import Guest, Guests
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.readiness import wait_until
from publisher.domains.sampler import DomainSampler
from publisher.domains.watcher import EventWatcher
from publisher.hypervisor import connection, library
from publisher.unsent_event import UnsentEvent

PATIENCE_SECONDS = 60.0
METRICS = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


class Watched:
    """A private libvirt, its guests, and what was told of them."""

    def __init__(self, daemon: LibvirtDaemon, guests: Guests) -> None:
        self.daemon = daemon
        self.guests = guests
        self.happened: list[UnsentEvent] = []
        self.sampler = DomainSampler(uri=daemon.uri_read_only, interval_seconds=4.0)
        self.watcher = EventWatcher(
            uri=daemon.uri_read_only,
            emit=self.happened.append,
            changed=self.sampler.changed,
            devices_changed=self.sampler.devices_changed,
        )
        self.watcher.start()
        self.wait_for("hypervisor_connected")

    def wait_for(self, kind: str, domain_name: str | None = None, count: int = 1) -> UnsentEvent:
        """Wait for the count-th event of a kind, of one domain."""

        def matching() -> list[UnsentEvent]:
            return [
                event
                for event in self.happened
                if event.kind == kind and domain_name in (None, event.domain_name)
            ]

        assert wait_until(lambda: len(matching()) >= count, timeout_seconds=PATIENCE_SECONDS), (
            f"no {kind} of {domain_name}; told: {self.happened}"
        )
        return matching()[count - 1]


@pytest.fixture(scope="module")
def libvirt_daemon() -> Iterator[LibvirtDaemon]:
    """Give a libvirt with two guests that are off."""
    library.load()
    with LibvirtDaemon.start() as daemon:
        with Guests(daemon) as guests:
            guests.define(Guest(name="one"), Guest(name="two"))
        yield daemon


@pytest.fixture
def watched(libvirt_daemon: LibvirtDaemon) -> Iterator[Watched]:
    """Give the libvirt with a new watcher; guests that a test started are off again afterwards."""
    # A connection of the test's own: the one before may have died with a daemon that was killed.
    with Guests(libvirt_daemon) as guests:
        made = Watched(libvirt_daemon, guests)
        yield made
        made.watcher.close()
        made.sampler.close()
    control = libvirt.open(made.daemon.uri)
    for domain in control.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        domain.destroy()
    control.close()


def test_life_of_a_guest(watched: Watched) -> None:
    """Start, pause, resume and the plug pulled: each at once, with its id and virsh's word."""
    before = datetime.now(UTC)
    watched.guests.start("one", paused=True)
    started = watched.wait_for("domain_started", "one")
    assert "booted" == started.detail
    assert started.libvirt_id is not None
    assert Guest(name="one").uuid == started.domain_uuid
    assert before <= started.occurred_at <= datetime.now(UTC)
    watched.guests.resume("one")
    assert "unpaused" == watched.wait_for("domain_resumed", "one").detail
    watched.guests.pause("one")
    assert "paused" == watched.wait_for("domain_paused", "one", count=2).detail
    watched.guests.destroy("one")
    assert "destroyed" == watched.wait_for("domain_stopped", "one").detail


def test_killed_qemu_is_a_failure(watched: Watched) -> None:
    """A QEMU that the kernel killed is not a shutdown."""
    watched.guests.start("two", paused=True)
    watched.guests.kill("two")
    assert "failed" == watched.wait_for("domain_failed", "two").detail


def test_rename_of_a_stopped_guest(watched: Watched) -> None:
    """One event with both names, and the next sample carries the new one."""
    watched.guests.rename("two", "renamed")
    event = watched.wait_for("domain_renamed", "renamed")
    assert {"previous_name": "two"} == event.attributes
    domains = watched.sampler.sample().domains
    assert domains is not None
    assert {"one", "renamed"} == {report.name for report in domains}
    watched.guests.rename("renamed", "two")
    assert not [event for event in watched.happened if event.kind == "domain_undefined"]


def test_definition_and_removal(watched: Watched) -> None:
    """A domain that appears and one that goes for good."""
    watched.guests.define(Guest(name="short-lived"))
    assert "added" == watched.wait_for("domain_defined", "short-lived").detail
    watched.guests.undefine("short-lived")
    assert "removed" == watched.wait_for("domain_undefined", "short-lived").detail


def test_changed_title_reaches_the_next_samples(watched: Watched) -> None:
    """A title set while the guest runs is announced, read again and sent once."""
    watched.guests.start("one", paused=True)

    def sent_titles() -> list[str | None]:
        return [
            report.description.title
            for report in watched.sampler.sample().domains or ()
            if report.name == "one" and report.description is not None
        ]

    assert wait_until(lambda: bool(sent_titles()), timeout_seconds=PATIENCE_SECONDS)
    connection = libvirt.open(watched.daemon.uri)
    connection.lookupByName("one").setMetadata(
        libvirt.VIR_DOMAIN_METADATA_TITLE, "Billing", None, None, libvirt.VIR_DOMAIN_AFFECT_LIVE
    )
    connection.close()
    assert "title" == watched.wait_for("domain_metadata_changed", "one").detail
    assert ["Billing"] == wait_until(lambda: sent_titles() or None, timeout_seconds=PATIENCE_SECONDS)
    assert [] == sent_titles()


def test_labels_set_as_documented_reach_the_next_samples(watched: Watched) -> None:
    """While the guest runs, by the line of docs/metrics.md: announced, read again and sent once."""
    watched.guests.start("one", paused=True)

    def sent_labels() -> list[Labels]:
        return [
            read_labels(report.description.metadata)
            for report in watched.sampler.sample().domains or ()
            if report.name == "one" and report.description is not None
        ]

    assert [NO_LABELS] == wait_until(lambda: sent_labels() or None, timeout_seconds=PATIENCE_SECONDS)
    ((line, rest),) = re.findall(
        r"^virsh (metadata web .*) \\\n  (--set .*)$", METRICS.read_text(), re.MULTILINE
    )
    arguments = ["one" if word == "web" else word for word in shlex.split(f"{line} {rest}")]
    watched.daemon.enclosure.run(
        ["virsh", "-q", "-c", watched.daemon.uri, *arguments], log=watched.daemon.directory / "virsh.txt"
    )
    event = watched.wait_for("domain_metadata_changed", "one")
    assert ("element", {"namespace": NAMESPACE}) == (event.detail, event.attributes)
    expected = Labels("shop", ("prod", "tier:1"))
    assert [expected] == wait_until(lambda: sent_labels() or None, timeout_seconds=PATIENCE_SECONDS)
    assert [] == sent_labels()


def test_killed_daemon_is_told_and_events_come_again(watched: Watched) -> None:
    """The loss is noticed at once; after the return the guests are watched as before."""
    watched.daemon.stop_daemon(signal.SIGKILL)
    assert "the daemon closed it" == watched.wait_for("hypervisor_disconnected").detail
    watched.daemon.start_daemon()
    watched.wait_for("hypervisor_connected", count=2)
    with Guests(watched.daemon) as guests:
        guests.start("one", paused=True)
    watched.wait_for("domain_started", "one")


@pytest.fixture
def short_keepalive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have connections that are opened from now on ask after two seconds, not five."""
    monkeypatch.setattr(connection, "KEEPALIVE_INTERVAL_SECONDS", 2)


@pytest.mark.usefixtures("short_keepalive")
def test_frozen_daemon_is_noticed_by_keepalive(watched: Watched) -> None:
    """A daemon that does not answer four times is given up; when it answers, the watch goes on."""
    watched.daemon.daemon.send_signal(signal.SIGSTOP)
    try:
        assert "the daemon did not answer" == watched.wait_for("hypervisor_disconnected").detail
    finally:
        watched.daemon.daemon.send_signal(signal.SIGCONT)
    watched.wait_for("hypervisor_connected", count=2)
