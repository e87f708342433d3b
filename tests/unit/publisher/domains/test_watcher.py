# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D102, N802 - the fake's methods are libvirt's, under its names
"""libvirt's events become events, across losses of the connection."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import libvirt
import pytest

from publisher.domains.watcher import EventWatcher
from publisher.hypervisor.errors import ConnectionLostError
from publisher.hypervisor.stream import EventStream
from publisher.unsent_event import UnsentEvent
from tests.unit.publisher.domains.fake_libvirt import FakeDomain, libvirt_error

GUARD_SECONDS = 10.0


class FakeEventConnection:
    """A connection that lets a test send the events of libvirt."""

    def __init__(self, refused: frozenset[int] = frozenset()) -> None:
        self.refused = refused
        self.callbacks: dict[int, tuple[Callable[..., None], Any]] = {}
        self.close_callback: Callable[..., None] | None = None
        self.closed = threading.Event()

    def registerCloseCallback(self, callback: Callable[..., None], _opaque: object) -> None:
        self.close_callback = callback

    def unregisterCloseCallback(self) -> None:
        raise libvirt_error(libvirt.VIR_ERR_INVALID_CONN)

    def domainEventRegisterAny(
        self, _domain: None, number: int, callback: Callable[..., None], opaque: object
    ) -> int:
        if number in self.refused:
            raise libvirt_error(libvirt.VIR_ERR_NO_SUPPORT)
        self.callbacks[number] = (callback, opaque)
        return number

    def domainEventDeregisterAny(self, number: int) -> None:
        self.callbacks.pop(number)

    def close(self) -> None:
        self.closed.set()

    def send(self, number: int, domain: FakeDomain, *values: Any) -> None:
        """Deliver an event as libvirt-python does."""
        callback, opaque = self.callbacks[number]
        callback(self, domain, *values, opaque)

    def lose(self, reason: int) -> None:
        """Deliver the end of the connection."""
        assert self.close_callback is not None
        self.close_callback(self, reason, None)


class Setting:
    """The connections that will be opened, and what came of the events."""

    def __init__(self) -> None:
        self.connections: list[FakeEventConnection] = []
        self.refused: frozenset[int] = frozenset()
        self.failures = 0
        self.happened: queue.Queue[UnsentEvent] = queue.Queue()
        self.changed: list[str | None] = []
        self.devices_changed: list[str | None] = []

    def connect(self, _uri: str | None, _libvirt: Any) -> FakeEventConnection:
        if self.failures:
            self.failures -= 1
            raise ConnectionLostError("refused")
        self.connections.append(FakeEventConnection(self.refused))
        return self.connections[-1]

    def next(self) -> UnsentEvent:
        """Return what happened next."""
        return self.happened.get(timeout=GUARD_SECONDS)


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Give connections without a daemon and waits without time."""
    made = Setting()
    monkeypatch.setattr("publisher.hypervisor.stream.connect", made.connect)
    monkeypatch.setattr("publisher.hypervisor.stream.library.load", lambda: libvirt)
    monkeypatch.setattr("publisher.domains.watcher.Backoff.next_seconds", lambda _self: 0.0)
    return made


@pytest.fixture
def watcher(setting: Setting) -> Iterator[EventWatcher]:
    """Give a watcher that is connected."""
    made = EventWatcher(
        uri="fake:///",
        emit=setting.happened.put,
        changed=setting.changed.append,
        devices_changed=setting.devices_changed.append,
    )
    made.start()
    assert "hypervisor_connected" == setting.next().kind
    yield made
    made.close()


@pytest.mark.usefixtures("watcher")
def test_an_event_of_libvirt_becomes_one_of_ours(setting: Setting) -> None:
    """Kind, domain, id, words and a UTC instant."""
    setting.connections[0].send(libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, FakeDomain("a", 7), 3, 2)
    event = setting.next()
    assert ("domain_paused", "I/O error", "a", 7) == (
        event.kind,
        event.detail,
        event.domain_name,
        event.libvirt_id,
    )
    assert event.occurred_at.tzinfo is not None


@pytest.mark.usefixtures("watcher")
def test_rename_is_one_event(setting: Setting) -> None:
    """Libvirt undefines the old name and defines the new one; a rename is neither."""
    send, number = setting.connections[0].send, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE
    send(number, FakeDomain("old", 1, running=False), 1, 1)
    send(number, FakeDomain("new", 1, running=False), 0, 2)
    event = setting.next()
    assert ("domain_renamed", "new", {"previous_name": "old"}, None) == (
        event.kind,
        event.domain_name,
        event.attributes,
        event.libvirt_id,
    )


@pytest.mark.usefixtures("watcher")
def test_change_of_a_definition_outdates_the_description(setting: Setting) -> None:
    """All descriptions after a connect, one after each announced change."""
    domain = FakeDomain("a", 1)
    setting.connections[0].send(libvirt.VIR_DOMAIN_EVENT_ID_TUNABLE, domain, {"x": 1})
    setting.connections[0].send(libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, domain, 1, None)
    assert "domain_metadata_changed" == setting.next().kind
    assert [None, domain.uuid, domain.uuid] == setting.changed
    assert [None] == setting.devices_changed


