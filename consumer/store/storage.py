# SPDX-License-Identifier: Apache-2.0
"""Storing a flush: a bad message goes to quarantine, and the others of its flush are committed."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import structlog

from consumer.backend import LastBackend
from consumer.broker.delivery import Delivery
from consumer.database import BATCH_STATES, Connection, translated_errors
from consumer.errors import ConsumerError, DatabaseAway, DataRefused
from consumer.failpoint import Name
from consumer.incarnation import IncarnationChanged, read_incarnation
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.intake.refusal import Refusal, RefusedMessage
from consumer.rows.encoding import Encoder
from consumer.statements import statement
from consumer.store.isolation import Isolated, Isolation
from consumer.store.parking import park
from consumer.store.refusal_log import RefusalLog
from consumer.store.rehearsal import rehearse
from consumer.store.writer import MessagesCollided, Writer, Written

_Answer = TypeVar("_Answer")


class RefusedSink(Protocol):
    """Where refused messages go."""

    def store(self, connection: Connection, refused: Sequence[RefusedMessage]) -> None:
        """Take them; when this returns they are committed."""


class _Link(NamedTuple):
    connection: Connection
    writer: Writer


class Storage:
    """The database connection of a storing thread. Not thread-safe."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        preparation: Preparation,
        quarantine: RefusedSink,
        reach: Callable[[Name], None] = lambda _name: None,
        batch_states: AbstractSet[str] = BATCH_STATES,
    ) -> None:
        """``reach`` is called at the failpoints of a transaction.

        ``batch_states``: errors of the server for which a flush may be at fault; others are waited out.
        """
        self._connect = connect
        self._preparation = preparation
        self._quarantine = quarantine
        self._reach = reach
        self._batch_states = batch_states
        self._link: _Link | None = None
        self._last_backend = LastBackend()
        self._encoder: Encoder | None = None
        # The connection before was lost, and not closed after an answer of the server.
        self._lost = False
        self._refusal_log = RefusalLog()
        self._log = structlog.get_logger()

    def open(self) -> None:
        """Connect and check the tables; raise DatabaseAway, SchemaError, SettingsError."""
        connection = self._connect()
        try:
            self._last_backend.succeed(connection)
            read_incarnation(connection)
            encoder = Encoder(connection)
            self._link = _Link(connection, Writer(connection, self._reach))
            if self._lost:
                # Before the encoder is known: flushes of another encoder are prepared anew.
                self._preparation.forget()
            self._encoder, self._lost = encoder, False
        except ConsumerError:
            connection.close()
            raise

    def close(self) -> None:
        """Close the connection; the next flush opens another."""
        if self._link is not None:
            self._lost = self._lost or self._link.connection.broken
            self._link.connection.close()
            self._link = None

    def finish(self) -> None:
        """Log what is still to be told, and close the connection."""
        self._refusal_log.tell(everything=True)
        self.close()

    def tell_refused(self) -> None:
        """Log the refused messages of the last seconds; now and then, also while nothing is stored."""
        self._refusal_log.tell()

    def store(self, flush: Flush) -> Written:
        """Commit a flush; when this returns, all its deliveries may be acknowledged.

        Raises DatabaseAway and SchemaError: the caller tries again; what was stored is a duplicate then.
        """
        try:
            written, refused = self._store_with_known_keys(flush)
            # Before the ack, and last: if it fails, they come again and are not counted twice.
            self._quarantine_messages(refused)
            if flush.parked:
                self.ask(partial(park, parked=flush.parked))
        except ConsumerError:
            self.close()
            # Whether the commit came through is not known.
            flush.suspect = True
            raise
        self._refusal_log.note(refused)
        self._refusal_log.tell()
        return written

    @property
    def encoder(self) -> Encoder:
        """The encoder of rows for this database; any thread, after ``open``."""
        assert self._encoder is not None  # noqa: S101 - ingest opens the storage first
        return self._encoder

    def attempt(self, deliveries: Sequence[Delivery]) -> Isolated:
        """Store deliveries as one transaction of rows made anew; raise DatabaseAway, DataRefused."""
        self._open_link()
        part = Flush(self.encoder)
        for delivery in deliveries:
            self._preparation.prepare(part, delivery)
        part.suspect = True
        part.seal()
        return Isolated(self._write(part), part.refused)

    def works(self) -> bool:
        """Tell whether a batch that is certainly good could be stored now; raise DatabaseAway."""
        try:
            self._open_link()
            rehearsed = Flush(self.encoder)
            rehearse(rehearsed.rows, datetime.now(UTC))
            rehearsed.seal()
            self._writer().rehearse(rehearsed.encoded, rehearsed.instants)
        except DataRefused:
            return False
        return True

    def ask(self, question: Callable[[Connection], _Answer]) -> _Answer:
        """Ask the database something between two flushes; raise DatabaseAway, SchemaError, DataRefused."""
        try:
            with translated_errors():
                return question(self._open_link().connection)
        except ConsumerError:
            self.close()
            raise

    def _store_with_known_keys(self, flush: Flush) -> Isolated:
        self._open_link()
        try:
            return self._store_what_can_be(
                flush if flush.encoder is self._encoder else self._prepared_anew(flush)
            )
        except IncarnationChanged:
            self._preparation.forget()
            return self._store_what_can_be(self._prepared_anew(flush))

    def _prepared_anew(self, flush: Flush) -> Flush:
        """Return a flush of the same deliveries with the keys and types of the database as it is now.

        The latest rows that the flush before left are dropped: a later message of their hosts is in hand.
        """
        anew = Flush(self.encoder)
        refused = {each.delivery.receipt: Refusal(each.reason, each.detail) for each in flush.refused}
        for delivery in flush.deliveries:
            if refusal := refused.get(delivery.receipt):
                anew.refuse(delivery, refusal)
            else:
                self._preparation.prepare(anew, delivery)
        # Whether it was stored before is not known.
        anew.suspect = True
        anew.repeats = flush.repeats
        anew.seal()
        return anew

    def _store_what_can_be(self, flush: Flush) -> Isolated:
        try:
            return Isolated(self._write(flush), flush.refused)
        except DataRefused as error:
            return self._isolate(flush, error)
        except DatabaseAway as error:
            if not self._is_of_the_flush(flush, error):
                raise
            self._log.warning("flush_isolated", message_count=len(flush.deliveries), error=str(error))
            return self._isolate(flush, DataRefused(str(error), certain=False))

    def _is_of_the_flush(self, flush: Flush, error: DatabaseAway) -> bool:
        """Tell whether an error that may be the server's comes with this flush and with no other rows."""
        if error.sqlstate not in self._batch_states or not flush.repeats.note(error.sqlstate):
            return False
        # On a new connection: the old one's process may hold what the flush lacks.
        self.close()
        return self.works()

    def _write(self, flush: Flush) -> Written:
        if flush.encoding_error is not None:
            raise flush.encoding_error
        try:
            return self._writer().write(
                flush.encoded, flush.instants, flush.incarnations, suspect=flush.suspect
            )
        except MessagesCollided as error:
            if not flush.set_aside(error.others):
                raise
        anew = self._prepared_anew(flush)
        written = self._write(anew)
        flush.refused = anew.refused
        return written

    def _writer(self) -> Writer:
        return self._open_link().writer

    def _open_link(self) -> _Link:
        if self._link is not None and self._link.connection.closed:
            self.close()
        if self._link is None:
            self.open()
        assert self._link is not None  # noqa: S101 - open() sets it or raises
        return self._link

    def _isolate(self, flush: Flush, cause: DataRefused) -> Isolated:
        known = {each.delivery.receipt for each in flush.refused}
        self._set_lock_timeout(statement("store/lock_timeout_short"))
        self._store_held(flush)
        written, refused = Isolation(self, self._batch_states).run(
            [each for each in flush.deliveries if each.receipt not in known], cause
        )
        self._set_lock_timeout(statement("store/lock_timeout_reset"))
        return Isolated(written, [*flush.refused, *refused])

    def _set_lock_timeout(self, change: bytes) -> None:
        with translated_errors():
            self._open_link().connection.execute(change)

    def _store_held(self, flush: Flush) -> None:
        """Store the rows that the flush before left to this one, which cannot be stored as a whole."""
        if flush.held:
            part = Flush(self.encoder, flush.held, flush.incarnations)
            part.seal()
            try:
                self._write(part)
            except (DataRefused, DatabaseAway) as error:
                if isinstance(error, DatabaseAway) and error.sqlstate not in self._batch_states:
                    raise
                self._log.warning("latest_refused", hosts=sorted(flush.held), detail=str(error))

    def _quarantine_messages(self, refused: Sequence[RefusedMessage]) -> None:
        if refused:
            with translated_errors():
                self._quarantine.store(self._open_link().connection, refused)
