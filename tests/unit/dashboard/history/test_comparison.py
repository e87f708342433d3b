# SPDX-License-Identifier: Apache-2.0
"""The rows of an earlier time beside those of a range, and what a page says of its lines."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from dashboard.charts.columns import Numbers, Stretch, columns
from dashboard.charts.versions import kept, rows
from dashboard.history.before import Before, read_before
from dashboard.history.comparison import Earlier, Place, compared
from dashboard.pages.host.queries import HostPoint
from dashboard.parts.contract import Request
from dashboard.parts.markup import texts
from dashboard.timerange import LEVELS, RAW, Level, TimeRange
from tests.unit.dashboard.row_database import VIEW, RowDatabase, ask, host_database, host_feed
from tests.unit.dashboard.rows import NOW, host_now, host_point

BUSY = "cpu_busy_ratio"
GHOST = "cpu_busy_ratio_before"
WEEK = timedelta(days=7)
LEVEL = {level.name: level for level in LEVELS}


def before(text: str = "-7d") -> Before:
    """Return how long before."""
    found = read_before(text)
    assert found is not None
    return found


def place(level: Level = RAW, *, minutes: int = 10, end: datetime = NOW) -> Place:
    """Return a range that ends at an instant."""
    return Place(TimeRange("now-10m", "now", end - timedelta(minutes=minutes), end), UTC, level, 10.0)


def points(first: datetime, count: int, step_seconds: float = 10.0, busy: float = 0.5) -> list[HostPoint]:
    """Return rows from an instant on; busy rises by a thousandth with each."""
    return [
        host_point(
            first.timestamp() + step_seconds * index,
            interval_seconds=step_seconds,
            cpu_busy_ratio=busy + index / 1000,
        )
        for index in range(count)
    ]


def together(
    now: Sequence[HostPoint],
    past: Sequence[HostPoint],
    where: Place,
    gaps: Sequence[Stretch] = (),
    past_level: Level = RAW,
) -> dict[str, Numbers]:
    """Return the columns of both times."""
    earlier = Earlier(before(), past_level, columns(past, HostPoint._fields))
    return compared(columns(now, HostPoint._fields), gaps, earlier, where, [BUSY])


def test_each_row_has_the_nearest_sample_of_that_time() -> None:
    """Samples of last week were taken at other seconds; each row has the one next to it."""
    start = NOW - timedelta(minutes=10)
    past = points(start - WEEK + timedelta(seconds=3), 60, busy=0.1)
    found = together(points(start, 60), past, place())
    assert 60 == len(found["time_seconds"])
    assert np.allclose(found[GHOST], 0.1 + np.arange(60) / 1000)
    assert np.allclose(found[BUSY], 0.5 + np.arange(60) / 1000)


def test_what_was_missing_then_is_missing_beside() -> None:
    """A gap of last week is one beside a line that has none, and no neighbour is stretched over it."""
    start = NOW - timedelta(minutes=10)
    past = points(start - WEEK, 60)
    found = together(points(start, 60), [*past[:20], *past[40:]], place())
    assert [*range(20, 40)] == np.flatnonzero(np.isnan(found[GHOST])).tolist()


def test_gaps_and_what_is_to_come_have_rows_of_that_time_alone() -> None:
    """Where this week has nothing, last week goes on; of this week such a row knows nothing."""
    start = NOW - timedelta(minutes=10)
    now = points(start, 30)
    past = points(start - WEEK, 120)
    gap = Stretch(now[9].time_seconds, now[20].time_seconds)
    where = place(minutes=20, end=NOW + timedelta(minutes=10))
    found = together([*now[:10], *now[20:]], past, where, [gap])
    times = found["time_seconds"]
    assert np.all(np.diff(times) > 0)
    assert np.isfinite(found[GHOST]).all()
    assert [*range(10, 20)] == np.flatnonzero(np.isnan(found[BUSY][:30])).tolist()
    assert np.isnan(found[BUSY][30:]).all()
    # Behind the newest sample two are awaited.
    assert 30 + 90 - 2 == len(times)


def test_a_live_range_without_gaps_has_no_row_more() -> None:
    """While the next sample is on its way, the newest row is that of the newest sample."""
    start = NOW - timedelta(minutes=10)
    found = together(points(start, 58), points(start - WEEK, 200), place())
    assert np.isfinite(found[BUSY]).all()


def test_buckets_stand_beside_buckets() -> None:
    """Averages are those of the bucket a week before; a day ahead of now has those of last week."""
    start = datetime(2026, 11, 23, tzinfo=UTC)
    level = LEVEL["5m"]
    where = Place(TimeRange("now/d", "now/d", start, start + timedelta(days=1)), UTC, level, 10.0)
    now, past = points(start, 100, 300.0), points(start - WEEK, 288, 300.0, busy=0.1)
    found = together(now, past, where, past_level=level)
    assert 288 == len(found["time_seconds"])
    assert np.allclose(found[GHOST], 0.1 + np.arange(288) / 1000)
    assert 100 == int(np.isfinite(found[BUSY]).sum())


def test_samples_that_are_no_longer_kept_stand_as_averages() -> None:
    """Four weeks ago there are only averages of 5 minutes: each sample has that which it lies in."""
    start = NOW - timedelta(minutes=10)
    past = points(start - WEEK, 2, 300.0, busy=0.1)
    found = together(points(start, 60), past, place(), past_level=LEVEL["5m"])
    assert np.allclose(found[GHOST], np.repeat([0.1, 0.101], 30))


def test_a_tick_adds_one_row() -> None:
    """One more sample leaves all rows before it as they are, so that only the new one travels."""
    start = NOW - timedelta(minutes=10)
    past = points(start - WEEK - timedelta(seconds=4), 200)

    def at(count: int) -> dict[str, Numbers]:
        end = start + timedelta(seconds=10 * count + 3)
        return together(points(start, count), past, place(minutes=9, end=end))

    versions = []
    for count in (55, 56):
        found = at(count)
        versions.append(rows("hv1", found["time_seconds"], {name: found[name] for name in (BUSY, GHOST)}))
    assert (0, 55) == kept(versions[0].fingerprint, versions[1].fingerprint)


def answer_words(database: RowDatabase, request: Request) -> str:
    """Return what stands above the chart."""
    answer = host_feed(database).answer(request, VIEW)
    return " ".join(texts(answer.update.parts["note"].tree).split()).replace("\u00a0", " ")


def test_a_page_says_what_is_beside_its_lines() -> None:
    """The time before and its zone; that nothing is stored; that the address cannot be read, and where."""
    request = ask(search="?from=now-1h&to=now&vs=-7d", zone="Europe/Berlin")
    database = host_database()
    last_week = [
        host_point(NOW.timestamp() - WEEK.total_seconds() - 10 * index) for index in range(90, 0, -1)
    ]
    database.rows["host_samples_raw"] += last_week
    database.rows["host_samples_raw"].sort()
    words = answer_words(database, request)
    assert "Grey and dashed: 7 d before , at the same time of day in Europe/Berlin" in words
    database = host_database(host_now=[host_now(first_seen_at=NOW - timedelta(hours=1))])
    database.rows["host_samples_rollup"] = []
    assert "Nothing is stored of 7 d before" in answer_words(database, request)
    words = answer_words(host_database(), ask(search="?from=now-1h&to=now&vs=-7x"))
    assert "“x” at character 3" in words
    assert "line=p99 is none of mean, max, p95" in answer_words(host_database(), ask(search="?line=p99"))


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("?from=now-30d&to=now&line=p95", "95th percentile of the means of 5 minutes"),
        ("?from=now-24h&to=now&line=p95", "kept for buckets of 1 h and longer"),
        ("?from=now-1h&to=now&line=max", "every sample is drawn, and one has no spread"),
    ],
)
def test_a_page_says_why_a_statistic_is_not_there(search: str, words: str) -> None:
    """Where a range has the statistic, the page says of what it is."""
    assert words in answer_words(host_database(), ask(search=search))
