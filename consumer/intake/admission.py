# SPDX-License-Identifier: Apache-2.0
"""Which deliveries become rows: decoding, the sender's identity, the clock. Pure.

Identity: a user can set no other user id and no other routing key than its own on the broker. But the broker
accepts a message without user id. So user id, routing key and body must all name the same host.
"""

from datetime import UTC, datetime, timedelta

from consumer.broker.delivery import Delivery
from consumer.intake.refusal import Refusal
from publisher.wire.codec import DecodeError, decode_event, decode_sample
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import Event
from publisher.wire.topics import parse_key

# Before it no publisher existed; a host whose clock has lost its battery starts at 1970.
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


def admit(delivery: Delivery, ahead: timedelta) -> ColumnBatch | Event:
    """Return the message of a delivery; raise Refusal. ``ahead``: how far its clock may be before ours."""
    key = parse_key(delivery.routing_key)
    if key is None:
        raise Refusal("identity", f"the routing key {delivery.routing_key!r} names no host")
    if delivery.user_id != key.host:
        raise Refusal("identity", f"user {delivery.user_id!r} sent with the routing key of {key.host!r}")
    try:
        message = decode_sample(delivery.body) if key.event_kind is None else decode_event(delivery.body)
    except DecodeError as error:
        raise Refusal(error.reason, error.detail) from error
    if message.host != key.host:
        raise Refusal("identity", f"the body of {key.host!r} names {message.host!r}")
    if isinstance(message, Event):
        if message.kind != key.event_kind:
            raise Refusal("schema", f"an event {message.kind!r} under the key of {key.event_kind!r}")
        _check_clock(message.occurred_at, delivery.received_at, ahead)
    else:
        _check_clock(message.sampled_at, delivery.received_at, ahead)
        _check_unique(message)
    return message


def _check_clock(at: datetime, received_at: datetime, ahead: timedelta) -> None:
    if at > received_at + ahead:
        raise Refusal("clock", f"{at.isoformat()} is ahead of the time of arrival, {received_at.isoformat()}")
    if at < OLDEST:
        raise Refusal("clock", f"{at.isoformat()} is before {OLDEST.year}")


def _check_unique(batch: ColumnBatch) -> None:
    if batch.domains and len(set(batch.domains.uuid)) < len(batch.domains.uuid):
        raise Refusal("ambiguous", "a domain UUID occurs twice")
