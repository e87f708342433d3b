# SPDX-License-Identifier: Apache-2.0
"""Gaps between the rows of a chart."""

from dashboard.charts.columns import Spacing, Stretch
from tests.unit.dashboard.charts.drawings import START_SECONDS, gaps_of, points
from tests.unit.dashboard.rows import host_point


def test_samples_far_apart_have_a_gap_between_them() -> None:
    """Its ends are the samples beside it."""
    rows = [*points(5), *(host_point(START_SECONDS + 300 + 10 * index) for index in range(5))]
    assert [Stretch(START_SECONDS + 40, START_SECONDS + 300)] == gaps_of(rows)


def test_a_missing_bucket_is_a_gap() -> None:
    """Buckets stand side by side: one that is missing breaks the line, from the end of the last full one."""
    rows = [host_point(START_SECONDS + 60 * index) for index in (0, 1, 3)]
    assert [Stretch(START_SECONDS + 120, START_SECONDS + 180)] == gaps_of(rows, Spacing(10.0, 60))
    assert [] == gaps_of(rows[:2], Spacing(10.0, 60))


def test_buckets_finer_than_the_ticks_stay_joined() -> None:
    """A bucket that no sample was due in is no gap, also beside a bucket whose interval is not known."""
    rows = [host_point(START_SECONDS + 900 * index, interval_seconds=900.0) for index in range(4)]
    rows[2] = rows[2]._replace(interval_seconds=None, interval_seconds_max=None)
    for bucket_seconds in (60, 300):
        assert [] == gaps_of(rows, Spacing(10.0, bucket_seconds))
    expected = [Stretch(START_SECONDS + 300, START_SECONDS + 2700)]
    assert expected == gaps_of([rows[0], rows[3]], Spacing(10.0, 300))


def test_a_bucket_in_which_the_tick_becomes_shorter_is_joined() -> None:
    """Its first sample was due when it came; of a bucket with two gaps at its edges both stay gaps."""
    tick = {"interval_seconds": 900.0}
    rows = [host_point(START_SECONDS + at, **tick) for at in (0, 900)]
    mixed = host_point(START_SECONDS + 1800, interval_seconds=60.0, interval_seconds_max=900.0)
    after = host_point(START_SECONDS + 2100, interval_seconds=60.0)
    assert [] == gaps_of([*rows, mixed, after], Spacing(10.0, 300))
    late = host_point(START_SECONDS + 3600, interval_seconds=60.0, interval_seconds_max=1800.0)
    assert 1 == len(gaps_of([mixed, late], Spacing(10.0, 300)))


def test_an_outage_is_a_gap_although_the_interval_behind_it_is_as_long() -> None:
    """The first sample after an hour without any covers the hour, and the hour is a gap."""
    rows = [host_point(START_SECONDS + 60 * index, interval_seconds=10.0) for index in (0, 1, 61)]
    rows[2] = rows[2]._replace(interval_seconds_max=3600.0)
    expected = [Stretch(START_SECONDS + 120, START_SECONDS + 3660)]
    assert expected == gaps_of(rows, Spacing(10.0, 60))


def test_gaps_are_judged_by_the_tick_of_their_time() -> None:
    """Samples of a longer tick than today's stay joined; what was missing at a shorter one stays a gap."""
    slow = [host_point(START_SECONDS + 10 * index, interval_seconds=10.0) for index in (0, 1, 2, 6)]
    assert [Stretch(START_SECONDS + 20, START_SECONDS + 60)] == gaps_of(slow, Spacing(2.0))
    for tick_seconds in (2.0, 60.0):
        assert 2 == len(gaps_of(points(3, interval_seconds=2.0), Spacing(tick_seconds)))
