# SPDX-License-Identifier: Apache-2.0
"""A round of the rollups: announce, fill in what is over, make again what came late.

Every consumer tries. The database lets one session at a time do a step, so that another takes over where
one ends. A step takes about a second, and is followed by a pause as long: ingest comes first.
"""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

from consumer.errors import DatabaseAway
from consumer.rollups.report import Report
from consumer.rollups.steps import Mark, Steps

_STEP_SECONDS = 1.0
_PAUSE_SECONDS_MAX = 5.0
_FIRST_BUCKET_COUNT = 12
# The most buckets of a level in one step: a day of those of 5 minutes.
_BUCKET_COUNT_MAX = 288
_NOTE_COUNT_MAX = 2_000
# How often late samples are looked for while there is much to fill in.
_LATE_SECONDS = 15.0
# The migration that made a level gives it this mark, until it is filled in.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
# PostgreSQL's lock_not_available: a flush is being committed, which takes milliseconds.
_LOCK_NOT_GIVEN = "55P03"
_ANNOUNCE_TRY_COUNT = 5
_ANNOUNCE_AGAIN_SECONDS = 0.5


class _Ended(Exception):  # noqa: N818 - names what happened
    """This round goes no further: another session is the worker, or the consumer ends."""


class Filling:
    """Rounds of one consumer, on one connection after the other. Not thread-safe."""

    def __init__(self, report: Report, stopping: threading.Event, first_after_seconds: float = 0.0) -> None:
        """``first_after_seconds``: a database without rollups gets its first ones so much later."""
        self._report = report
        self._stopping = stopping
        self._first_at = time.monotonic() + first_after_seconds
        # What suits, by relation and level.
        self._bucket_counts: dict[tuple[str, str], int] = {}
        self._note_count = _NOTE_COUNT_MAX
        self._late_at = float("-inf")

    def round(self, steps: Steps) -> bool:
        """Do what is due; return whether more is due at once. Raises ConsumerError."""
        is_more = False
        with suppress(_Ended):
            is_more = self._go_on(steps)
        self._report.tell(steps.progress())
        return is_more

    def _go_on(self, steps: Steps) -> bool:
        announced = self._announce(steps)
        self._apply_late(steps)
        has_moved = False
        while behind := [mark for mark in steps.progress() if mark.done < mark.target]:
            # Looked at again: the next level may go as far as this one has come.
            moved = [self._fill_up(steps, mark) for mark in behind]
            if not any(moved):
                break
            has_moved = True
        # A backfill is announced some hours at a time.
        return has_moved and any(announced < mark.target for mark in behind)

    def _announce(self, steps: Steps) -> datetime:
        if older := steps.older_consumers():
            # What they store late would be missing. Their samples wait, and are shown as they are.
            self._report.warn("rollups_wait", older_consumers=older, hint="end consumers of older versions")
            raise _Ended
        if time.monotonic() < self._first_at and all(mark.done == _NEVER for mark in steps.progress()):
            # The past of a fleet that is new comes late, all of it. Filled in afterwards it costs a fraction.
            raise _Ended
        for number in range(1, _ANNOUNCE_TRY_COUNT + 1):
            try:
                announced = steps.announce()
            except DatabaseAway as error:
                if error.sqlstate != _LOCK_NOT_GIVEN or number == _ANNOUNCE_TRY_COUNT:
                    raise
                self._wait(_ANNOUNCE_AGAIN_SECONDS)
            else:
                if announced is not None:
                    return announced
                break
        raise _Ended

    def _fill_up(self, steps: Steps, mark: Mark) -> bool:
        """Fill in one level of a table as far as it may go; return whether anything was done."""
        done = mark.done
        key = (mark.relation, mark.level)
        while True:
            count = self._bucket_counts.get(key, _FIRST_BUCKET_COUNT)
            # For a step that fails: it may have been too large.
            self._bucket_counts[key] = max(1, count // 2)
            begun_at = time.monotonic()
            filled = steps.fill(mark, count)
            if filled is None:
                self._bucket_counts[key] = count
                raise _Ended
            seconds = time.monotonic() - begun_at
            self._bucket_counts[key] = min(_BUCKET_COUNT_MAX, _suited(count, seconds))
            self._report.note(seconds, filled_count=filled.written_count)
            is_at_end = filled.done >= filled.target or filled.done <= done
            done = filled.done
            self._pause(seconds)
            if time.monotonic() - self._late_at > _LATE_SECONDS:
                self._apply_late(steps)
            if is_at_end:
                return done > mark.done

    def _apply_late(self, steps: Steps) -> None:
        """Make the buckets of late samples again, until no note of them is left."""
        while True:
            count = self._note_count
            self._note_count = max(1, count // 2)
            begun_at = time.monotonic()
            applied = steps.apply_late(count)
            if applied is None:
                self._note_count = count
                raise _Ended
            seconds = time.monotonic() - begun_at
            self._note_count = min(_NOTE_COUNT_MAX, _suited(count, seconds))
            self._report.note(seconds, late_count=applied.applied_count, late_row_count=applied.written_count)
            self._report.tell_unserved(applied.unserved_count)
            self._pause(seconds)
            if applied.applied_count < count:
                self._late_at = time.monotonic()
                return

    def _pause(self, seconds: float) -> None:
        self._wait(min(seconds, _PAUSE_SECONDS_MAX))

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise _Ended


def _suited(count: int, seconds: float) -> int:
    """Return how many at a time suit, where so many took so long."""
    if seconds > 2 * _STEP_SECONDS:
        return max(1, count // 2)
    return count * 2 if seconds < _STEP_SECONDS / 2 else count
