# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is to evaluate: who holds a lock in the database, by a transaction of its own.

A thread says something in that transaction every two seconds. The server ends one that says nothing for
eight: of a process that is frozen, or behind a network that swallows all. The lock of a process that ended is
free at once. Who waits for the lock has it as soon as it is free.
"""

import threading
from typing import Final

import msgspec
import structlog

from consumer.database import Connection, connect, translated_errors
from consumer.errors import ConsumerError, DatabaseAway
from consumer.settings import DatabaseSettings
from consumer.statements import statement
from consumer.watchdog import Watchdog
from publisher.wire.settings import SettingsError

SILENCE_SECONDS: Final = 8.0
_SAY_SECONDS: Final = 2.0
# How long one attempt waits for the lock: between two of them the process may be asked to end.
_WAIT_SECONDS: Final = 2.0
_LOCK_NOT_GIVEN: Final = "55P03"


class Turn:
    """The lock, from ``take`` until ``end``."""

    def __init__(self, database: DatabaseSettings, watchdog: Watchdog) -> None:
        self._database = msgspec.structs.replace(database, lock_timeout_seconds=_WAIT_SECONDS)
        self._watchdog = watchdog
        self._connection: Connection | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._log = structlog.get_logger()

    @property
    def is_held(self) -> bool:
        """Whether the lock is held, as far as is known here."""
        return self._thread is not None and self._thread.is_alive()

    def take(self) -> bool:
        """Wait a little for the lock; return whether it is held now. Raises ConsumerError, SettingsError."""
        if self._thread is not None:
            self.end()
        if self._connection is None:
            self._connection = limited(
                connect(self._database, "alerts turn", note_progress=self._watchdog.note)
            )
        try:
            with translated_errors():
                self._connection.execute(statement("alerts/lock"))
        except DatabaseAway as error:
            if error.sqlstate != _LOCK_NOT_GIVEN:
                self.end()
                raise
            self._connection.rollback()
            return False
        self._ending = threading.Event()
        self._thread = threading.Thread(
            target=self._hold, args=(self._connection, self._ending), name="turn", daemon=True
        )
        self._thread.start()
        return True

    def end(self) -> None:
        """Give the lock back."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
        elif self._connection is not None:
            self._connection.close()
        self._thread = self._connection = None

    def _hold(self, connection: Connection, ending: threading.Event) -> None:
        try:
            while not ending.wait(_SAY_SECONDS):
                with translated_errors():
                    connection.execute(b"SELECT")
        except (ConsumerError, SettingsError) as error:
            self._log.warning("alert_turn_lost", error=str(error))
        finally:
            connection.close()
            self._watchdog.leave()


def limited(connection: Connection) -> Connection:
    """Let the server end a transaction of this connection that says nothing for long."""
    with translated_errors():
        connection.execute(
            b"SELECT set_config('idle_in_transaction_session_timeout', %s, false)",
            [f"{SILENCE_SECONDS:.0f}s"],
        )
        if not connection.autocommit:
            connection.commit()
    return connection
