# SPDX-License-Identifier: Apache-2.0
"""When descriptions are read and sent."""

import threading
import time
from collections.abc import Container, Iterator

import libvirt
import pytest

from publisher.domains.descriptions import Descriptions
from publisher.domains.device_changes import DeviceChanges
from publisher.hypervisor.readings import DomainInterfaceReading, DomainReading
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, FakeDomain, libvirt_error

GUARD_SECONDS = 10.0


class Clock:
    """The monotonic clock, set by hand on top of the real one, on which waiting depends."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0
        self._real = time.monotonic

    def monotonic(self) -> float:
        """Return the time."""
        return self._real() + self.ahead_seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give a clock that the descriptions go by."""
    made = Clock()
    monkeypatch.setattr("publisher.domains.descriptions.time.monotonic", made.monotonic)
    return made


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    """Give a daemon with one domain."""
    made = FakeDaemon(FakeDomain("a", 1))
    yield made
    made.answering.set()
    made.domains[0].thaw()


@pytest.fixture
def descriptions(daemon: FakeDaemon) -> Iterator[Descriptions]:
    """Give the descriptions of a daemon."""
    made = Descriptions(daemon.connect, DeviceChanges())
    yield made
    made.leave()


class Gate:
    """Where a call hangs until the test lets it pass."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def pass_through(self) -> None:
        """Hang."""
        self.reached.set()
        assert self.opened.wait(GUARD_SECONDS)


def reading(daemon: FakeDaemon, *interfaces: str, index: int = 0) -> DomainReading:
    """Return the first tier's reading of a domain."""
    domain = daemon.domains[index]
    return DomainReading(
        uuid=domain.uuid,
        name=domain.fake_name,
        libvirt_id=domain.libvirt_id,
        state=1,
        state_reason=1,
        at_seconds=0.0,
        interfaces=tuple(DomainInterfaceReading(name, 0, 0, 0, 0, 0, 0, 0, 0) for name in interfaces),
    )


def refresh_until_read(
    descriptions: Descriptions, daemon: FakeDaemon, count: int, *interfaces: str, avoided: Container[str] = ()
) -> None:
    """Refresh until the domain was read so often and the result was taken."""
    deadline = time.monotonic() + GUARD_SECONDS
    while True:
        descriptions.refresh(
            [reading(daemon, *interfaces)],
            deadline_seconds=time.monotonic() + GUARD_SECONDS,
            avoided=avoided,
        )
        if daemon.domains[0].description_count >= count and descriptions._call is None:
            return
        assert time.monotonic() < deadline


def test_known_description_is_read_again_after_minutes(
    daemon: FakeDaemon, descriptions: Descriptions, clock: Clock
) -> None:
    """Libvirt announces no change of autostart."""
    refresh_until_read(descriptions, daemon, 1)
    clock.ahead_seconds = 301
    refresh_until_read(descriptions, daemon, 2)


def test_interface_unknown_to_the_description_has_it_read_again(
    daemon: FakeDaemon, descriptions: Descriptions, clock: Clock
) -> None:
    """An interface plugged in while no event could arrive; looked for once a minute, not once a tick."""
    refresh_until_read(descriptions, daemon, 1)
    descriptions._entries[daemon.domains[0].uuid].read_at_seconds = clock.monotonic()
    refresh_until_read(descriptions, daemon, 1, "vnet9")
    assert 1 == daemon.domains[0].description_count
    clock.ahead_seconds = 61
    refresh_until_read(descriptions, daemon, 2, "vnet9")


def test_stuck_domain_is_not_described(daemon: FakeDaemon, descriptions: Descriptions) -> None:
    """Reading the XML takes the domain's job: it would hang."""
    uuid = daemon.domains[0].uuid
    descriptions.refresh([reading(daemon)], deadline_seconds=time.monotonic() + GUARD_SECONDS, avoided={uuid})
    assert 0 == daemon.opened_count


def test_description_that_hangs_delays_nobody_for_long(
    daemon: FakeDaemon, descriptions: Descriptions
) -> None:
    """The wait ends with the deadline; the answer is taken when it comes."""
    daemon.answering.clear()
    began = time.monotonic()
    descriptions.refresh([reading(daemon)], deadline_seconds=began + 0.05, avoided=())
    assert time.monotonic() - began < 1.0
    assert descriptions.get(daemon.domains[0].uuid) is None
    daemon.answering.set()
    refresh_until_read(descriptions, daemon, 1)
    found = descriptions.get(daemon.domains[0].uuid)
    assert found is not None
    assert "a" == found.title


