# SPDX-License-Identifier: Apache-2.0
"""One connection on which libvirt's events arrive.

Callbacks run on the thread of libvirt's event loop (publisher.hypervisor.library), where keepalive runs too:
they translate, hand over and return. All methods may block for ever.
"""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from publisher.hypervisor import library
from publisher.hypervisor.connection import connect
from publisher.hypervisor.errors import HypervisorError
from publisher.hypervisor.events import SUBSCRIPTIONS, Subscription
from publisher.hypervisor.lifecycle import DEFINED, RENAMED, UNDEFINED, lifecycle
from publisher.hypervisor.translation import translated
from publisher.logs import Log
from publisher.unsent_event import EventFacts, UnsentEvent
from publisher.wire.samples import NAME_CHARACTERS

_CLOSE_REASONS = ("error", "the daemon closed it", "the daemon did not answer", "closed by us")

_log = Log("hypervisor")


class EventStream:
    """Subscribed when constructed. Hands over events, changed domains and, once, the end."""

    def __init__(
        self,
        uri: str | None,
        *,
        happened: Callable[[UnsentEvent], None],
        changed: Callable[[str | None], None],
        devices_changed: Callable[[str | None], None],
        closed: Callable[[str], None],
    ) -> None:
        """Connect and subscribe. Raise LibvirtMissingError or ConnectionLostError."""
        self._libvirt = library.load()
        self._happened = happened
        self._changed = changed
        self._devices_changed = devices_changed
        self._closed = closed
        # Old names by UUID between the two events of a rename.
        self._renaming: dict[str, str] = {}
        self._raw = connect(uri, self._libvirt)
        self._callbacks: list[int] = []
        try:
            self._subscribe()
        except HypervisorError:
            self.close()
            raise

    def close(self) -> None:
        """Unsubscribe and close. On a connection that is already lost this does not block."""
        with contextlib.suppress(self._libvirt.libvirtError):
            self._raw.unregisterCloseCallback()
        for callback in self._callbacks:
            # Fails on a lost connection, but frees what libvirt-python keeps for the callback all the same.
            with contextlib.suppress(self._libvirt.libvirtError):
                self._raw.domainEventDeregisterAny(callback)
        with contextlib.suppress(self._libvirt.libvirtError):
            self._raw.close()

    def _subscribe(self) -> None:
        libvirt = self._libvirt
        with translated(libvirt):
            self._raw.registerCloseCallback(self._on_close, None)
        self._register("LIFECYCLE", self._on_lifecycle, None)
        for subscription in SUBSCRIPTIONS:
            if hasattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{subscription.name}"):
                self._register(subscription.name, self._on_event, subscription)

    def _register(self, name: str, callback: Callable[..., None], opaque: object) -> None:
        number = getattr(self._libvirt, f"VIR_DOMAIN_EVENT_ID_{name}")
        try:
            self._callbacks.append(self._raw.domainEventRegisterAny(None, number, callback, opaque))
        except self._libvirt.libvirtError as error:
            _log.debug("event_not_offered", name=name, error=str(error))

    def _on_close(self, _connection: Any, reason: int, _opaque: object) -> None:
        known = 0 <= reason < len(_CLOSE_REASONS)
        self._closed(_CLOSE_REASONS[reason] if known else f"reason {reason}")

    def _on_lifecycle(self, _connection: Any, domain: Any, event: int, detail: int, _opaque: object) -> None:
        facts = lifecycle(event, detail)
        if facts is None:
            return
        uuid, name = domain.UUIDString(), domain.name()
        self._changed(uuid)
        attributes: dict[str, str] = {}
        if RENAMED.get(event) == detail:
            # libvirt undefines the old name, then defines the new one: one event.
            if event == UNDEFINED:
                self._renaming[uuid] = name
                return
            if event == DEFINED and uuid in self._renaming:
                attributes["previous_name"] = self._renaming.pop(uuid)
        self._hand_over(domain, EventFacts(facts.kind, facts.detail, attributes))

    def _on_event(self, _connection: Any, domain: Any, *values: Any) -> None:
        subscription: Subscription = values[-1]
        try:
            facts = subscription.translate(*values[:-1]) if subscription.translate else None
        except Exception as error:  # noqa: BLE001 - values of a libvirt we have not met
            _log.failure("event_not_understood", error, name=subscription.name)
            return
        if subscription.changes_devices:
            self._devices_changed(domain.UUIDString())
        if subscription.outdates_description:
            self._changed(domain.UUIDString())
        if facts is not None:
            self._hand_over(domain, facts)

    def _hand_over(self, domain: Any, facts: EventFacts) -> None:
        libvirt_id = domain.ID()
        self._happened(
            UnsentEvent(
                kind=facts.kind,
                occurred_at=datetime.now(UTC),
                domain_uuid=domain.UUIDString(),
                domain_name=domain.name()[:NAME_CHARACTERS],
                libvirt_id=libvirt_id if libvirt_id >= 0 else None,
                detail=facts.detail[:NAME_CHARACTERS] if facts.detail else None,
                # A path may be longer than a name of the wire.
                attributes={key: value[:NAME_CHARACTERS] for key, value in facts.attributes.items()},
            )
        )
