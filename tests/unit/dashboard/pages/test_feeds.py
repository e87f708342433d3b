# SPDX-License-Identifier: Apache-2.0
"""What the pages answer, with a database of rows in memory."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dashboard.errors import (
    DashboardError,
    DatabaseUnavailableError,
    QueryTimeoutError,
    RequestError,
    SchemaMissingError,
)
from dashboard.pages.grid.feed import GridFeed
from dashboard.pages.host.feed import HostFeed
from dashboard.parts.markup import texts
from dashboard.queries import HostEvent
from dashboard.web.answer_cache import FAILURE_KEEP_SECONDS
from dashboard.web.requests import GridRequest, HostRequest, read_request, read_zone
from tests.unit.dashboard.row_database import RowDatabase, ask, grid_database, host_database, host_feed
from tests.unit.dashboard.rows import NOW, grid_host, host_now


def test_a_new_browser_gets_the_whole_grid() -> None:
    """Order, summary and all cards come at first."""
    answer = GridFeed(grid_database(), keep_seconds=0).answer(GridRequest(number=1))
    assert ["hv1", "hv2"] == answer["order"]
    assert {"hv1", "hv2"} == answer["cards"].keys()
    assert "2 hosts" in " ".join(texts(answer["summary"]).split())


def test_later_only_what_changed_is_sent() -> None:
    """A browser that is up to date gets the cards that changed and nothing else."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=0)
    first = feed.answer(GridRequest(number=1))
    database.rows["grid_hosts"] = [grid_host("hv1"), grid_host("hv2", cpu_busy_ratio=0.9)]
    second = feed.answer(GridRequest(number=2, feed=first["feed"], cursor=first["cursor"]))
    assert {"hv2"} == second["cards"].keys()
    assert "order" not in second
    assert "summary" not in second


def test_only_a_browser_that_has_nothing_gets_the_templates() -> None:
    """What all cards have in common is sent once."""
    feed = GridFeed(grid_database(), keep_seconds=0)
    first = feed.answer(GridRequest(number=1))
    assert "host card" in first["templates"]
    assert "templates" not in feed.answer(GridRequest(number=2, feed=first["feed"], cursor=first["cursor"]))


def test_figures_that_look_alike_are_no_news() -> None:
    """A change that no figure of a card shows sends nothing, also when it is followed by another one."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=0)
    first = feed.answer(GridRequest(number=1))
    for ratio, expected in ((0.42001, set()), (0.42002, set()), (0.9, {"hv1"})):
        database.rows["grid_hosts"] = [grid_host("hv1", cpu_busy_ratio=ratio), grid_host("hv2")]
        answer = feed.answer(GridRequest(number=2, feed=first["feed"], cursor=first["cursor"]))
        assert expected == answer["cards"].keys()


def test_age_alone_is_no_news() -> None:
    """That a sample grows older is counted by the browser and sends nothing."""
    now = NOW
    feed = GridFeed(grid_database(), keep_seconds=0, now=lambda: now)
    first = feed.answer(GridRequest(number=1))
    now += timedelta(seconds=7)
    assert {} == feed.answer(GridRequest(number=2, feed=first["feed"], cursor=first["cursor"]))["cards"]


def test_a_browser_of_another_process_starts_over() -> None:
    """A cursor of a feed that is gone counts for nothing."""
    feed = GridFeed(grid_database(), keep_seconds=0)
    answer = feed.answer(GridRequest(number=9, feed="another", cursor=500))
    assert {"hv1", "hv2"} == answer["cards"].keys()


def test_a_host_that_goes_away_leaves_the_order() -> None:
    """The order is sent anew when hosts come or go."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=0)
    first = feed.answer(GridRequest(number=1))
    database.rows["grid_hosts"] = [grid_host("hv2")]
    assert ["hv2"] == feed.answer(GridRequest(number=2, feed=first["feed"], cursor=first["cursor"]))["order"]


def test_a_hundred_viewers_cost_one_query() -> None:
    """Within a period all viewers share what was read once."""
    database = grid_database()
    feed = GridFeed(database, keep_seconds=60)
    for number in range(100):
        feed.answer(GridRequest(number=number))
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
    if page == "grid":
        answer = GridFeed(database, keep_seconds=0).answer(GridRequest(number=1))
    else:
        answer, _ = host_feed(database).answer(ask())
    assert words in texts(answer[key])


def test_an_empty_database_guides_the_first_run() -> None:
    """Without any host the page says how to start one."""
    answer = GridFeed(RowDatabase({"grid_hosts": [], "grid_domains": []}), keep_seconds=0).answer(
        GridRequest(number=1)
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
    past = HostRequest(number=1, host="hv1", start="1795419000000", end="1795422000000")
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
    long = HostRequest(number=1, host="hv1", start="now-24h", end="now")
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
        feed.answer(HostRequest(number=1, host="hv1", start=start, end="now"))
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
    answer, figure = host_feed(host_database()).answer(HostRequest(number=1, host="hv1", start="tomorrow"))
    assert "is not a time" in texts(answer["parts"]["note"]["tree"])
    assert "" == answer["figure"]
    assert "vms" in answer["parts"]
    assert figure is None


def test_an_unknown_host_is_a_page() -> None:
    """A host that never reported has a page that says so, with its name as text."""
    answer, _ = host_feed(host_database(host_now=[])).answer(HostRequest(number=1, host="<b>x</b>"))
    assert "No host “<b>x</b>”" in texts(answer["state"])


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
        read_request(HostRequest, data)


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
