# SPDX-License-Identifier: Apache-2.0
"""The ground truth on the broker: what the generator did, as it does it.

It goes to an exchange of its own, ``kvmgrid.truth`` (topic, durable), with the key
``<host>.truth.<subject>``. It never mixes with samples: kvmgrid's queue is not bound there. Whoever wants to
compare binds a queue; nobody has to, and the messages are neither kept nor confirmed.
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

TRUTH_EXCHANGE: Final = "kvmgrid.truth"
TRUTH_TYPE: Final = "kvmgrid.truth.v1"


class Truth(Struct, frozen=True, kw_only=True):
    """What was true at one moment. ``values`` names each figure; ratios lie between 0 and 1.

    ``commanded_ratio`` is None for a change, whose action is the ``action``.
    """

    run: str
    scenario: str
    host: str
    subject: str
    at: datetime
    commanded_ratio: float | None = None
    action: str | None = None
    values: dict[str, float] = {}
    schema: int = 1


def truth_key(host: str, subject: str) -> str:
    """Return the routing key."""
    return f"{host}.truth.{subject}"


def encode(truth: Truth) -> bytes:
    """Return the body of a message."""
    return msgspec.json.encode(truth)
