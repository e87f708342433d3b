# SPDX-License-Identifier: Apache-2.0
"""One message as it came from the broker, without anything of the AMQP library in it."""

from datetime import datetime
from typing import NamedTuple

from consumer.broker.receipts import Receipt


class Death(NamedTuple):
    """One entry of ``x-death``: where and why the broker gave a message up before."""

    queue: str
    reason: str
    delivery_count: int


class Delivery(NamedTuple):
    """A message with the properties that say who sent it; texts are capped and free of NUL."""

    receipt: Receipt
    body: bytes
    exchange: str
    routing_key: str
    redelivered: bool
    received_at: datetime
    user_id: str | None = None
    message_id: str | None = None
    content_type: str | None = None
    message_type: str | None = None
    deaths: tuple[Death, ...] = ()
    # By the monotonic clock, which nobody sets; None for what did not come just now.
    arrived_seconds: float | None = None
    # By the broker's clock, in seconds of the epoch; None where it stamps no messages.
    stamped_seconds: float | None = None