@pytest.mark.parametrize(
    ("number", "values"),
    [
        (libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, ("virtio-disk1",)),
        (libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, ("net0",)),
    ],
)
@pytest.mark.usefixtures("watcher")
def test_plugging_makes_devices_others(setting: Setting, number: int, values: tuple[str, ...]) -> None:
    """What is plugged in or out may take the name of another; a new title is no such change."""
    domain = FakeDomain("a", 1)
    setting.connections[0].send(number, domain, *values)
    assert [None, domain.uuid] == setting.devices_changed
    assert [None, domain.uuid] == setting.changed


@pytest.mark.parametrize(("reason", "words"), [(1, "the daemon closed it"), (2, "the daemon did not answer")])
@pytest.mark.usefixtures("watcher")
def test_lost_connection_is_told_and_replaced(setting: Setting, reason: int, words: str) -> None:
    """Loss and return are events; the old connection is closed, every description is read again."""
    setting.failures = 3
    setting.connections[0].lose(reason)
    lost = setting.next()
    assert ("hypervisor_disconnected", words) == (lost.kind, lost.detail)
    assert "hypervisor_connected" == setting.next().kind
    assert setting.connections[0].closed.is_set()
    assert {} == setting.connections[0].callbacks
    setting.connections[1].send(libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, FakeDomain("a", 1))
    assert "domain_rebooted" == setting.next().kind
    assert [None, None] == setting.changed


@pytest.mark.usefixtures("watcher")
def test_events_before_the_loss_are_told_first(setting: Setting) -> None:
    """What was received is emitted, in order, before the loss."""
    connection = setting.connections[0]
    connection.send(libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, FakeDomain("a", 1))
    connection.lose(1)
    assert ["domain_rebooted", "hypervisor_disconnected"] == [setting.next().kind, setting.next().kind]


def test_events_that_libvirt_does_not_offer_are_skipped(setting: Setting) -> None:
    """An older driver refuses some; the others are received."""
    setting.refused = frozenset({libvirt.VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE})
    watcher = EventWatcher(uri="fake:///", emit=setting.happened.put)
    watcher.start()
    assert "hypervisor_connected" == setting.next().kind
    assert libvirt.VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE not in setting.connections[0].callbacks
    assert libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE in setting.connections[0].callbacks
    watcher.close()


@pytest.mark.usefixtures("watcher")
def test_event_in_an_unknown_shape_is_skipped(setting: Setting) -> None:
    """A libvirt that passes other values must not end the watch."""
    connection, domain = setting.connections[0], FakeDomain("a", 1)
    connection.send(libvirt.VIR_DOMAIN_EVENT_ID_WATCHDOG, domain, "odd", "shape")
    connection.send(libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, domain)
    assert "domain_rebooted" == setting.next().kind


def test_failing_receiver_does_not_end_the_watch(setting: Setting) -> None:
    """A spool that refuses one event gets the next one."""
    refused = threading.Event()

    def emit(event: UnsentEvent) -> None:
        if not refused.is_set():
            refused.set()
            raise OSError("no space")
        setting.happened.put(event)

    watcher = EventWatcher(uri="fake:///", emit=emit)
    watcher.start()
    # The first event is the connection itself, told once every callback is registered.
    assert refused.wait(GUARD_SECONDS)
    setting.connections[0].send(libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, FakeDomain("a", 1))
    assert "domain_rebooted" == setting.next().kind
    watcher.close()


@pytest.mark.usefixtures("watcher")
def test_flood_is_thinned(setting: Setting) -> None:
    """A disk that fails every request makes a few events, and the number of the others is told."""
    connection, domain = setting.connections[0], FakeDomain("a", 1)
    for _ in range(500):
        connection.send(libvirt.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, domain, "/a", "vda", 2, "eio")
    connection.send(libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, domain)
    kinds = []
    while "domain_rebooted" not in kinds:
        kinds.append(setting.next().kind)
    assert 20 <= kinds.count("domain_io_error") < 40


@pytest.mark.usefixtures("watcher")
def test_overlong_texts_are_cut(setting: Setting) -> None:
    """A path may be longer than the wire's texts."""
    setting.connections[0].send(
        libvirt.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, FakeDomain("a", 1), "/" * 4096, "vda", 1, "eio"
    )
    assert 1024 == len(setting.next().attributes["path"])


def test_stream_that_cannot_subscribe_is_closed(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that dies while subscribing is an error like any loss, and is not leaked."""

    def fail(_self: object, _callback: object, _opaque: object) -> None:
        raise libvirt_error(libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_RPC)

    monkeypatch.setattr(FakeEventConnection, "registerCloseCallback", fail)
    with pytest.raises(ConnectionLostError):
        EventStream("fake:///", happened=print, changed=print, devices_changed=print, closed=print)
    assert setting.connections[0].closed.is_set()
