# SPDX-License-Identifier: Apache-2.0
"""What of a host is missing in a range: read from its samples, or counted in the buckets of its level."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dashboard.database import Database, Parameter
from dashboard.history.rows import NEIGHBOUR_SECONDS, Watch
from dashboard.pages.host.coverage import counted, sampled
from dashboard.pages.host.coverage.asker import Asker
from dashboard.pages.host.coverage.flaw import WITHOUT_SAMPLES, Flaw
from dashboard.pages.host.coverage.queries import (
    HOST_COVERAGE_RAW,
    HOST_COVERAGE_ROLLUP,
    SampledBucket,
    SampledReport,
)
from dashboard.queries import HostEvent
from dashboard.timerange import LEVELS, RAW, Level, TimeRange

# Those that are stored, and kept for longer the coarser they are.
_BUCKET_LEVELS = tuple(level for level in LEVELS if not level.reads_samples and not level.of)


class Looked(NamedTuple):
    """What is looked at: a host, a range at a level, when samples are expected, and what happened."""

    host_id: int
    window: TimeRange
    level: Level
    watch: Watch
    events: Sequence[HostEvent]
    is_catching_up: bool
    # Its past was made up and sent afterwards, so that it is not late.
    is_simulated: bool = False


class Coverage(NamedTuple):
    """The flaws of a range, newest first, and of how much of its time samples are expected and missing.

    They are expected from ``start_seconds`` to ``end_seconds``: not before the first one, nor in the future.
    """

    flaws: tuple[Flaw, ...]
    start_seconds: float
    end_seconds: float
    missing_seconds: float
    lacking_domain_seconds: float
    # 0 where every sample was looked at.
    bucket_seconds: int

    @property
    def expected_seconds(self) -> float:
        """For how long samples are expected."""
        return max(0.0, self.end_seconds - self.start_seconds)


class _Found(NamedTuple):
    """Flaws that were found at a level, of which those of one kind may have their reasons still open."""

    level: Level
    flaws: list[Flaw]


def read_coverage(database: Database, looked: Looked, now: datetime) -> Coverage:
    """Return what is missing; raise a DatabaseError."""
    window, watch = looked.window, looked.watch
    first = max(window.start.timestamp(), watch.first_seen_seconds)
    last = min(window.end, now).timestamp()
    level, flaws = _found(database, looked, now) if first < last else _Found(looked.level, [])
    shown = [
        _cut(flaw, first, last) for flaw in flaws if flaw.start_seconds < last and flaw.end_seconds > first
    ]
    newest_first = sorted(shown, key=lambda flaw: flaw.start_seconds, reverse=True)
    named = Asker(database, looked.host_id).with_busy_domains(newest_first)
    return Coverage(
        flaws=tuple(
            _still_coming(flaw) if looked.is_catching_up and flaw.is_open else flaw for flaw in named
        ),
        start_seconds=first,
        end_seconds=last,
        missing_seconds=sum(flaw.missing_seconds for flaw in named if flaw.kind in WITHOUT_SAMPLES),
        lacking_domain_seconds=sum(
            flaw.missing_seconds for flaw in named if flaw.kind in {"libvirt", "busy"}
        ),
        bucket_seconds=level.bucket_seconds,
    )


def _found(database: Database, looked: Looked, now: datetime) -> _Found:
    """Return the flaws of samples where these are kept still, otherwise of the finest buckets that are."""
    if not looked.level.reads_samples:
        return _of_buckets(database, looked, looked.level, _buckets(database, looked, looked.level), now)
    rows = _samples(database, looked)
    level, buckets = _older(database, looked, rows)
    if buckets:
        return _of_buckets(database, looked, level, buckets, now)
    now_seconds, watch = now.timestamp(), looked.watch
    known, unknown = sampled.with_reasons(
        sampled.absences(rows, watch, looked.window, now_seconds), rows, watch, looked.events
    )
    # What was said around them lies outside of the range.
    asked = Asker(database, looked.host_id).with_reasons(unknown, watch.tick_seconds, looked.events)
    partial = sampled.partial_flaws(rows, watch.tick_seconds)
    if looked.is_simulated:
        partial = [flaw for flaw in partial if flaw.kind != "late"]
    return _Found(RAW, [*known, *asked, *partial])


def _samples(database: Database, looked: Looked) -> list[SampledReport]:
    margin = timedelta(seconds=NEIGHBOUR_SECONDS)
    window = looked.window
    parameters: dict[str, Parameter] = {
        "host_id": looked.host_id,
        "start": window.start - margin,
        "end": window.end + margin,
    }
    return database.fetch(HOST_COVERAGE_RAW, parameters)


def _older(
    database: Database, looked: Looked, rows: Sequence[SampledReport]
) -> tuple[Level, list[SampledBucket]]:
    """Return the buckets of a time whose samples are no longer kept; none of another."""
    allowed_seconds = 2 * NEIGHBOUR_SECONDS
    begin = max(looked.window.start.timestamp(), looked.watch.first_seen_seconds)
    oldest = rows[0].time_seconds if rows else looked.window.end.timestamp()
    if begin + allowed_seconds < oldest:
        for level in _BUCKET_LEVELS:
            buckets = _buckets(database, looked, level)
            if buckets and buckets[0].time_seconds + max(level.bucket_seconds, allowed_seconds) < oldest:
                return level, buckets
    return RAW, []


def _buckets(database: Database, looked: Looked, level: Level) -> list[SampledBucket]:
    start = int(looked.window.start.timestamp() // level.bucket_seconds) * level.bucket_seconds
    parameters: dict[str, Parameter] = {
        "host_id": looked.host_id,
        "bucket_seconds": level.bucket_seconds,
        "start": datetime.fromtimestamp(start, UTC),
        "end": looked.window.end,
    }
    return database.fetch(HOST_COVERAGE_ROLLUP, parameters, view=f"host_samples_{level.stored_name}")


def _of_buckets(
    database: Database, looked: Looked, level: Level, buckets: Sequence[SampledBucket], now: datetime
) -> _Found:
    watch = looked.watch
    cells = counted.cells(buckets, level.bucket_seconds, watch, looked.window, now.timestamp())
    flaws = [*counted.absences(cells, watch), *counted.partial_flaws(cells)]
    asker = Asker(database, looked.host_id)
    return _Found(level, asker.with_reasons(flaws, watch.tick_seconds, looked.events))


def _still_coming(flaw: Flaw) -> Flaw:
    return flaw._replace(kind="coming", reason="its publisher sends what its spool kept")


def _cut(flaw: Flaw, first: float, last: float) -> Flaw:
    """Return the part of a flaw that lies in a range."""
    start, end = max(flaw.start_seconds, first), min(flaw.end_seconds, last)
    share = (end - start) / flaw.length_seconds
    return flaw._replace(start_seconds=start, end_seconds=end, missing_seconds=flaw.missing_seconds * share)
