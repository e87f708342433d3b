# SPDX-License-Identifier: Apache-2.0
"""The flaws of a long range, of which the samples of each bucket are counted against its ticks."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from dashboard.history.rows import Watch
from dashboard.pages.host.coverage.flaw import Flaw, Kind, joined
from dashboard.pages.host.coverage.queries import SampledBucket
from dashboard.timerange import TimeRange

# So many samples fewer than its ticks are none too few: a bucket begins and ends between two of them.
_SAMPLES_SHORT = 2.5
# What is measured is not round, and a tick that is set is.
_TICK_TOLERANCE = 0.2


class Cell(NamedTuple):
    """The part of a bucket that is in the range, and how many samples the bucket has and should have."""

    start_seconds: float
    end_seconds: float
    tick_seconds: float
    expected_count: float
    bucket: SampledBucket | None

    @property
    def length_seconds(self) -> float:
        """How much of it is in the range."""
        return self.end_seconds - self.start_seconds

    @property
    def sample_count(self) -> int:
        """How many samples it has."""
        return 0 if self.bucket is None else self.bucket.sample_count

    @property
    def is_short(self) -> bool:
        """Whether some of its samples are missing, and not all of them."""
        return bool(self.sample_count) and self.expected_count - self.sample_count >= _SAMPLES_SHORT

    def part_seconds(self, count: float) -> float:
        """Return the time in the range for which so many of its samples stand."""
        return self.length_seconds * min(1.0, count / self.expected_count)


def cells(
    buckets: Sequence[SampledBucket],
    bucket_seconds: int,
    watch: Watch,
    window: TimeRange,
    now_seconds: float,
) -> list[Cell]:
    """Return the times of all buckets of a range in which samples are expected, in order."""
    known = {round(bucket.time_seconds): bucket for bucket in buckets if bucket.sample_count}
    first = max(window.start.timestamp(), watch.first_seen_seconds)
    last = min(window.end.timestamp(), now_seconds)
    start = int(first // bucket_seconds) * bucket_seconds
    found = []
    tick_seconds = watch.tick_seconds
    while start < last:
        end = start + bucket_seconds
        bucket = known.get(start)
        # Behind a gap as before it: what its own samples say, or today's.
        tick_seconds = _tick_seconds(bucket, watch.tick_seconds) if bucket else tick_seconds
        # Of a bucket that the range cuts all samples are counted.
        whole_seconds = min(end, now_seconds) - max(start, watch.first_seen_seconds)
        expected_count = max(whole_seconds / tick_seconds, 1e-9)
        found.append(Cell(max(start, first), min(end, last), tick_seconds, expected_count, bucket))
        start = end
    return found


def _tick_seconds(bucket: SampledBucket, tick_seconds: float) -> float:
    """Return the tick of a time: today's where it fits. The mean is longer where samples are missing."""
    least = bucket.interval_seconds
    if least is None or abs(least - tick_seconds) <= _TICK_TOLERANCE * tick_seconds:
        return tick_seconds
    return bucket.interval_seconds_mean or tick_seconds


def absences(found: Sequence[Cell], watch: Watch) -> list[Flaw]:
    """Return the times without samples or with too few, their reasons still open."""
    flaws = []
    for is_empty, run in groupby(found, lambda cell: not cell.sample_count):
        together = list(run)
        if is_empty:
            length_seconds = together[-1].end_seconds - together[0].start_seconds
            if length_seconds >= _SAMPLES_SHORT * together[0].tick_seconds:
                flaws.append(_flaw("silent", together, length_seconds))
        else:
            flaws += [
                _flaw("silent", [cell], cell.part_seconds(cell.expected_count - cell.sample_count))
                for cell in together
                if cell.is_short
            ]
    flaws = joined(flaws, 0.0)
    if flaws and not found[-1].sample_count:
        flaws[-1] = flaws[-1]._replace(is_open=flaws[-1].end_seconds >= found[-1].end_seconds)
    if flaws and watch.silent_since_seconds is not None:
        flaws[-1] = _since_silent(flaws[-1], watch.silent_since_seconds, found[-1].end_seconds)
    return flaws


def _since_silent(flaw: Flaw, silent_since_seconds: float, end_seconds: float) -> Flaw:
    """Return the last flaw, from the newest sample on where it is the silence of now."""
    if flaw.end_seconds < end_seconds or silent_since_seconds < flaw.start_seconds:
        return flaw
    length_seconds = end_seconds - silent_since_seconds
    if flaw.missing_seconds > length_seconds * 1.01:
        return flaw
    return flaw._replace(
        start_seconds=silent_since_seconds, missing_seconds=length_seconds, sample_count=0, is_open=True
    )


def partial_flaws(found: Sequence[Cell]) -> list[Flaw]:
    """Return the times whose samples lack VMs: all of them, or those that were busy; not named yet."""
    return [
        *_lacking("libvirt", found, _without_libvirt),
        *_lacking("busy", found, lambda bucket: bucket.lacking_sample_count or 0),
    ]


def _without_libvirt(bucket: SampledBucket) -> int:
    known = bucket.domain_sample_count
    return 0 if known is None else bucket.sample_count - known


def _lacking(kind: Kind, found: Sequence[Cell], count: Callable[[SampledBucket], int]) -> Iterator[Flaw]:
    counts = [(cell, 0 if cell.bucket is None else count(cell.bucket)) for cell in found]
    for is_lacking, run in groupby(counts, lambda each: each[1] > 0):
        if is_lacking:
            together = list(run)
            missing_seconds = sum(cell.part_seconds(lacking) for cell, lacking in together)
            yield _flaw(kind, [cell for cell, _ in together], missing_seconds)


def _flaw(kind: Kind, together: Sequence[Cell], missing_seconds: float) -> Flaw:
    return Flaw(
        kind,
        together[0].start_seconds,
        together[-1].end_seconds,
        missing_seconds,
        sample_count=sum(cell.sample_count for cell in together),
    )
