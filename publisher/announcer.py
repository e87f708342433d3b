# SPDX-License-Identifier: Apache-2.0
"""Events into the spool, from whichever thread they happen on."""

from collections.abc import Mapping
from datetime import datetime

from publisher.errors import SpoolError
from publisher.happenings import Happening
from publisher.logs import Log
from publisher.messages.message_body import event_body
from publisher.spool import Message, Spool, Stamp
from publisher.version import VERSION
from publisher.wire.codec import EVENT_TYPE
from publisher.wire.samples import SCHEMA_VERSION, Event
from publisher.wire.topics import event_key


class Announcer:
    """Spools events of one host. ``boot_id`` may be set from another thread."""

    def __init__(self, spool: Spool, host: str, boot_id: str) -> None:
        self._spool = spool
        self._host = host
        self._log = Log("announcer")
        self.boot_id = boot_id

    def announce(
        self,
        kind: str,
        occurred_at: datetime,
        *,
        detail: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Spool an event of the host or of the publisher itself."""
        self.pass_on(
            Happening(kind=kind, occurred_at=occurred_at, detail=detail, attributes=dict(attributes or {}))
        )

    def pass_on(self, happening: Happening) -> None:
        """Spool an event of a domain; a spool that refuses it has counted it."""
        message = Message(
            lane="event",
            routing_key=event_key(self._host, happening.kind),
            message_type=EVENT_TYPE,
            wall_seconds=int(happening.occurred_at.timestamp()),
            build=lambda stamp: self._body(happening, stamp),
        )
        try:
            self._spool.put(message)
        except SpoolError as error:
            self._log.warning("event_not_spooled", kind=happening.kind, error=str(error))

    def _body(self, happening: Happening, stamp: Stamp) -> bytes:
        return event_body(
            Event(
                schema=SCHEMA_VERSION,
                host=self._host,
                epoch=stamp.ticket.epoch,
                sequence=stamp.ticket.sequence,
                boot_id=self.boot_id,
                occurred_at=happening.occurred_at,
                publisher_version=VERSION,
                kind=happening.kind,
                domain_uuid=happening.domain_uuid,
                domain_name=happening.domain_name,
                libvirt_id=happening.libvirt_id,
                detail=happening.detail,
                attributes=happening.attributes,
            )
        )
