# SPDX-License-Identifier: Apache-2.0
"""The removal of outdated data; the database lets one session at a time do it."""

import structlog

from consumer.database import Connection, translated_errors
from consumer.schema.lock_holders import table_lock_holders
from consumer.schema.retention import differences, enforce
from consumer.settings import RetentionSettings


class Retention:
    """Rounds of a consumer, an hour apart: data that is kept an hour longer does no harm."""

    def __init__(self, retention: RetentionSettings) -> None:
        self._retention = retention
        self._skipped_count = 0
        self._log = structlog.get_logger()

    def round(self, connection: Connection) -> None:
        """Remove what is outdated, and log it; raise ConsumerError."""
        for difference in differences(connection, self._retention):
            self._log.warning(
                "retention_differs", rollup_level=difference.level, hint="run kvmgrid-consumer migrate"
            )
        removed = enforce(connection)
        for each in removed:
            if each.removed_count:
                self._log.info("outdated_removed", **each._asdict())
        self._note_skipped(connection, is_skipped=not removed)

    def _note_skipped(self, connection: Connection, *, is_skipped: bool) -> None:
        """Warn from the second round on that found another session at it: one round takes no hour."""
        self._skipped_count = self._skipped_count + 1 if is_skipped else 0
        if self._skipped_count > 1:
            with translated_errors():
                holders = table_lock_holders(connection)
            self._log.warning("retention_skipped", round_count=self._skipped_count, holders=holders)
