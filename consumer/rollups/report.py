# SPDX-License-Identifier: Apache-2.0
"""What the upkeep says of the rollups: a summary now and then, and loudly where they stand still."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime  # noqa: TC003 - annotates an attribute; one import style

import structlog

from consumer.rollups.steps import LevelProgress
from consumer.schema.levels import FINEST_LEVEL, is_behind

_SUMMARY_SECONDS = 600.0
# A backfill, which takes minutes to days, reports its progress this often.
_PROGRESS_SECONDS = 60.0


class Report:
    """Counters since the last summary, and how far the finest level was. Used by the upkeep's thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._log = structlog.get_logger()
        self._reset()
        self._logged_at = float("-inf")
        self._logged_from: datetime | None = None
        self._warned_at: dict[str, float] = {}

    def _reset(self) -> None:
        self._since = self._now()
        self._busy_seconds = 0.0
        self._filled_count = self._late_count = self._late_row_count = 0

    def note(
        self, seconds: float, *, filled_count: int = 0, late_count: int = 0, late_row_count: int = 0
    ) -> None:
        """Count a step."""
        self._busy_seconds += seconds
        self._filled_count += filled_count
        self._late_count += late_count
        self._late_row_count += late_row_count

    def warn(self, event: str, **keys: object) -> None:
        """Log a warning; one that goes on is logged now and then."""
        now = self._now()
        if now - self._warned_at.get(event, float("-inf")) >= _SUMMARY_SECONDS:
            self._warned_at[event] = now
            self._log.warning(event, **keys)

    def end_warning(self, event: str) -> None:
        """Note that the cause of a warning is gone: it is news when it comes again."""
        self._warned_at.pop(event, None)

    def tell_unserved(self, count: int) -> None:
        """Log late samples that came when the raw samples of their bucket were gone."""
        if count:
            self._log.warning("late_not_rolled_up", note_count=count)

    def tell_failures(self, failures: Mapping[str, str]) -> None:
        """Log what failed in a round, with one of the errors; none ends the warning of those before."""
        if failures:
            self.warn("rollups_failed", failed=sorted(failures), error=next(iter(failures.values())))
        else:
            self.end_warning("rollups_failed")

    def tell(self, progress: Sequence[LevelProgress]) -> None:
        """Log what there is to be told; ``progress`` is how far each table and level is."""
        now = self._now()
        self._tell_lag(progress, now)
        elapsed = now - self._since
        if elapsed >= _SUMMARY_SECONDS:
            if self._filled_count or self._late_count:
                self._log.info(
                    "rolled_up",
                    row_count=self._filled_count,
                    late_count=self._late_count,
                    late_row_count=self._late_row_count,
                    busy_ratio=round(self._busy_seconds / elapsed, 4),
                )
            self._reset()

    def _tell_lag(self, progress: Sequence[LevelProgress], now: float) -> None:
        waiting = [
            (each.waits_from, each.lag_seconds)
            for each in progress
            if each.level == FINEST_LEVEL and each.waits_from is not None
        ]
        waits_from, lag_seconds = min(waiting, default=(None, 0.0))
        if waits_from is None or not is_behind(FINEST_LEVEL, lag_seconds):
            if self._logged_from is not None:
                self._log.info("rollups_caught_up")
            self._logged_from, self._logged_at = None, float("-inf")
            return
        if now - self._logged_at < _PROGRESS_SECONDS:
            return
        is_moving = self._logged_from is None or waits_from > self._logged_from
        if is_moving:
            self._log.info("rollups_catch_up", waits_from=waits_from.isoformat(), lag_seconds=lag_seconds)
        elif now - self._logged_at >= _SUMMARY_SECONDS:
            self._log.warning("rollups_behind", waits_from=waits_from.isoformat(), lag_seconds=lag_seconds)
        else:
            return
        self._logged_at, self._logged_from = now, waits_from
