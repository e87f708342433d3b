# SPDX-License-Identifier: Apache-2.0
"""What the pages answer, with a database of rows in memory."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dashboard.answer_cache import FAILURE_KEEP_SECONDS
from dashboard.asks import GridAsk, HostAsk, read_ask, read_zone
from dashboard.database import Database
from dashboard.errors import (
    DashboardError,
    DatabaseUnavailableError,
    QueryTimeoutError,
    RequestError,
    SchemaMissingError,
)
from dashboard.grid_feed import GridFeed
from dashboard.host_feed import HostFeed
from dashboard.markup import texts
from dashboard.queries import HostEvent, HostSpan
from dashboard.settings import DatabaseSettings
from tests.unit.dashboard.rows import NOW, grid_domain, grid_host, host_domain, host_now, host_point


class RowDatabase(Database):
    """Answers questions from rows in memory and counts them; ``failure`` is raised instead if set."""

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        super().__init__(DatabaseSettings())
        self.rows = rows
        self.asked: list[str] = []
        self.views: list[str | None] = []
        self.failure: DashboardError | None = None
        self.failing: dict[str, DashboardError] = {}

    @property
    def away_since(self) -> datetime | None:
        """The outage began at eight."""
        return datetime(2026, 11, 23, 8, tzinfo=UTC)

    def fetch(
        self, query: Any, parameters: Mapping[str, Any] | None = None, *, view: str | None = None
    ) -> list[Any]:
        """Return the rows of a question by its name."""
        del parameters
        self.asked.append(query.name)
        self.views.append(view)
        failure = self.failure or self.failing.get(query.name)
        if failure is not None:
            raise failure
        return self.rows[query.name]


def grid_database() -> RowDatabase:
    """Return two hosts with a VM each."""
    return RowDatabase(
        {
            "grid_hosts": [grid_host("hv1"), grid_host("hv2")],
            "grid_domains": [grid_domain("a", "hv1"), grid_domain("b", "hv2")],
        }
    )


def host_database(**changes: list[Any]) -> RowDatabase:
    """Return one host with an hour of samples, a VM and an event."""
    rows: dict[str, list[Any]] = {
        "host_now": [host_now()],
        "host_domains": [host_domain("vm1")],
        "host_events": [HostEvent(NOW - timedelta(minutes=5), "domain_started", "vm1", None, 1)],
        "host_samples_raw": [host_point(NOW.timestamp() - 10 * index) for index in range(100, 0, -1)],
        "host_samples_rollup": [host_point(NOW.timestamp() - 60 * index) for index in range(100, 0, -1)],
        "host_span": [HostSpan(NOW - timedelta(hours=5), None)],
    }
    return RowDatabase(rows | changes)


def host_feed(database: Database) -> HostFeed:
    """Return a feed at half past eight that keeps nothing."""
    return HostFeed(database, keep_seconds=0.0, now=lambda: NOW)


def stretches(answer: tuple[dict[str, Any], Any]) -> list[dict[str, Any]]:
    """Return the hatched and dotted grounds of an answer's figure."""
    return [trace for trace in answer[1]["data"] if trace["meta"]["role"] in {"gap", "silence"}]


def ask(number: int = 1, **changes: Any) -> HostAsk:
    """Return a question about the last hour of hv1."""
    return HostAsk(number=number, host="hv1", start="now-1h", end="now", **changes)


def test_a_new_browser_gets_the_whole_grid() -> None:
    """Order, summary and all nodes come at first."""
    answer = GridFeed(grid_database(), keep_seconds=0).answer(GridAsk(number=1))
    assert ["hv1", "hv2"] == answer["order"]
    assert {"hv1", "hv2"} == answer["nodes"].keys()
    assert "2 hosts" in " ".join(texts(answer["summary"]).split())


