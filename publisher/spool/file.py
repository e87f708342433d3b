# SPDX-License-Identifier: Apache-2.0
"""The SQLite file of the spool. The only module that knows its tables.

Not thread-safe and without recovery: the spool around it has the lock and decides what an error means.
What is unsent is what stands in ``messages``; a sequence is given in the transaction that stores its message.
Errors: ``sqlite3.Error``, or ``UnusableFileError`` from ``open``.
"""

import secrets
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from publisher.spool.message import Lane, Message, Spooled, Stamp, Ticket
from publisher.wire.samples import DroppedRange

APPLICATION_ID = 0x6B766D67
FORMAT = 1
PAGE_BYTES = 4096
# A page of an overflow chain holds four bytes less than its size.
BODY_BYTES_PER_PAGE = PAGE_BYTES - 4
LOG_PAGES = 128
LOG_FRAME_BYTES = PAGE_BYTES + 24
# B-tree, index, range and pointer-map pages that one message can add beside its body.
OVERHEAD_PAGES = 8
RANGES_PER_MESSAGE = 100
SHRINK_PAGES = 200
SHRINK_STEPS = 10

_SCHEMA = """
CREATE TABLE spool (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL, host TEXT NOT NULL, next_sequence INTEGER NOT NULL
) STRICT;
CREATE TABLE messages (
    sequence INTEGER PRIMARY KEY, lane TEXT NOT NULL, routing_key TEXT NOT NULL, message_type TEXT NOT NULL,
    wall_seconds INTEGER NOT NULL, checksum INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX messages_by_lane ON messages (lane, sequence);
CREATE TABLE dropped (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, reported_in INTEGER) STRICT;
"""


class UnusableFileError(Exception):
    """The file cannot serve as this host's spool; ``why`` becomes part of its new name."""

    def __init__(self, why: str, detail: str) -> None:
        super().__init__(detail)
        self.why = why


class Totals(NamedTuple):
    """What waits in the file, and what was dropped from it since it was opened."""

    message_count: int
    body_bytes: int
    dropped_count: int = 0

    def without(self, sizes_bytes: Sequence[int], *, dropped: bool) -> "Totals":
        """Return the totals after messages of these sizes have gone."""
        gone = len(sizes_bytes)
        return Totals(
            self.message_count - gone,
            self.body_bytes - sum(sizes_bytes),
            self.dropped_count + gone * dropped,
        )


