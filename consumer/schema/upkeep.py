# SPDX-License-Identifier: Apache-2.0
"""The hourly removal of outdated data, beside the ingest and never in its way.

Every consumer tries; the database lets one session at a time do it. A failure is logged and tried again an
hour later: data that is kept an hour longer does no harm.
"""

import threading

import msgspec
import structlog

from consumer.database import Connection, connect, translated_errors
from consumer.errors import ConsumerError
from consumer.schema.lock_holders import table_lock_holders
from consumer.schema.retention import differences, enforce
from consumer.settings import DatabaseSettings, RetentionSettings
from publisher.wire.settings import SettingsError

_PERIOD_SECONDS = 3_600.0
_FIRST_AFTER_SECONDS = 60.0


class Upkeep:
    """A thread that enforces the retention periods."""

    def __init__(self, database: DatabaseSettings, retention: RetentionSettings) -> None:
        # Dropping a chunk of a large table takes longer than a flush may.
        self._database = msgspec.structs.replace(database, statement_timeout_seconds=_PERIOD_SECONDS)
        self._retention = retention
        self._stopping = threading.Event()
        self._skipped_count = 0
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Begin; the first round comes a minute later."""
        self._thread.start()

    def stop(self) -> None:
        """End; a round under way is left to the server."""
        self._stopping.set()

    def once(self) -> None:
        """Enforce now; what goes wrong is logged."""
        try:
            connection = connect(self._database, "upkeep", autocommit=True)
        except (ConsumerError, SettingsError) as error:
            self._log.warning("retention_failed", error=str(error))
            return
        with connection:
            try:
                for difference in differences(connection, self._retention):
                    self._log.warning(
                        "retention_differs", level=difference.level, hint="run kvmgrid-consumer migrate"
                    )
                removed = enforce(connection)
                for each in removed:
                    if each.removed_count:
                        self._log.info("outdated_removed", **each._asdict())
                self._note_skipped(connection, is_skipped=not removed)
            except ConsumerError as error:
                self._log.warning("retention_failed", error=str(error))

    def _note_skipped(self, connection: Connection, *, is_skipped: bool) -> None:
        """Warn from the second round on that found another session at it: one round takes no hour."""
        self._skipped_count = self._skipped_count + 1 if is_skipped else 0
        if self._skipped_count > 1:
            with translated_errors():
                holders = table_lock_holders(connection)
            self._log.warning("retention_skipped", round_count=self._skipped_count, holders=holders)

    def _run(self) -> None:
        wait = _FIRST_AFTER_SECONDS
        while not self._stopping.wait(wait):
            self.once()
            wait = _PERIOD_SECONDS
