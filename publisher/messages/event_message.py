# SPDX-License-Identifier: Apache-2.0
"""The message of one event: the wire's Event is composed once the spool has given it its stamp."""

from publisher.messages.message_body import event_body
from publisher.spool import Message, Stamp
from publisher.unsent_event import UnsentEvent
from publisher.version import VERSION
from publisher.wire.codec import EVENT_TYPE
from publisher.wire.samples import SCHEMA_VERSION, Event
from publisher.wire.topics import event_key


def event_message(event: UnsentEvent, *, host: str, boot_id: str) -> Message:
    """Return the message of an event of this host."""

    def compose_body(stamp: Stamp) -> bytes:
        return event_body(
            Event(
                schema=SCHEMA_VERSION,
                host=host,
                epoch=stamp.ticket.epoch,
                sequence=stamp.ticket.sequence,
                boot_id=boot_id,
                occurred_at=event.occurred_at,
                publisher_version=VERSION,
                kind=event.kind,
                domain_uuid=event.domain_uuid,
                domain_name=event.domain_name,
                libvirt_id=event.libvirt_id,
                detail=event.detail,
                attributes=event.attributes,
            )
        )

    return Message(
        lane="event",
        routing_key=event_key(host, event.kind),
        message_type=EVENT_TYPE,
        wall_seconds=int(event.occurred_at.timestamp()),
        compose_body=compose_body,
    )