class SpoolFile:
    """An open spool file of one host."""

    def __init__(self, path: Path, host: str) -> None:
        # Transactions are begun by hand; the spool's lock makes one connection safe for all threads.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        self.totals = Totals(0, 0)
        try:
            self._configure()
            self.epoch = self._identify(host)
            self.totals = self._count()
            # A log left by a crash begins again at its start, as the arithmetic of room expects.
            self.checkpoint()
        except BaseException:
            self._db.close()
            raise

    def _configure(self) -> None:
        # The directory's lock already keeps others out. Exclusive mode needs no shared-memory file, whose
        # mapping would end the process (SIGBUS) on a full tmpfs.
        self._set("locking_mode = EXCLUSIVE")
        self._is_new = self._number("PRAGMA page_count") == 0
        if self._is_new:
            self._set(f"page_size = {PAGE_BYTES}", "auto_vacuum = INCREMENTAL")
        self._set(
            "journal_mode = WAL",
            "synchronous = FULL",
            f"wal_autocheckpoint = {LOG_PAGES}",
            f"journal_size_limit = {LOG_PAGES * LOG_FRAME_BYTES}",
            "cache_size = -256",
            # Debian's SQLite overwrites what is deleted: dropped bodies would go through the log as well.
            "secure_delete = OFF",
            "temp_store = MEMORY",
        )

    def _set(self, *pragmas: str) -> None:
        for pragma in pragmas:
            self._db.execute(f"PRAGMA {pragma}").fetchall()

    def _identify(self, host: str) -> str:
        # A file of one page has its header only: its creation was cut off.
        empty = self._number("PRAGMA application_id") == 0 and self._number("PRAGMA page_count") <= 1
        if self._is_new or empty:
            self._create(host)
        if self._number("PRAGMA application_id") != APPLICATION_ID:
            raise UnusableFileError("foreign", "it was not made by kvmgrid")
        if self._number("PRAGMA user_version") != FORMAT:
            raise UnusableFileError("unknown-format", "another version of kvmgrid made it")
        (finding,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if finding != "ok":
            raise UnusableFileError("corrupt", str(finding))
        row = self._db.execute("SELECT epoch, host FROM spool").fetchone()
        if row is None:
            raise UnusableFileError("corrupt", "it has no epoch")
        epoch, owner = row
        if owner != host:
            raise UnusableFileError("other-host", f"it holds messages of host {owner!r}")
        return str(epoch)

    def _create(self, host: str) -> None:
        with self.transaction():
            for statement in _SCHEMA.split(";")[:-1]:
                self._db.execute(statement)
            self._db.execute("INSERT INTO spool VALUES (1, ?, ?, 1)", (secrets.token_hex(8), host))
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def close(self) -> None:
        """Close the file; what is committed is on disk already."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, synced to disk; roll back on any error, the totals too."""
        before = self.totals
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self.totals = before
            # SQLite has rolled back by itself after some errors, such as a full disk.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database, so that the next write begins at its start."""
        self._db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()

    def shrink(self) -> None:
        """Give some free pages back to the file system: a part at a time, as other threads wait meanwhile."""
        for _ in range(SHRINK_STEPS):
            # executescript, because execute would stop after the first page. Each page goes through the log.
            self._db.executescript(f"PRAGMA incremental_vacuum({SHRINK_PAGES})")
            self.checkpoint()

    def free_pages(self) -> int:
        """Return the pages that can be written again without growth."""
        return self._number("PRAGMA freelist_count")

    def pages(self) -> int:
        """Return the size of the database in pages."""
        return self._number("PRAGMA page_count")

    def next_sequence(self) -> int:
        """Return the sequence that the next message will get."""
        return self._number("SELECT next_sequence FROM spool")

    def insert(self, sequence: int, message: Message, body: bytes) -> None:
        """Store a message and use up its sequence."""
        self._db.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (sequence, *message[:4], zlib.crc32(body), body),
        )
        self.number_from(sequence + 1)
        count, size_bytes, dropped_count = self.totals
        self.totals = Totals(count + 1, size_bytes + len(body), dropped_count)

    def read(self, lane: Lane, sequences: range) -> Iterator[Spooled | Ticket]:
        """Give the messages of a lane in order; a ticket alone where the body is damaged."""
        cursor = self._db.execute(
            "SELECT sequence, routing_key, message_type, wall_seconds, body, checksum FROM messages"
            " WHERE lane = ? AND sequence >= ? AND sequence < ? ORDER BY sequence",
            (lane, sequences.start, sequences.stop),
        )
        for sequence, routing_key, message_type, wall_seconds, body, checksum in cursor:
            ticket = Ticket(self.epoch, sequence)
            if zlib.crc32(body) == checksum:
                yield Spooled(ticket, lane, routing_key, message_type, wall_seconds, body)
            else:
                yield ticket

    def oldest(self, *, pages: int, but: Collection[int] = ()) -> list[int]:
        """Return the oldest messages, but for some, that together hold this many pages, or all there are."""
        found: list[int] = []
        rows = self._db.execute("SELECT sequence, length(body) FROM messages ORDER BY sequence")
        for sequence, size_bytes in rows:
            if pages <= 0:
                break
            if sequence in but:
                continue
            found.append(sequence)
            # A small body shares its page with others; the caller looks again.
            pages -= _pages_held(size_bytes)
        return found

    def delete_confirmed(self, sequences: Iterable[int]) -> int:
        """Forget delivered messages and the dropped ranges they reported; return the pages they held."""
        keys = list(sequences)
        sizes_bytes = [size for _, size in self._delete(keys)]
        self.totals = self.totals.without(sizes_bytes, dropped=False)
        self._db.executemany("DELETE FROM dropped WHERE reported_in = ?", [(key,) for key in keys])
        return sum(map(_pages_held, sizes_bytes))

    def delete_dropped(self, sequences: Iterable[int]) -> list[int]:
        """Give up and return those messages that are here; what they would have reported is due again."""
        gone = self._delete(sequences)
        for sequence, _ in gone:
            self._db.execute("UPDATE dropped SET reported_in = NULL WHERE reported_in = ?", (sequence,))
            self.record_dropped(sequence, sequence)
        self.totals = self.totals.without([size for _, size in gone], dropped=True)
        return [sequence for sequence, _ in gone]

    def _delete(self, sequences: Iterable[int]) -> list[tuple[int, int]]:
        statement = "DELETE FROM messages WHERE sequence = ? RETURNING sequence, length(body)"
        rows = [self._db.execute(statement, (sequence,)).fetchall() for sequence in sequences]
        return [row[0] for row in rows if row]

    def among(self, first: int, last: int) -> list[int]:
        """Return the messages that are here of a range."""
        query = "SELECT sequence FROM messages WHERE sequence BETWEEN ? AND ?"
        return [int(row[0]) for row in self._db.execute(query, (first, last))]

    def number_from(self, sequence: int) -> None:
        """Give no number below this one any more."""
        self._db.execute("UPDATE spool SET next_sequence = ?", (sequence,))

    def record_dropped(self, first: int, last: int) -> None:
        """Add a range to what is to be reported, joined with unreported neighbours."""
        before = self._db.execute(
            "SELECT first FROM dropped WHERE last = ? AND reported_in IS NULL", (first - 1,)
        ).fetchone()
        after = self._db.execute(
            "SELECT first, last FROM dropped WHERE first = ? AND reported_in IS NULL", (last + 1,)
        ).fetchone()
        if after:
            self._db.execute("DELETE FROM dropped WHERE first = ?", (after[0],))
            last = after[1]
        if before:
            self._db.execute("UPDATE dropped SET last = ? WHERE first = ?", (last, before[0]))
        else:
            self._db.execute("INSERT INTO dropped VALUES (?, ?, NULL)", (first, last))

    def unreported(self) -> tuple[DroppedRange, ...]:
        """Return dropped ranges that no message carries, at most as many as one message may."""
        rows = self._db.execute(
            "SELECT first, last FROM dropped WHERE reported_in IS NULL ORDER BY first LIMIT ?",
            (RANGES_PER_MESSAGE,),
        )
        return tuple(DroppedRange(epoch=self.epoch, first=first, last=last) for first, last in rows)

    def mark_reported(self, stamp: Stamp) -> None:
        """Note which message carries the ranges; they stay until it is confirmed."""
        self._db.executemany(
            "UPDATE dropped SET reported_in = ? WHERE first = ?",
            [(stamp.ticket.sequence, lost.first) for lost in stamp.dropped],
        )

    def _count(self) -> Totals:
        row = self._db.execute("SELECT count(*), coalesce(sum(length(body)), 0) FROM messages").fetchone()
        return Totals(*row)

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])


def _pages_held(body_bytes: int) -> int:
    return max(1, body_bytes // BODY_BYTES_PER_PAGE)
