# SPDX-License-Identifier: Apache-2.0
"""An event on its way to the spool: what is said about it, then when and to which domain.

The spool gives it a number; the wire's Event adds host, epoch, sequence and boot.
"""

from datetime import datetime

from msgspec import Struct


class EventFacts(Struct, frozen=True):
    """What is said about an event, in the words of publisher.wire.samples.Event."""

    kind: str
    detail: str | None = None
    attributes: dict[str, str] = {}


class UnsentEvent(EventFacts, frozen=True, kw_only=True):
    """An event of the host, of one of its domains, or of the publisher itself."""

    occurred_at: datetime
    domain_uuid: str | None = None
    domain_name: str | None = None
    libvirt_id: int | None = None
