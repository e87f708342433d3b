# SPDX-License-Identifier: Apache-2.0
"""Messages that cannot be stored, and why."""

from typing import Literal, NamedTuple

from consumer.broker.delivery import Delivery
from publisher.wire.codec import DecodeReason

# "refused": the database would not take the row. "collision": another message of that host and instant is
# there. The rest is found before.
Reason = DecodeReason | Literal["identity", "clock", "outdated", "ambiguous", "collision", "refused"]


class Refusal(Exception):  # noqa: N818 - names what happened to the message
    """A delivery that cannot be stored, and why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


class RefusedMessage(NamedTuple):
    """A delivery on its way to quarantine."""

    delivery: Delivery
    reason: Reason
    detail: str