def test_later_only_what_changed_is_sent() -> None:
    """A browser that is up to date gets the nodes that changed and nothing else."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=0)
    first = feed.answer(GridAsk(number=1))
    database.rows["grid_hosts"] = [grid_host("hv1"), grid_host("hv2", cpu_busy_ratio=0.9)]
    second = feed.answer(GridAsk(number=2, feed=first["feed"], cursor=first["cursor"]))
    assert {"hv2"} == second["nodes"].keys()
    assert "order" not in second
    assert "summary" not in second


def test_age_alone_is_no_news() -> None:
    """That a sample grows older is counted by the browser and sends nothing."""
    now = NOW
    feed = GridFeed(grid_database(), keep_seconds=0, now=lambda: now)
    first = feed.answer(GridAsk(number=1))
    now += timedelta(seconds=7)
    assert {} == feed.answer(GridAsk(number=2, feed=first["feed"], cursor=first["cursor"]))["nodes"]


def test_a_browser_of_another_process_starts_over() -> None:
    """A cursor of a feed that is gone counts for nothing."""
    feed = GridFeed(grid_database(), keep_seconds=0)
    answer = feed.answer(GridAsk(number=9, feed="another", cursor=500))
    assert {"hv1", "hv2"} == answer["nodes"].keys()


def test_a_host_that_goes_away_leaves_the_order() -> None:
    """The order is sent anew when hosts come or go."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=0)
    first = feed.answer(GridAsk(number=1))
    database.rows["grid_hosts"] = [grid_host("hv2")]
    assert ["hv2"] == feed.answer(GridAsk(number=2, feed=first["feed"], cursor=first["cursor"]))["order"]


