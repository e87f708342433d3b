# SPDX-License-Identifier: Apache-2.0
"""What happens to domains, as it happens: libvirt's events on a connection and threads of their own.

``emit`` is called on the watcher's own thread, one event after the other. It may block for a moment (a
spool's fsync), but must not wait for the network. libvirt replays nothing. What happened while the connection
was away is seen in the next sample. Every description is read again then.
"""

import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from publisher.domains.throttle import Throttle
from publisher.hypervisor.errors import HypervisorError
from publisher.hypervisor.presence import absence
from publisher.hypervisor.stream import EventStream
from publisher.logs import Log
from publisher.unsent_event import UnsentEvent
from publisher.wire.backoff import LONGEST_SECONDS, Backoff

# A guest whose disk fails can produce thousands of events a second; memory must not grow with them.
_WAITING_CAP = 10_000

_log = Log("watcher")


class EventWatcher:
    """Turns libvirt's events into ours; reconnects for ever, also where libvirt comes later."""

    def __init__(
        self,
        *,
        uri: str | None,
        root: Path = Path("/"),
        emit: Callable[[UnsentEvent], None],
        changed: Callable[[str | None], None] | None = None,
        devices_changed: Callable[[str | None], None] | None = None,
    ) -> None:
        """`changed` receives the UUID of each domain whose description changed (None: of all).

        `devices_changed` receives that of each whose devices may be others now.
        `uri` and `root` as for DomainSampler.
        """
        self._uri = uri
        self._root = root
        self._emit = emit
        self._changed = changed or (lambda _uuid: None)
        self._devices_changed = devices_changed or (lambda _uuid: None)
        # An event to emit, or None: look whether to stop or whether the connection ended.
        self._inbox: queue.Queue[UnsentEvent | None] = queue.Queue(maxsize=_WAITING_CAP)
        self._end_reason: str | None = None
        self._stopping = threading.Event()
        self._throttle = Throttle()
        self._lost_count = 0

    def start(self) -> None:
        """Start the watcher's thread; never blocks and never fails, also without libvirt."""
        threading.Thread(target=self._run, name="libvirt-watcher", daemon=True).start()

    def close(self) -> None:
        """Stop emitting; returns at once, also when a call hangs."""
        self._stopping.set()
        self._put(None)

    def _run(self) -> None:
        backoff = Backoff()
        is_known = False
        while not self._stopping.is_set():
            try:
                if absence(self._uri, self._root) is None:
                    self._watch_once(backoff)
                    is_known = False
            except HypervisorError as error:
                if not is_known:
                    _log.warning("events_unavailable", uri=self._uri, reason=str(error))
                is_known = True
            except Exception as error:  # noqa: BLE001 - a fault of our own must not end the watch for good
                _log.failure("watch_failed", error)
            self._stopping.wait(backoff.next_seconds())

    def _watch_once(self, backoff: Backoff) -> None:
        """Connect, emit until the connection ends, close."""
        self._end_reason = None
        stream = EventStream(
            self._uri,
            happened=self._put,
            changed=self._changed,
            devices_changed=self._devices_changed,
            closed=self._on_closed,
        )
        began_at_seconds = time.monotonic()
        try:
            self._devices_changed(None)
            self._changed(None)
            self._tell(UnsentEvent(kind="hypervisor_connected", occurred_at=datetime.now(UTC)))
            reason = self._emit_until_end()
        finally:
            stream.close()
        if reason is None:
            return
        # A daemon that dies again and again must not cause two events a second.
        if time.monotonic() - began_at_seconds >= LONGEST_SECONDS:
            backoff.reset()
        _log.warning("events_interrupted", uri=self._uri, reason=reason)
        self._tell(UnsentEvent(kind="hypervisor_disconnected", occurred_at=datetime.now(UTC), detail=reason))

    def _emit_until_end(self) -> str | None:
        """Return why the connection ended; None when the watcher is to stop."""
        while not self._stopping.is_set():
            event = self._inbox.get()
            if event is not None:
                self._tell(event)
            if self._end_reason is not None and self._inbox.empty():
                return self._end_reason
        return None

    def _on_closed(self, reason: str) -> None:
        """Note the end, on the event loop's thread; the entry wakes the watcher behind what waits."""
        self._end_reason = reason
        self._put(None)

    def _tell(self, event: UnsentEvent) -> None:
        suppressed_count = self._throttle.admit((event.domain_uuid, event.kind), time.monotonic())
        if suppressed_count is None:
            return
        if suppressed_count:
            attributes = event.attributes | {"suppressed_count": str(suppressed_count)}
            event = structs.replace(event, attributes=attributes)
        try:
            self._emit(event)
        except Exception as error:  # noqa: BLE001 - a full spool must not end the watch
            _log.failure("event_not_emitted", error, kind=event.kind)

    def _put(self, event: UnsentEvent | None) -> None:
        """Hand over from the event loop's thread; dropped when more wait than could ever be of use."""
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            self._lost_count += 1
            if self._lost_count % _WAITING_CAP == 1:
                _log.error("events_dropped", dropped_count=self._lost_count)