def test_description_is_repeated_once_an_hour(daemon: FakeDaemon, descriptions: Descriptions) -> None:
    """A consumer that lost the first one gets it again."""
    refresh_until_read(descriptions, daemon, 1)
    uuid = daemon.domains[0].uuid
    assert descriptions.take_unsent(uuid, 0.0) is not None
    assert descriptions.take_unsent(uuid, 3599.0) is None
    assert descriptions.take_unsent(uuid, 3601.0) is not None


def refresh_all(descriptions: Descriptions, daemon: FakeDaemon, wait_seconds: float = 0.05) -> None:
    """Refresh with all domains of the daemon, as a tick does."""
    descriptions.refresh(
        [reading(daemon, index=index) for index in range(len(daemon.domains))],
        deadline_seconds=time.monotonic() + wait_seconds,
        avoided=(),
    )


def test_domain_without_an_answer_does_not_starve_the_others(
    daemon: FakeDaemon, descriptions: Descriptions, clock: Clock
) -> None:
    """A VM held by another client is asked once a minute, and after all others."""
    held = daemon.domains[0]
    held.xml_error = libvirt_error(libvirt.VIR_ERR_OPERATION_TIMEOUT)
    refresh_until_read(descriptions, daemon, 1)
    for number in range(2, 5):
        daemon.domains.append(FakeDomain(f"new {number}", number))
        refresh_all(descriptions, daemon, GUARD_SECONDS)
        assert descriptions.get(daemon.domains[-1].uuid) is not None
    assert 1 == held.description_count

    clock.ahead_seconds = 61
    daemon.domains.append(FakeDomain("last", 9))
    held.xml_error = None
    assert [daemon.domains[-1].uuid, held.uuid] == descriptions._wanted(
        [reading(daemon), reading(daemon, index=-1)], clock.monotonic()
    )
    refresh_all(descriptions, daemon, GUARD_SECONDS)
    assert descriptions.get(held.uuid) is not None


def test_error_of_one_description_is_its_own(daemon: FakeDaemon, descriptions: Descriptions) -> None:
    """Whatever libvirt has against one VM, the VMs asked after it are described."""
    daemon.domains[0].xml_error = libvirt_error(libvirt.VIR_ERR_INTERNAL_ERROR)
    daemon.domains.append(FakeDomain("b", 2))
    refresh_all(descriptions, daemon, GUARD_SECONDS)
    assert [False, True] == [descriptions.get(domain.uuid) is not None for domain in daemon.domains]


def test_call_that_never_returns_is_given_up_with_its_connection(
    daemon: FakeDaemon, descriptions: Descriptions, clock: Clock
) -> None:
    """The others are described on another connection; the one that hangs is asked again after a minute."""
    gate = Gate()
    stuck = daemon.domains[0]
    stuck.before_autostart = gate.pass_through
    refresh_all(descriptions, daemon)
    assert gate.reached.wait(GUARD_SECONDS)
    daemon.domains.append(FakeDomain("b", 2))
    refresh_all(descriptions, daemon)
    assert (1, 0) == (daemon.opened_count, descriptions.abandoned_count)

    clock.ahead_seconds = 61
    refresh_all(descriptions, daemon, GUARD_SECONDS)
    assert descriptions.get(daemon.domains[1].uuid) is not None
    assert (2, 1, 1) == (daemon.opened_count, descriptions.abandoned_count, stuck.description_count)
    gate.opened.set()


def test_change_announced_during_a_read_is_read_too(daemon: FakeDaemon, descriptions: Descriptions) -> None:
    """The answer on its way may be older than the change."""
    gate = Gate()
    domain = daemon.domains[0]
    domain.before_autostart = gate.pass_through
    refresh_all(descriptions, daemon)
    assert gate.reached.wait(GUARD_SECONDS)
    domain.xml = "<domain><title>new</title><devices/></domain>"
    descriptions.changed(domain.uuid)
    refresh_all(descriptions, daemon)
    gate.opened.set()
    refresh_until_read(descriptions, daemon, 2)
    found = descriptions.get(domain.uuid)
    assert found is not None
    assert "new" == found.title