def test_a_hundred_viewers_cost_one_query() -> None:
    """Within a period all viewers share what was read once."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=60)
    for number in range(100):
        feed.answer(GridAsk(number=number))
    assert ["grid_hosts", "grid_domains"] == database.asked


@pytest.mark.parametrize(
    ("failure", "key", "words"),
    [
        (DatabaseUnavailableError("refused"), "banner", "The database is away"),
        (SchemaMissingError("no table"), "state", "kvmgrid-consumer migrate"),
        (QueryTimeoutError("too slow"), "banner", "too slow"),
    ],
)
@pytest.mark.parametrize("page", ["grid", "host"])
def test_failures_are_answers(failure: DashboardError, key: str, words: str, page: str) -> None:
    """An outage is said on the page, never an error of the server."""
    database = grid_database() if page == "grid" else host_database()
    database.failure = failure
    feeds: dict[str, Callable[[], dict[str, Any]]] = {
        "grid": lambda: GridFeed(database, keep_seconds=0).answer(GridAsk(number=1)),
        "host": lambda: host_feed(database).answer(ask())[0],
    }
    assert words in texts(feeds[page]()[key])


def test_an_empty_database_guides_the_first_run() -> None:
    """Without any host the page says how to start one."""
    answer = GridFeed(RowDatabase({"grid_hosts": [], "grid_domains": []}), keep_seconds=0).answer(
        GridAsk(number=1)
    )
    words = texts(answer["state"])
    assert "Waiting for the first sample" in words
    assert "kvmgrid-publisher run" in words


def test_a_host_page_has_all_its_parts() -> None:
    """Head, facts, VMs, events and the figure come at first."""
    answer, figure = host_feed(host_database()).answer(ask())
    assert {"head", "facts", "vms", "note", "events", "marks", "nothing"} == answer["parts"].keys()
    assert figure is not None
    assert "every sample, 10\u00a0s apart" in texts(answer["parts"]["note"]["tree"])
    assert "vm1" in texts(answer["parts"]["vms"]["tree"])


def test_what_the_browser_has_is_not_sent_again() -> None:
    """With the hashes of its parts and the name of its figure a browser gets nothing twice."""
    feed = host_feed(host_database())
    first, _ = feed.answer(ask())
    hashes = {name: part["hash"] for name, part in first["parts"].items()}
    second, figure = feed.answer(ask(2, parts=hashes, figure=first["figure"]))
    assert {} == second["parts"]
    assert figure is None


def test_a_chart_is_drawn_once_per_sample() -> None:
    """Until a new sample arrives all viewers of a view share one chart."""
    database = host_database()
    feed = host_feed(database)
    for number in range(5):
        feed.answer(ask(number))
    assert 1 == database.asked.count("host_samples_raw")
    database.rows["host_now"] = [host_now(sampled_at=NOW + timedelta(seconds=10))]
    feed.answer(ask(9))
    assert 2 == database.asked.count("host_samples_raw")


def test_late_samples_change_the_name_of_the_picture() -> None:
    """Samples that arrive late change nothing a browser asks for, and yet it gets the chart with them."""
    database = host_database()
    now = NOW
    feed = HostFeed(database, keep_seconds=0.0, now=lambda: now)
    past = HostAsk(number=1, host="hv1", start="1795419000000", end="1795422000000")
    first, _ = feed.answer(past)
    database.rows["host_samples_raw"] = database.rows["host_samples_raw"][:20]
    feed._charts._entries.clear()
    second, figure = feed.answer(msgspec.structs.replace(past, figure=first["figure"]))
    assert first["figure"] != second["figure"]
    assert figure is not None


def test_an_event_shows_at_the_next_beat() -> None:
    """Also where the chart itself is drawn anew only now and then, its list and marks follow the events."""
    database = host_database()
    feed = host_feed(database)
    long = HostAsk(number=1, host="hv1", start="now-24h", end="now")
    first, _ = feed.answer(long)
    stopped = HostEvent(NOW - timedelta(seconds=1), "domain_stopped", "vm1", None, 2)
    database.rows["host_events"] = [stopped, *database.rows["host_events"]]
    second, figure = feed.answer(msgspec.structs.replace(long, figure=first["figure"]))
    assert "domain stopped" in texts(second["parts"]["events"]["tree"])
    assert "domain stopped" in str(second["parts"]["marks"]["tree"])
    assert figure is not None


def test_a_failure_of_the_chart_leaves_the_rest_and_ends() -> None:
    """When only the chart fails, head and VMs are answered under a banner; afterwards all is as before."""
    database = host_database()
    feed = host_feed(database)
    failing = database.rows.pop("host_samples_raw")
    database.failing = {"host_samples_raw": DatabaseUnavailableError("gone")}
    answer, _ = feed.answer(ask())
    assert "The database is away" in texts(answer["banner"])
    assert {"head", "facts", "vms", "events"} == answer["parts"].keys()
    database.failing = {}
    database.rows["host_samples_raw"] = failing
    feed._charts._clock = lambda: time.monotonic() + FAILURE_KEEP_SECONDS
    answer, figure = feed.answer(ask(2))
    assert "banner" not in answer
    assert figure is not None


def test_a_chart_that_is_too_slow_is_said_and_hidden() -> None:
    """A chart of another range does not stand in for it; what happened is listed all the same."""
    database = host_database()
    database.failing = {"host_samples_raw": QueryTimeoutError("Too slow.")}
    answer, figure = host_feed(database).answer(ask(figure="of-another-range"))
    assert "Choose a shorter range." in texts(answer["parts"]["note"]["tree"])
    assert "domain started" in texts(answer["parts"]["events"]["tree"])
    assert ("", None) == (answer["figure"], figure)


def test_long_ranges_read_rollups() -> None:
    """A day reads the view of minutes, a year the view of days."""
    database = host_database()
    feed = host_feed(database)
    for start in ("now-24h", "now-1y"):
        feed.answer(HostAsk(number=1, host="hv1", start=start, end="now"))
    assert ["host_samples_1m", "host_samples_1d"] == [view for view in database.views if view]


def test_an_empty_range_offers_the_nearest_samples() -> None:
    """A range without samples says so and leads to where there are some."""
    answer, figure = host_feed(host_database(host_samples_raw=[])).answer(ask())
    nothing = answer["parts"]["nothing"]["tree"]
    assert "No samples in this range." in texts(nothing)
    assert "Nearest samples before" in texts(nothing)
    assert figure is not None


def test_a_range_that_is_no_time_is_said_in_place() -> None:
    """Nonsense in the URL is answered in words; the rest of the page stays."""
    answer, figure = host_feed(host_database()).answer(HostAsk(number=1, host="hv1", start="tomorrow"))
    assert "is not a time" in texts(answer["parts"]["note"]["tree"])
    assert "" == answer["figure"]
    assert "vms" in answer["parts"]
    assert figure is None


def test_an_unknown_host_is_a_page() -> None:
    """A host that never reported has a page that says so, with its name as text."""
    answer, _ = host_feed(host_database(host_now=[])).answer(HostAsk(number=1, host="<b>x</b>"))
    assert "No host “<b>x</b>”" in texts(answer["state"])


def test_a_silent_host_ends_in_silence() -> None:
    """After the last sample of a stale host its chart is dotted up to now."""
    silent = host_now(freshness="stale", sampled_at=NOW - timedelta(minutes=10))
    points = [host_point(NOW.timestamp() - 600 - 10 * index) for index in range(100, -1, -1)]
    _, figure = host_feed(host_database(host_now=[silent], host_samples_raw=points)).answer(ask())
    assert figure is not None
    assert [trace for trace in figure["data"] if trace["meta"]["role"] == "silence"]


def test_silence_since_before_the_range_is_no_gap() -> None:
    """A range after the last sample of a stale host is silence too, and its note says since when."""
    since = NOW - timedelta(hours=5)
    silent = host_now(freshness="stale", sampled_at=since)
    answer, figure = host_feed(host_database(host_now=[silent], host_samples_raw=[])).answer(ask())
    assert figure is not None
    roles = {trace["meta"]["role"] for trace in figure["data"]}
    assert "silence" in roles
    assert "gap" not in roles
    note = answer["parts"]["note"]["tree"]
    assert "Silent since" in texts(note)
    assert since.isoformat() in str(note)


def test_a_bucket_that_is_missing_at_the_edge_is_a_gap() -> None:
    """At a rollup level the hatching reaches from the last full bucket to now."""
    start = NOW.timestamp() - 24 * 3600
    points = [host_point(start + 60 * index) for index in range(24 * 60 - 2)]
    database = host_database(host_samples_rollup=points)
    _, figure = host_feed(database).answer(HostAsk(number=1, host="hv1", start="now-24h", end="now"))
    assert figure is not None
    assert [trace for trace in figure["data"] if trace["meta"]["role"] == "gap"]


def test_nothing_is_missing_before_a_host_was_known() -> None:
    """The time before the first sample ever is no gap."""
    new = host_now(first_seen_at=NOW - timedelta(seconds=1000))
    old = host_now(first_seen_at=NOW - timedelta(days=3))
    for host, gap_count in ((new, 0), (old, 1)):
        _, figure = host_feed(host_database(host_now=[host])).answer(ask())
        assert figure is not None
        gaps = [trace for trace in figure["data"] if trace["meta"]["role"] == "gap" and trace["yaxis"] == "y"]
        assert gap_count == len(gaps)


def test_the_table_comes_when_asked_for() -> None:
    """The chart as a table is sent to those who want it."""
    answer, _ = host_feed(host_database()).answer(ask(is_table=True))
    assert "CPU busy" in texts(answer["parts"]["table"]["tree"])


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {"number": -1, "host": "x"},
        {"number": 1, "host": "x" * 64},
        {"number": 1, "host": "x", "theme": "pink"},
        {"number": 1, "host": "x", "width_pixels": 10**9},
        {"number": 1, "host": "x", "hidden": ["y"] * 100},
        {"number": 1, "host": "x", "more": 1},
        {"number": 1, "host": {"deep": []}},
        {"number": 2**60, "host": "x"},
    ],
)
def test_what_pages_never_send_is_refused(data: Any) -> None:
    """Every field of a question is checked and bounded."""
    with pytest.raises(RequestError):
        read_ask(HostAsk, data)


def test_a_zone_is_known_in_any_case() -> None:
    """Browsers take a zone in any case, and so does the server; the answer says which one it used."""
    assert ZoneInfo("Europe/Berlin") == read_zone("europe/berlin")
    for asked, used in (("europe/berlin", "Europe/Berlin"), ("Nowhere/Land", "UTC"), ("utc", "UTC")):
        answer, _ = host_feed(host_database()).answer(ask(zone=asked))
        assert used == answer["zone"]
        assert used in texts(answer["parts"]["note"]["tree"])


def test_an_answer_is_stamped_when_it_leaves() -> None:
    """The questions take their time; the browser's ages count from the end of it."""
    moments = iter(NOW + timedelta(seconds=second) for second in range(100))
    seen: list[datetime] = []

    def clock() -> datetime:
        seen.append(next(moments))
        return seen[-1]

    answer, _ = HostFeed(host_database(), keep_seconds=0, now=clock).answer(ask())
    assert round(seen[-1].timestamp() * 1000) == answer["now_ms"]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Nowhere/Land", "\x00", "/etc/localtime", "Europe"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    """A zone that this machine does not know is UTC, never an error."""
    assert UTC is read_zone(name)


def test_a_past_with_longer_ticks_has_no_gaps() -> None:
    """Samples a quarter of an hour apart are joined up to the edges; the note says how far apart they are."""
    past = [host_point(NOW.timestamp() - 900 * index, interval_seconds=900.0) for index in range(20, 3, -1)]
    database = host_database(host_samples_raw=past, host_samples_rollup=past)
    windows = (
        ("now-3h", "now-2h", "every sample, 15 min apart"),
        ("now-292m", "now-37m", "1 min averages"),
    )
    for start, end, words in windows:
        window = HostAsk(number=1, host="hv1", start=start, end=end)
        answer = host_feed(database).answer(window)
        assert [] == stretches(answer)
        note = " ".join(texts(answer[0]["parts"]["note"]["tree"]).split())
        assert words in note


def note_words(database: Database, window: HostAsk) -> str:
    """Return all that stands above the chart of a range."""
    answer, _ = host_feed(database).answer(window)
    return " ".join(texts(answer["parts"]["note"]["tree"]).split())


def test_a_range_mostly_before_the_first_sample_says_so() -> None:
    """A host that was just added shows little of half an hour: the page says why and when that ends."""
    database = host_database(host_now=[host_now(first_seen_at=NOW - timedelta(minutes=10))])
    live = note_words(database, ask())
    assert "Its samples begin at ; nothing is missing before. This range is full at" in live
    assert "Show all since then" in live
    fixed = HostAsk(number=1, host="hv1", start="1795417200000", end="now")
    assert "full at" not in note_words(database, fixed)
    assert "begin" not in note_words(database, HostAsk(number=1, host="hv1", start="now-15m", end="now"))
    assert "begin" not in note_words(host_database(), ask())


def test_a_range_before_the_first_sample_is_no_gap() -> None:
    """Where a host was not known yet nothing was lost."""
    database = host_database(host_now=[host_now(first_seen_at=NOW - timedelta(minutes=10))])
    answer, _ = host_feed(database).answer(HostAsk(number=1, host="hv1", start="now-3h", end="now-2h"))
    assert "before the first sample of this host" in texts(answer["parts"]["nothing"]["tree"])


def test_a_past_that_is_on_its_way_is_no_silence() -> None:
    """While old samples arrive, the page says so instead of calling the host silent."""
    arriving = host_now(freshness="stale", is_catching_up=True, sampled_at=NOW - timedelta(days=3))
    words = note_words(host_database(host_now=[arriving]), ask())
    assert "Its history is still arriving" in words
    assert "Silent" not in words
    backlog = host_now(spool_message_count=1200)
    assert "1200 messages to send" in note_words(host_database(host_now=[backlog]), ask())
