# SPDX-License-Identifier: Apache-2.0
"""What a consumer's log says about its flushes: also of those that store nothing, as duplicates do."""

from datetime import datetime

import msgspec
from msgspec import Struct

# Makes the consumer write a line for each flush.
SETTING = "KVMGRID_LOG__LEVEL=debug"
_EVENT = "flush_stored"


class Flushed(Struct, frozen=True, kw_only=True):
    """One committed transaction; ``duplicate_count`` are rows, of all tables."""

    timestamp: datetime = msgspec.field(name="ts")
    message_count: int
    duplicate_count: int


class _Line(Struct):
    event: str = ""


def flushes(log: str) -> list[Flushed]:
    """Return the flushes of a log in JSON lines, of which the last may be half written."""
    found = []
    for line in log.splitlines():
        try:
            if msgspec.json.decode(line, type=_Line).event == _EVENT:
                found.append(msgspec.json.decode(line, type=Flushed))
        except msgspec.DecodeError:
            continue
    return found


def measured(seen: list[Flushed]) -> list[Flushed]:
    """Leave out the first flush, before which the process starts, and the last, which waits for more."""
    return seen[1:-1]


def messages_per_second(seen: list[Flushed]) -> float:
    """Return the rate from the first flush to the last but one; there must be three."""
    seconds = (seen[-2].timestamp - seen[0].timestamp).total_seconds()
    return sum(each.message_count for each in measured(seen)) / seconds
