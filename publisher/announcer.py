# SPDX-License-Identifier: Apache-2.0
"""Events into the spool, from whichever thread they happen on."""

from collections.abc import Mapping
from datetime import datetime

from publisher.errors import SpoolError
from publisher.logs import Log
from publisher.messages.event_message import event_message
from publisher.spool import Spool
from publisher.unsent_event import UnsentEvent


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
            UnsentEvent(kind=kind, occurred_at=occurred_at, detail=detail, attributes=dict(attributes or {}))
        )

    def pass_on(self, event: UnsentEvent) -> None:
        """Spool an event; a spool that refuses it has counted it."""
        try:
            self._spool.put(event_message(event, host=self._host, boot_id=self.boot_id))
        except SpoolError as error:
            self._log.warning("event_not_spooled", kind=event.kind, error=str(error))
