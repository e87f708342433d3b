# SPDX-License-Identifier: Apache-2.0
"""Which deliveries become rows: decoding, the sender's identity, size, the clock. Pure.

Identity: a user can set no other user id and no other routing key than its own on the broker. But the broker
accepts a message without user id. So user id, routing key and body must all name the same host.
"""

from collections.abc import Iterator
from datetime import datetime

from consumer.broker.delivery import Delivery
from consumer.intake.refusal import Refusal
from consumer.intake.stored_range import StoredRange
from publisher.wire.codec import DecodeError, decode_event, decode_sample
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import Event
from publisher.wire.topics import parse_key

# Four times the VMs that a host is known to run.
# Each may cost rows in three tables of names and stays.
DOMAIN_COUNT_MAX = 4_096
# Sixteen devices for each of them. A body of 8 MiB has room for more, of short names and without figures.
DEVICE_COUNT_MAX = 65_536
# The sample of a VM and those of three devices.
_ROWS_OF_A_DOMAIN = 4


def admit(delivery: Delivery, stored: StoredRange, now: datetime) -> ColumnBatch | Event:
    """Return the message of a delivery; raise Refusal. ``now``: later than the arrival if it is replayed."""
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
    # A clock that was slow when it arrived is no reason any more.
    arrived_at = max(delivery.received_at, now)
    if isinstance(message, Event):
        if message.kind != key.event_kind:
            raise Refusal("schema", f"an event {message.kind!r} under the key of {key.event_kind!r}")
        stored.require(message.occurred_at, arrived_at, stored.event_age)
    else:
        _check_size(message)
        stored.require(message.sampled_at, arrived_at, stored.sample_age)
        _check_unique(message)
    return message


def _check_size(batch: ColumnBatch) -> None:
    for kind, count in _device_counts(batch):
        if count > DEVICE_COUNT_MAX:
            raise Refusal(
                "too_large", f"{count:,} {kind}; at most {DEVICE_COUNT_MAX:,} are stored of a message"
            )
    if batch.domains and len(batch.domains.uuid) > DOMAIN_COUNT_MAX:
        detail = f"{len(batch.domains.uuid):,} domains; at most {DOMAIN_COUNT_MAX:,} are stored of a message"
        raise Refusal("too_large", detail)


def _device_counts(batch: ColumnBatch) -> Iterator[tuple[str, int]]:
    yield "disks", len(batch.disks)
    yield "interfaces", len(batch.interfaces)
    yield "file systems", len(batch.filesystems)
    if batch.domains is not None:
        for kind, devices in (
            ("disks of VMs", batch.domains.blocks),
            ("interfaces of VMs", batch.domains.interfaces),
        ):
            yield kind, 0 if devices is None else len(devices.device)


def weight(message: ColumnBatch | Event) -> int:
    """Return how much of a flush a message fills: its VMs, or a quarter of its rows where these are more."""
    if isinstance(message, Event):
        return 0
    domain_count = 0 if message.domains is None else len(message.domains.uuid)
    device_count = sum(count for _, count in _device_counts(message))
    return max(domain_count, (domain_count + device_count) // _ROWS_OF_A_DOMAIN)


def _check_unique(batch: ColumnBatch) -> None:
    if batch.domains and len(set(batch.domains.uuid)) < len(batch.domains.uuid):
        raise Refusal("ambiguous", "a domain UUID occurs twice")
