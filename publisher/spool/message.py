# SPDX-License-Identifier: Apache-2.0
"""What goes into the spool and what comes out of it."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from publisher.wire.codec import MAX_BODY_BYTES
from publisher.wire.samples import DroppedRange

# Samples and events share one sequence; each lane is sent in its order and may be held without the other.
Lane = Literal["sample", "event"]
LANES: tuple[Lane, ...] = ("event", "sample")

MEBIBYTE = 1024 * 1024


class Ticket(NamedTuple):
    """The name of a message within one host, for ever: a wiped spool begins a new epoch."""

    epoch: str
    sequence: int


class Stamp(NamedTuple):
    """What a message must carry: its ticket, and the dropped ranges it shall report (none for events)."""

    ticket: Ticket
    dropped: tuple[DroppedRange, ...]


class Message(NamedTuple):
    """A message to be spooled. ``compose_body`` is called in the transaction that gives it its stamp."""

    lane: Lane
    routing_key: str
    message_type: str
    wall_seconds: int
    compose_body: Callable[[Stamp], bytes]


class Spooled(NamedTuple):
    """A message on disk, to be sent."""

    ticket: Ticket
    lane: Lane
    routing_key: str
    message_type: str
    wall_seconds: int
    body: bytes


class SpoolStatus(NamedTuple):
    """The spool now, known without the disk. ``waiting_bytes`` counts bodies; drops count since the start."""

    message_count: int
    waiting_bytes: int
    dropped_message_count: int


class Limits(NamedTuple):
    """How much room the spool may take.

    ``capacity_bytes`` bounds database and write-ahead log together. While less than ``free_floor_bytes`` is
    free on the file system the files do not grow beyond ``small_bytes``. ``reserve_bytes`` are held beside
    them and given up once others have filled the disk. Then the log and the largest message still reach the
    database, and deletions can be written.
    """

    capacity_bytes: int = 512 * MEBIBYTE
    free_floor_bytes: int = 256 * MEBIBYTE
    small_bytes: int = 8 * MEBIBYTE
    reserve_bytes: int = 16 * MEBIBYTE
    message_bytes: int = MAX_BODY_BYTES
