# SPDX-License-Identifier: Apache-2.0
"""The flaws of a short range, of which every sample is looked at."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from dashboard import units
from dashboard.charts.columns import Samples, Spacing, columns
from dashboard.history.rows import Watch, missing
from dashboard.pages.host.coverage.causes import Edges, explained
from dashboard.pages.host.coverage.flaw import TICKS_HELD, Flaw, Kind, joined
from dashboard.pages.host.coverage.queries import SampledReport
from dashboard.queries import HostEvent
from dashboard.timerange import TimeRange

# What comes later waited somewhere, or the clock of the host is behind.
LATE_TICKS = 3
LATE_SECONDS = 30.0
# The clocks of two machines that are kept in time agree within it, as in hosts_now.
CLOCK_SECONDS = 2.0
# Readings that fail now and then are one stretch.
JOINED_TICKS = 3.0


def absences(
    rows: Sequence[SampledReport], watch: Watch, window: TimeRange, now_seconds: float
) -> list[Flaw]:
    """Return the times without samples, their reasons still open; the same as a chart hatches."""
    found = columns([row[:2] for row in rows], ("time_seconds", "interval_seconds"))
    samples = Samples(found["time_seconds"], found["interval_seconds"], found["interval_seconds"])
    now = window.end.fromtimestamp(now_seconds, window.end.tzinfo)
    gaps = missing(samples, Spacing(watch.tick_seconds), watch, window, now)
    last_seconds = rows[-1].time_seconds if rows else 0.0
    return [
        Flaw(
            "silent",
            gap.start_seconds,
            gap.end_seconds,
            gap.end_seconds - gap.start_seconds,
            is_open=gap.start_seconds >= last_seconds,
        )
        for gap in gaps
        # A range that ends within a tick of the newest sample is whole.
        if not gap.is_silence or gap.end_seconds - gap.start_seconds > TICKS_HELD * watch.tick_seconds
    ]


def with_reasons(
    gaps: Sequence[Flaw], rows: Sequence[SampledReport], watch: Watch, events: Sequence[HostEvent]
) -> tuple[list[Flaw], list[Flaw]]:
    """Return gaps with their reasons, by the reports around them, and those with a report missing there."""
    known, unknown = [], []
    for gap in gaps:
        around = _edges(gap, rows)
        if None in around:
            unknown.append(gap)
        else:
            known.append(explained(gap, around, watch.tick_seconds, events))
    return known, unknown


def _edges(flaw: Flaw, rows: Sequence[SampledReport]) -> Edges:
    """Return what was said around a gap, of rows in order of time."""
    before = bisect_right(rows, flaw.start_seconds, key=lambda row: row.time_seconds)
    after = bisect_left(rows, flaw.end_seconds, key=lambda row: row.time_seconds)
    return Edges(rows[before - 1] if before else None, rows[after] if after < len(rows) else None)


def partial_flaws(rows: Sequence[SampledReport], tick_seconds: float) -> list[Flaw]:
    """Return the times whose samples lack VMs, came late, or have a wrong time; VMs are not named yet."""
    return [
        *_libvirt_away(rows, tick_seconds),
        *joined(
            [_stretch("busy", run, tick_seconds) for run in _runs(rows, lambda row: bool(row.lacks_domains))],
            JOINED_TICKS * tick_seconds,
        ),
        *_late(rows, tick_seconds),
        *_ahead(rows, tick_seconds),
    ]


def _libvirt_away(rows: Sequence[SampledReport], tick_seconds: float) -> Iterator[Flaw]:
    for run in _runs(rows, lambda row: row.hypervisor_state == "disconnected"):
        reason = next((row.hypervisor_reason for row, _ in run if row.hypervisor_reason), "")
        yield _stretch("libvirt", run, tick_seconds)._replace(reason=reason)


def _late(rows: Sequence[SampledReport], tick_seconds: float) -> Iterator[Flaw]:
    limit_seconds = max(LATE_SECONDS, LATE_TICKS * tick_seconds)
    for run in _runs(rows, lambda row: _lag_seconds(row) > limit_seconds):
        lags = [_lag_seconds(row) for row, _ in run]
        flaw = _stretch("late", run, tick_seconds)._replace(missing_seconds=0.0)
        if _is_steady(run) and max(lags) - min(lags) <= max(CLOCK_SECONDS, tick_seconds):
            words = f"the host's clock was behind by {units.duration(min(lags))}: figures stand too early"
            yield flaw._replace(kind="clock", reason=words)
        else:
            late = units.duration(max(lags))
            words = f"up to {late} late: they waited while the broker or the consumer was away"
            yield flaw._replace(reason=words)


def _ahead(rows: Sequence[SampledReport], tick_seconds: float) -> Iterator[Flaw]:
    for run in _runs(rows, lambda row: _lag_seconds(row) < -CLOCK_SECONDS):
        most = max(-_lag_seconds(row) for row, _ in run)
        words = f"the host's clock was ahead by {units.duration(most)}: figures stand too late"
        yield _stretch("clock", run, tick_seconds)._replace(missing_seconds=0.0, reason=words)


# A row and when its time ends.
_Held = tuple[SampledReport, float]


def _runs(rows: Sequence[SampledReport], is_one: Callable[[SampledReport], bool]) -> Iterator[list[_Held]]:
    """Return the runs of rows of which something is true, each row with the time of the next."""
    held = [(row, later.time_seconds) for row, later in pairwise(rows)]
    if rows:
        held.append((rows[-1], rows[-1].time_seconds + TICKS_HELD * (rows[-1].interval_seconds or 0.0)))
    for is_run, run in groupby(held, lambda each: is_one(each[0])):
        if is_run:
            yield list(run)


def _stretch(kind: Kind, run: Sequence[_Held], tick_seconds: float) -> Flaw:
    """Return the time of a run; each of its rows stands for the time to the next, while that is near."""
    last, end_seconds = run[-1]
    start_seconds = run[0][0].time_seconds
    end_seconds = min(end_seconds, last.time_seconds + TICKS_HELD * tick_seconds)
    return Flaw(kind, start_seconds, end_seconds, end_seconds - start_seconds, sample_count=len(run))


def _lag_seconds(row: SampledReport) -> float:
    return 0.0 if row.received_seconds is None else row.received_seconds - row.time_seconds


def _is_steady(run: Sequence[_Held]) -> bool:
    """Whether rows arrived as far apart as they were sampled, without a spool between."""
    first, last = run[0][0], run[-1][0]
    if len(run) == 1 or first.received_seconds is None or last.received_seconds is None:
        return False
    sampled_seconds = last.time_seconds - first.time_seconds
    arrived_seconds = last.received_seconds - first.received_seconds
    return arrived_seconds >= sampled_seconds / 2 and not any(row.spool_message_count for row, _ in run)
