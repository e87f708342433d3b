# SPDX-License-Identifier: Apache-2.0
"""What the page of a host says about times without samples: gaps, silence, a past that is on its way."""

from datetime import timedelta

from dashboard.charts.columns import Stretch
from dashboard.database import Database
from dashboard.history.charted_answer import Answer
from dashboard.parts.contract import Request
from dashboard.parts.markup import texts
from tests.unit.dashboard.row_database import VIEW, ask, host_database, host_feed
from tests.unit.dashboard.rows import NOW, host_now, host_point


def stretches(answer: Answer) -> tuple[Stretch, ...]:
    """Return the hatched and dotted grounds of an answer's chart."""
    assert answer.chart is not None
    assert answer.chart.picture is not None
    return answer.chart.picture.gaps


def test_a_silent_host_ends_in_silence() -> None:
    """After the last sample of a stale host its chart is dotted up to now."""
    silent = host_now(freshness="stale", sampled_at=NOW - timedelta(minutes=10))
    points = [host_point(NOW.timestamp() - 600 - 10 * index) for index in range(100, -1, -1)]
    answer = host_feed(host_database(host_now=[silent], host_samples_raw=points)).answer(ask(), VIEW)
    assert stretches(answer)[-1].is_silence


def test_silence_since_before_the_range_is_no_gap() -> None:
    """A range after the last sample of a stale host is silence too, and its note says since when."""
    since = NOW - timedelta(hours=5)
    silent = host_now(freshness="stale", sampled_at=since)
    answer = host_feed(host_database(host_now=[silent], host_samples_raw=[])).answer(ask(), VIEW)
    assert [True] == [stretch.is_silence for stretch in stretches(answer)]
    note = answer.update.parts["note"].tree
    assert "Silent since" in texts(note)
    assert since.isoformat() in str(note)


def test_a_bucket_that_is_missing_at_the_edge_is_a_gap() -> None:
    """At a rollup level the hatching reaches from the last full bucket to now."""
    start = NOW.timestamp() - 24 * 3600
    points = [host_point(start + 300 * index) for index in range(24 * 12 - 2)]
    database = host_database(host_samples_rollup=points)
    answer = host_feed(database).answer(ask(search="?from=now-24h&to=now"), VIEW)
    assert [False] == [stretch.is_silence for stretch in stretches(answer)]


def test_nothing_is_missing_before_a_host_was_known() -> None:
    """The time before the first sample ever is no gap."""
    new = host_now(first_seen_at=NOW - timedelta(seconds=1000))
    old = host_now(first_seen_at=NOW - timedelta(days=3))
    for host, gap_count in ((new, 0), (old, 1)):
        answer = host_feed(host_database(host_now=[host])).answer(ask(), VIEW)
        assert gap_count == len(stretches(answer))


def test_a_past_with_longer_ticks_has_no_gaps() -> None:
    """Samples a quarter of an hour apart are joined up to the edges. The note says how far apart they are."""
    past = [host_point(NOW.timestamp() - 900 * index, interval_seconds=900.0) for index in range(20, 3, -1)]
    database = host_database(host_samples_raw=past, host_samples_rollup=past)
    windows = (
        ("now-3h", "now-2h", "every sample, 15 min apart"),
        ("now-292m", "now-37m", "1 min averages"),
    )
    for start, end, words in windows:
        window = ask(search=f"?from={start}&to={end}")
        answer = host_feed(database).answer(window, VIEW)
        assert () == stretches(answer)
        note = " ".join(texts(answer.update.parts["note"].tree).split())
        assert words in note


def note_words(database: Database, window: Request) -> str:
    """Return all that stands above the chart of a range."""
    answer = host_feed(database).answer(window, VIEW)
    return " ".join(texts(answer.update.parts["note"].tree).split())


def test_a_range_mostly_before_the_first_sample_says_so() -> None:
    """A host that was just added shows little of half an hour: the page says why and when that ends."""
    database = host_database(host_now=[host_now(first_seen_at=NOW - timedelta(minutes=10))])
    live = note_words(database, ask())
    assert "Its samples begin at ; nothing is missing before. This range is full at" in live
    assert "Show all since then" in live
    fixed = ask(search="?from=1795417200000&to=now")
    assert "full at" not in note_words(database, fixed)
    assert "begin" not in note_words(database, ask(search="?from=now-15m&to=now"))
    assert "begin" not in note_words(host_database(), ask())


def test_a_range_before_the_first_sample_is_no_gap() -> None:
    """Where a host was not known yet nothing was lost."""
    database = host_database(host_now=[host_now(first_seen_at=NOW - timedelta(minutes=10))])
    chart = host_feed(database).answer(ask(search="?from=now-3h&to=now-2h"), VIEW).chart
    assert chart is not None
    assert chart.picture is not None
    assert "before the first sample of this host" in texts(chart.picture.nothing)


def test_a_past_that_is_on_its_way_is_no_silence() -> None:
    """While old samples arrive, the page says so instead of calling the host silent."""
    arriving = host_now(freshness="stale", is_catching_up=True, sampled_at=NOW - timedelta(days=3))
    words = note_words(host_database(host_now=[arriving]), ask())
    assert "Its history is still arriving" in words
    assert "Silent" not in words
    backlog = host_now(spool_message_count=1200)
    assert "1200 messages to send" in note_words(host_database(host_now=[backlog]), ask())


def test_a_range_that_begins_within_a_gap_is_hatched_from_its_edge() -> None:
    """The interval of the first sample behind a gap is the gap, and excuses nothing."""
    first = NOW.timestamp() - 1800
    points = [host_point(first + 10 * index, interval_seconds=10.0) for index in range(180)]
    points[0] = host_point(first, interval_seconds=7200.0)
    (gap, *_) = stretches(host_feed(host_database(host_samples_raw=points)).answer(ask(), VIEW))
    assert not gap.is_silence
