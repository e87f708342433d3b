# SPDX-License-Identifier: Apache-2.0
"""The spool as its threads see it: put, read, confirm, from any thread.

No failure of the disk reaches the callers as anything but a counted loss. A full disk costs the oldest
messages that the broker does not have. A corrupt file is set aside, and a new epoch begins. A message that
cannot be stored uses up a sequence. What cannot be written now is tried again at the next call.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from threading import RLock

from publisher.errors import MessageRefusedError, SpoolFullError, SpoolRefusedError
from publisher.logs import Log
from publisher.spool.aside import SetAside, set_file_aside
from publisher.spool.directory import SpoolDirectory
from publisher.spool.message import Lane, Limits, Message, Spooled, SpoolStatus, Stamp, Ticket
from publisher.spool.opening import CORRUPT, Opening, open_file
from publisher.spool.room import body_room_bytes, pages_of, pages_to_free
from publisher.spool.tally import Tally, ranges
from publisher.spool.transit import Transit

_TRIES = 3
_SHRINK_ABOVE_PAGES = 256
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
_DISK_ERRORS = (sqlite3.Error, OSError)


class Spool:
    """The spool of one host in one directory; raises SpoolRefusedError if the directory cannot be used."""

    def __init__(self, directory: Path, host: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._host = host
        self._log = Log("spool")
        self._lock = RLock()
        self._listener: Callable[[], None] | None = None
        self._set_aside: list[SetAside] = []
        # Dropped from files that are no longer open, and messages that were never stored.
        self._dropped_before_count = 0
        # Those of the latter whose sequences are still to be written down, with the next message stored.
        self._refused_count = 0
        self._transit = Transit()
        self._largest_bytes = 0
        # The code of the disk's failure under way, which is reported once.
        self._failure: int | None = None
        self._directory = SpoolDirectory(directory, reserve_bytes=self._limits.reserve_bytes)
        try:
            opening = self._open()
        except _DISK_ERRORS as error:
            self._directory.release()
            raise SpoolRefusedError(
                f"cannot open the spool in {directory}: {error}",
                fix="see that its disk has room and can be written",
            ) from error
        self._file = opening.file
        # An earlier process may have ended before the broker's answer.
        self._transit.unknown.update(opening.unanswered)
        # Ranges are reported while messages get through; in an outage they would only break into pieces.
        self._reporting = self._file.totals.message_count == 0
        self._dropping = False

    @property
    def epoch(self) -> str:
        """The epoch of messages put now."""
        return self._file.epoch

    def close(self) -> None:
        """Close the file and let another publisher claim the directory."""
        with self._lock:
            self._file.close()
            self._directory.release()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each put, on the thread that put."""
        self._listener = listener

    def status(self) -> SpoolStatus:
        """Return the figures of now."""
        with self._lock:
            totals = self._file.totals
            return SpoolStatus(
                message_count=totals.message_count,
                waiting_bytes=totals.body_bytes,
                dropped_message_count=self._dropped_before_count + totals.dropped_count,
            )

    def set_aside(self) -> list[SetAside]:
        """Return the files set aside since the start."""
        with self._lock:
            return list(self._set_aside)

    def put(self, message: Message) -> Ticket:
        """Store a message; on return it is synced to disk.

        Raises MessageRefusedError if it cannot be built or is too large, SpoolFullError if no room can be
        made. Both are counted and reported as dropped.
        """
        with self._lock:
            ticket = self._put(message)
        if self._listener:
            self._listener()
        return ticket

    def read(
        self,
        lane: Lane,
        *,
        after: Ticket | None = None,
        until: Ticket | None = None,
        count: int,
        size_bytes: int,
    ) -> list[Spooled]:
        """Return waiting messages of a lane in order: at most ``count``, at most ``size_bytes`` or one.

        ``after`` and ``until`` of another epoch bound nothing.
        """
        with self._lock:
            first = after.sequence + 1 if after and after.epoch == self.epoch else 0
            last = until.sequence if until and until.epoch == self.epoch else 2**63 - 2
            try:
                return self._read(lane, range(first, last + 1), count, size_bytes)
            except _DISK_ERRORS as error:
                self._repair(error)
                return []

    def last_ticket(self) -> Ticket:
        """Return the ticket given last (sequence 0: none yet)."""
        with self._lock:
            try:
                return Ticket(self.epoch, self._file.next_sequence() - 1)
            except _DISK_ERRORS as error:
                self._repair(error)
                return Ticket(self.epoch, 0)

    def confirm(self, tickets: Collection[Ticket]) -> None:
        """Forget messages that the broker has confirmed; those of another epoch are ignored."""
        with self._lock:
            self._transit.confirm(self._sequences(tickets))
            if not self._transit.confirmed:
                return
            try:
                with self._file.transaction():
                    self._file.delete_confirmed(sorted(self._transit.confirmed))
                self._transit.confirmed.clear()
                self._reporting = True
                self._dropping = False
                if not self._file.totals.message_count and self._file.free_pages() > _SHRINK_ABOVE_PAGES:
                    self._file.shrink()
            except _DISK_ERRORS as error:
                self._repair(error)
            self._tell()

    def take(
        self,
        lane: Lane,
        *,
        after: Ticket | None = None,
        until: Ticket | None = None,
        count: int,
        size_bytes: int,
    ) -> list[Spooled]:
        """``read`` what is to be sent: until the broker's answer none of it is dropped."""
        with self._lock:
            found = self.read(lane, after=after, until=until, count=count, size_bytes=size_bytes)
            self._transit.send(message.ticket.sequence for message in found)
            # Before they are sent: a restart must not count as dropped what the broker has.
            self._tell()
            return found

    def refused(self, tickets: Iterable[Ticket]) -> None:
        """Take note of messages that the broker did not take: they wait as before."""
        with self._lock:
            self._transit.refuse(self._sequences(tickets))
            self._tell()

    def disconnected(self) -> None:
        """Take note that no answer comes any more to what was sent: it is kept until the broker confirms."""
        with self._lock:
            self._transit.lose()

    def discard(self, ticket: Ticket, reason: str) -> None:
        """Give up a message that can never be delivered; it is counted and reported as dropped."""
        with self._lock:
            try:
                if ticket.epoch == self.epoch:
                    with self._file.transaction():
                        self._drop([ticket.sequence], reason)
                    self._transit.forget([ticket.sequence])
            except _DISK_ERRORS as error:
                self._repair(error)
            self._tell()

    def _sequences(self, tickets: Iterable[Ticket]) -> list[int]:
        return [ticket.sequence for ticket in tickets if ticket.epoch == self.epoch]

    def _put(self, message: Message) -> Ticket:
        for number in range(_TRIES):
            try:
                ticket = self._store(message)
            except _DISK_ERRORS as error:
                self._repair(error)
            else:
                if number == 0:
                    self._failure = None
                return ticket
        self._refuse()
        raise SpoolFullError("the disk of the spool takes no message")

    def _store(self, message: Message) -> Ticket:
        refused = self._refused_count
        with self._file.transaction():
            first = self._file.next_sequence()
            if refused:
                self._file.record_dropped(first, first + refused - 1)
            ticket = Ticket(self.epoch, first + refused)
            reports = message.lane == "sample" and self._reporting
            stamp = Stamp(ticket, self._file.unreported() if reports else ())
            body = self._composed(message, stamp)
            # What the broker has makes room first, and is no loss.
            self._file.delete_confirmed(sorted(self._transit.confirmed))
            self._make_room(len(body))
            self._file.mark_reported(stamp)
            self._file.insert(ticket.sequence, message, body)
        self._transit.confirmed.clear()
        self._refused_count -= refused
        self._last_sequence = ticket.sequence
        self._tell(synced=True)
        self._directory.hold_reserve()
        return ticket

    def _composed(self, message: Message, stamp: Stamp) -> bytes:
        try:
            body = message.compose_body(stamp)
        except Exception as error:
            self._refuse()
            raise MessageRefusedError(f"the message cannot be encoded: {error}") from error
        most = min(self._limits.message_bytes, body_room_bytes(self._limits))
        if len(body) > most:
            self._refuse()
            raise MessageRefusedError(f"the message has {len(body)} bytes; at most {most} are taken")
        self._largest_bytes = max(self._largest_bytes, len(body))
        return body

    def _refuse(self) -> None:
        self._refused_count += 1
        self._dropped_before_count += 1

    def _make_room(self, body_bytes: int) -> None:
        """Drop the oldest messages until one of this size fits; part of the transaction that stores it."""
        while True:
            pages = pages_to_free(self._file, self._directory, self._limits, body_bytes=body_bytes)
            if not pages or not self._file.totals.message_count:
                return
            oldest = self._file.oldest(pages=pages, but=self._transit.kept())
            if not oldest:
                self._refuse()
                raise SpoolFullError("the broker has, or may have, everything in the spool")
            # Small bodies share pages, which come free with the last of them: look again.
            self._drop(oldest, "the spool is full")

    def _drop(self, sequences: Collection[int], reason: str) -> None:
        gone = self._file.delete_dropped(sequences)
        if gone:
            self._reporting = False
            # One warning per outage; every batch carries the count of all.
            write = self._log.debug if self._dropping else self._log.warning
            write("messages_dropped", count=len(gone), first=gone[0], last=gone[-1], reason=reason)
            self._dropping = True

    def _read(self, lane: Lane, sequences: range, count: int, size_bytes: int) -> list[Spooled]:
        found: list[Spooled] = []
        damaged: list[Ticket] = []
        for item in self._file.read(lane, sequences):
            if isinstance(item, Ticket):
                damaged.append(item)
            elif item.ticket.sequence not in self._transit.confirmed:
                size_bytes -= len(item.body)
                if found and size_bytes < 0:
                    break
                found.append(item)
                if len(found) >= count:
                    break
        for ticket in damaged:
            self.discard(ticket, "its checksum is wrong")
        return found

    def _repair(self, error: Exception) -> None:
        """Bring the file back to where the next try can work."""
        code: int = getattr(error, "sqlite_errorcode", 0)
        write = self._log.debug if code == self._failure else self._log.warning
        write("spool_failed", error=str(error), code=code)
        self._failure = code
        try:
            if code & 0xFF in CORRUPT or code in _UNREADABLE:
                self._file.close()
                self._note_aside(set_file_aside(self._directory, self._log, "corrupt", str(error)))
                self._reopen()
            elif isinstance(error, sqlite3.ProgrammingError):
                self._reopen()
            elif code == sqlite3.SQLITE_FULL:
                self._free_disk()
        except _DISK_ERRORS as second:
            write("spool_not_repaired", error=str(second))

    def _free_disk(self) -> None:
        """Drop the oldest messages of a full disk; the reserve gives room to write that down (rule R4)."""
        self._directory.give_reserve()
        self._file.checkpoint()
        with self._file.transaction():
            pages = pages_of(self._largest_bytes)
            pages -= self._file.delete_confirmed(sorted(self._transit.confirmed))
            self._drop(self._file.oldest(pages=pages, but=self._transit.kept()), "the disk is full")
        self._transit.confirmed.clear()
        self._file.checkpoint()

    def _reopen(self) -> None:
        dropped_count = self._file.totals.dropped_count
        epoch = self.epoch
        self._file = self._open().file
        self._dropped_before_count += dropped_count
        if self.epoch != epoch:
            self._transit.clear()
            self._reporting = True

    def _open(self) -> Opening:
        opening = open_file(self._directory, self._host, self._log)
        self._last_sequence = opening.last_sequence
        self._dropped_before_count += opening.missing_count
        if opening.aside:
            self._note_aside(opening.aside)
        return opening

    def _note_aside(self, aside: SetAside) -> None:
        self._set_aside.append(aside)
        if aside.tally:
            # What was sent and not answered may have reached the queue.
            self._dropped_before_count += aside.tally.unsent_count

    def _tell(self, *, synced: bool = False) -> None:
        """Tell beside the file how far it has numbered and what the broker may have."""
        kept = self._transit.kept()
        waiting_count = self._file.totals.message_count - len(self._transit.confirmed)
        tally = Tally(self.epoch, self._last_sequence, waiting_count, len(kept), ranges(kept))
        self._directory.tally.write(tally, synced=synced)
