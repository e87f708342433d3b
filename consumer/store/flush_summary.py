# SPDX-License-Identifier: Apache-2.0
"""The log of stored flushes: a debug line each, a summary a minute."""

import time

import structlog

from consumer.intake.flush import Flush
from consumer.store.writer import Written

_SUMMARY_SECONDS = 60.0


class FlushSummary:
    """Counters since the last summary. Used by the storing thread."""

    def __init__(self, **context: str) -> None:
        self._log = structlog.get_logger().bind(**context)
        self._reset()

    def _reset(self) -> None:
        self._since = time.monotonic()
        self._flush_count = self._message_count = self._row_count = 0
        self._duplicate_count = self._quarantined_count = 0
        self._busy_seconds = 0.0

    def note(self, flush: Flush, written: Written, seconds: float) -> None:
        """Count a stored flush."""
        self._log.debug(
            "flush_stored",
            message_count=len(flush.deliveries),
            row_count=written.row_count,
            duplicate_count=written.duplicate_count,
            duration_seconds=round(seconds, 4),
        )
        self._flush_count += 1
        self._message_count += len(flush.deliveries)
        self._row_count += written.row_count
        self._duplicate_count += written.duplicate_count
        self._quarantined_count += len(flush.refused)
        self._busy_seconds += seconds
        elapsed = time.monotonic() - self._since
        if elapsed >= _SUMMARY_SECONDS:
            self._log.info(
                "stored",
                flush_count=self._flush_count,
                message_count=self._message_count,
                row_count=self._row_count,
                duplicate_count=self._duplicate_count,
                quarantined_count=self._quarantined_count,
                busy_ratio=round(self._busy_seconds / elapsed, 3),
            )
            self._reset()
