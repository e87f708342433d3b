# SPDX-License-Identifier: Apache-2.0
"""When descriptions are read and sent."""

import time
from collections.abc import Container, Iterator

import pytest

from publisher.descriptions import Descriptions
from publisher.hypervisor.readings import DomainReading, InterfaceReading
from tests.unit.publisher.domains.fake_libvirt import FakeDaemon, FakeDomain

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
    monkeypatch.setattr("publisher.descriptions.time.monotonic", made.monotonic)
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
    made = Descriptions(daemon.connect)
    yield made
    made.leave()


def reading(daemon: FakeDaemon, *interfaces: str) -> DomainReading:
    """Return the first tier's reading of the domain."""
    domain = daemon.domains[0]
    return DomainReading(
        uuid=domain.uuid,
        name=domain.fake_name,
        libvirt_id=domain.libvirt_id,
        state=1,
        state_reason=1,
        at_seconds=0.0,
        interfaces=tuple(InterfaceReading(name, 0, 0, 0, 0, 0, 0, 0, 0) for name in interfaces),
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
