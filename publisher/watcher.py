# SPDX-License-Identifier: Apache-2.0
"""What happens to domains, as it happens: libvirt's events on a connection and threads of their own.

``emit`` is called on the watcher's own thread, one happening after the other; it may block for a moment (a spool's fsync), but
must not wait for the network. Nothing is replayed by libvirt: after each (re)connect the next tick tells the state.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct


class Happening(Struct, frozen=True, kw_only=True):
    """One event of libvirt, or a change of the connection to it. Field meanings: publisher.wire.samples.Event."""

    kind: str
    occurred_at: datetime
    domain_uuid: str | None = None
    domain_name: str | None = None
    libvirt_id: int | None = None
    detail: str | None = None
    attributes: dict[str, str] = {}


class EventWatcher:
    """Turns libvirt's events into happenings; reconnects for ever."""

    def __init__(
        self,
        *,
        uri: str | None,
        emit: Callable[[Happening], None],
        changed: Callable[[str | None], None] | None = None,
    ) -> None:
        """`changed` receives the UUID of each domain whose description changed (None: all); see DomainSampler.changed."""

    def start(self) -> None:
        """Start the watcher's threads; never blocks and never fails, also without libvirt."""

    def close(self) -> None:
        """Stop emitting; returns at once."""
