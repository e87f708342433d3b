# SPDX-License-Identifier: Apache-2.0
"""A round of the rollups: announce, fill in what is over, make again what came late, then what is made of it.

Every consumer tries. The database lets one session at a time do a step, so that another takes over where
one ends. A step takes about a second, and is followed by a pause as long: ingest comes first. A step that
fails keeps no other from being done.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from consumer.errors import ConsumerError, DatabaseAway
from consumer.rollups.pace import suited
from consumer.rollups.report import Report
from consumer.rollups.steps import LevelProgress, Steps
from consumer.rollups.summaries import Summaries

_PAUSE_SECONDS_MAX = 5.0
_FIRST_BUCKET_COUNT = 12
# The most buckets of a level in one step: a day of those of 5 minutes.
_BUCKET_COUNT_MAX = 288
_NOTE_COUNT_MAX = 2_000
# While there is much to fill in, late samples are looked for this often, and for so long.
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
        self._is_late_left = False
        self._summaries = Summaries(report, self._pause)
        # Of this round: what failed, and why.
        self._failures: dict[str, str] = {}

    def round(self, steps: Steps) -> bool:
        """Do what is due; return whether more is due at once. Raises ConsumerError for a lost connection."""
        is_more = False
        self._failures.clear()
        with suppress(_Ended):
            is_more = self._go_on(steps)
        self._report.tell(steps.progress())
        self._report.tell_failures(self._failures)
        return is_more

    def _go_on(self, steps: Steps) -> bool:
        announced = None
        with self._noting_failure(steps, "announcement"):
            announced = self._announce(steps)
        self._apply_late(steps)
        has_moved = False
        while behind := [each for each in steps.progress() if self._is_behind(each)]:
            # Looked at again: the next level may go as far as this one has come.
            moved = [self._fill_up(steps, each) for each in behind]
            if not any(moved):
                break
            has_moved = True
        # A backfill is announced some hours at a time.
        is_more = has_moved and announced is not None and any(announced < each.target for each in behind)
        return self._summarise(steps) or is_more or self._is_late_left

    def _summarise(self, steps: Steps) -> bool:
        """Make what is made of the levels, for a while; return whether more is due at once."""
        is_more = False
        with self._noting_failure(steps, "fleet"):
            is_more |= self._summaries.fill_fleet(steps)
        with self._noting_failure(steps, "windows"):
            is_more |= self._summaries.fill_windows(steps)
        return is_more

    def _is_behind(self, progress: LevelProgress) -> bool:
        return progress.done < progress.target and progress.name not in self._failures

    @contextmanager
    def _noting_failure(self, steps: Steps, name: str) -> Iterator[None]:
        """Note what fails and let others be tried; raise ConsumerError where the connection is lost."""
        try:
            yield
        except ConsumerError as error:
            if steps.is_lost:
                raise
            # Without the statement, which is of 40 kB.
            self._failures[name] = str(error).partition("\n")[0]

    def _announce(self, steps: Steps) -> datetime:
        if older := steps.older_consumers():
            # What they store late would be missing. Their samples wait, and are shown as they are.
            self._report.warn("rollups_wait", older_consumers=older, hint="end consumers of older versions")
            raise _Ended
        if time.monotonic() < self._first_at and all(each.done == _NEVER for each in steps.progress()):
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

    def _fill_up(self, steps: Steps, progress: LevelProgress) -> bool:
        """Fill in one level of a table as far as it may go; return whether anything was done."""
        done = progress.done
        key = (progress.relation, progress.level)
        with self._noting_failure(steps, progress.name):
            while True:
                count = self._bucket_counts.get(key, _FIRST_BUCKET_COUNT)
                # For a step that fails: it may have been too large.
                self._bucket_counts[key] = max(1, count // 2)
                begun_at = time.monotonic()
                filled = steps.fill(progress, count)
                if filled is None:
                    self._bucket_counts[key] = count
                    raise _Ended
                seconds = time.monotonic() - begun_at
                self._bucket_counts[key] = min(_BUCKET_COUNT_MAX, suited(count, seconds))
                self._report.note(seconds, filled_count=filled.written_count)
                is_at_end = filled.done >= filled.target or filled.done <= done
                done = filled.done
                self._pause(seconds)
                if time.monotonic() - self._late_at > _LATE_SECONDS:
                    self._apply_late(steps)
                if is_at_end:
                    break
        return done > progress.done

    def _apply_late(self, steps: Steps) -> None:
        """Make the buckets of late samples again, for a while; then filling in goes on."""
        ends_at = time.monotonic() + _LATE_SECONDS
        self._is_late_left = False
        with self._noting_failure(steps, "late samples"):
            while not self._apply_some(steps):
                if time.monotonic() > ends_at:
                    self._is_late_left = True
                    break
        self._late_at = time.monotonic()

    def _apply_some(self, steps: Steps) -> bool:
        """Make the buckets of some late samples again; return whether no note of any is left."""
        count = self._note_count
        self._note_count = max(1, count // 2)
        begun_at = time.monotonic()
        applied = steps.apply_late(count)
        if applied is None:
            self._note_count = count
            raise _Ended
        seconds = time.monotonic() - begun_at
        self._note_count = min(_NOTE_COUNT_MAX, suited(count, seconds))
        self._report.note(seconds, late_count=applied.applied_count, late_row_count=applied.written_count)
        self._report.tell_unserved(applied.unserved_count)
        self._pause(seconds)
        return applied.applied_count < count

    def _pause(self, seconds: float) -> None:
        self._wait(min(seconds, _PAUSE_SECONDS_MAX))

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise _Ended
