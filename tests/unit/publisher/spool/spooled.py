# SPDX-License-Identifier: Apache-2.0
"""Messages for the tests of the spool, and what waits in it."""

from collections.abc import Callable
from pathlib import Path

from publisher.spool import Lane, Limits, Message, Spool, Spooled, Stamp

# Room for the log and a few hundred kilobytes of bodies: the smallest spool that still works.
SMALL = Limits(capacity_bytes=4 * 1024 * 1024, free_floor_bytes=0, reserve_bytes=64 * 1024)
EVERYTHING = 2**40


def message(body: bytes | Callable[[Stamp], bytes] = b"body", lane: Lane = "sample") -> Message:
    """Return a message with this body."""
    build = body if callable(body) else lambda _stamp: body
    return Message(lane, f"hv042.{lane}", "test/1", 1_763_880_000, build)


def file_bytes(spool: Spool) -> int:
    """Return the size of database and write-ahead log together."""
    database = spool._directory.database
    return sum(path.stat().st_size for path in (database, Path(f"{database}-wal")) if path.exists())


def waiting(spool: Spool) -> list[Spooled]:
    """Return everything that waits, in the order of the sequence."""
    found = [
        item
        for lane in ("sample", "event")
        for item in spool.read(lane, count=EVERYTHING, size_bytes=EVERYTHING)
    ]
    return sorted(found, key=lambda item: item.ticket.sequence)


def sequences(spool: Spool) -> list[int]:
    """Return the sequences of everything that waits."""
    return [item.ticket.sequence for item in waiting(spool)]
