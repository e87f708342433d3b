# SPDX-License-Identifier: Apache-2.0
"""Storing a flush: a bad message goes to quarantine, and the others of its flush are committed."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from consumer.broker.delivery import Delivery
from consumer.database import Connection, translated_errors
from consumer.errors import ConsumerError, DatabaseAway, DataRefused
from consumer.incarnation import IncarnationChanged, read_incarnation
from consumer.intake.flush import Flush
from consumer.intake.preparation import Preparation
from consumer.intake.refusal import Refusal, RefusedMessage
from consumer.rows.encoding import Encoder
from consumer.store.quarantine import Quarantine
from consumer.store.rehearsal import rehearse
from consumer.store.writer import Writer, Written


class _Link(NamedTuple):
    connection: Connection
    writer: Writer


class Storage:
    """The database connection of the storing thread. Not thread-safe."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        preparation: Preparation,
        quarantine: Quarantine,
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect = connect
        self._preparation = preparation
        self._quarantine = quarantine
        self._before_commit = before_commit
        self._link: _Link | None = None
        self._encoder: Encoder | None = None
        # The connection before was lost, and not closed after an answer of the server.
        self._lost = False
        self._log = structlog.get_logger()

    def open(self) -> None:
        """Connect and check the tables; raise DatabaseAway, SchemaError, SettingsError."""
        connection = self._connect()
        try:
            read_incarnation(connection)
            encoder = Encoder(connection)
            self._link = _Link(connection, Writer(connection, self._before_commit))
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
        """Write the counts of left-out messages, if the database is there, and close the connection."""
        with contextlib.suppress(ConsumerError):
            self._write_counts(everything=True)
        self.close()

    def store(self, flush: Flush) -> Written:
        """Commit a flush; when this returns, all its deliveries may be acknowledged.

        Raises DatabaseAway and SchemaError: the caller tries again; what was stored is a duplicate then.
        """
        try:
            self._writer()
            try:
                return self._store(flush if flush.encoder is self._encoder else self._prepared_anew(flush))
            except IncarnationChanged:
                self._preparation.forget()
                return self._store(self._prepared_anew(flush))
        except ConsumerError:
            self.close()
            # Whether the commit came through is not known.
            flush.suspect = True
            raise

    def _store(self, flush: Flush) -> Written:
        try:
            written = self._write(flush)
        except DataRefused as error:
            self._store_held(flush)
            refused = {each.delivery.receipt for each in flush.refused}
            written = self._isolate([each for each in flush.deliveries if each.receipt not in refused], error)
        # Before the refused ones: if it fails, they come again and are not stored twice.
        self._write_counts()
        self._quarantine_messages(flush.refused)
        return written

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
        anew.seal()
        return anew

    @property
    def encoder(self) -> Encoder:
        """The encoder of rows for this database; any thread, after ``open``."""
        assert self._encoder is not None  # noqa: S101 - ingest opens the storage first
        return self._encoder

    def _write(self, flush: Flush) -> Written:
        if flush.encoding_error is not None:
            raise flush.encoding_error
        return self._writer().write(flush.encoded, flush.incarnations, suspect=flush.suspect)

    def _writer(self) -> Writer:
        if self._link is None:
            self.open()
        assert self._link is not None  # noqa: S101 - open() sets it or raises
        return self._link.writer

    def _isolate(self, deliveries: Sequence[Delivery], first_error: DataRefused) -> Written:
        """Store all but the messages at fault, halving until they stand alone."""
        total = Written(0, 0)
        pending = [(tuple(deliveries), first_error)]
        uncertain: list[tuple[Delivery, DataRefused]] = []
        while pending:
            group, cause = pending.pop()
            if len(group) == 1:
                if cause.certain:
                    self._refuse(group[0], cause)
                else:
                    uncertain.append((group[0], cause))
                continue
            for half in (group[len(group) // 2 :], group[: len(group) // 2]):
                part = Flush(self.encoder)
                for delivery in half:
                    self._preparation.prepare(part, delivery)
                try:
                    part.suspect = True
                    part.seal()
                    written = self._write(part)
                except DataRefused as error:
                    pending.append((half, error))
                else:
                    total = Written(*(sum(pair) for pair in zip(total, written, strict=True)))
                    self._quarantine_messages(part.refused)
        if uncertain and not self._database_works():
            raise DatabaseAway(str(uncertain[0][1])) from uncertain[0][1]
        for delivery, cause in uncertain:
            self._refuse(delivery, cause)
        return total

    def _store_held(self, flush: Flush) -> None:
        """Store the rows that the flush before left to this one, which cannot be stored as a whole."""
        if flush.held:
            part = Flush(self.encoder, flush.held, flush.incarnations)
            part.seal()
            try:
                self._write(part)
            except DataRefused as error:
                self._log.warning("latest_refused", hosts=sorted(flush.held), detail=str(error))

    def _database_works(self) -> bool:
        """Tell whether a batch that is certainly good could be stored now."""
        try:
            rehearsed = Flush(self.encoder)
            rehearse(rehearsed.rows, datetime.now(UTC))
            rehearsed.seal()
            self._writer().rehearse(rehearsed.encoded)
        except DataRefused:
            return False
        return True

    def _refuse(self, delivery: Delivery, cause: DataRefused) -> None:
        self._log.warning(
            "message_quarantined", reason="refused", detail=str(cause), routing_key=delivery.routing_key
        )
        self._quarantine_messages([RefusedMessage(delivery, "refused", str(cause))])

    def _quarantine_messages(self, refused: Sequence[RefusedMessage]) -> None:
        if not refused:
            return
        self._writer()
        assert self._link is not None  # noqa: S101 - as above
        with translated_errors():
            self._quarantine.store(self._link.connection, refused)

    def _write_counts(self, *, everything: bool = False) -> None:
        if self._link is not None:
            with translated_errors():
                self._quarantine.write_counts(self._link.connection, everything=everything)
