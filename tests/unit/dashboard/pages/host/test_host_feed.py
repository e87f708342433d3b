# SPDX-License-Identifier: Apache-2.0
"""What the page of a host answers, with a database of rows in memory."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.charts.contract import ChartView
from dashboard.charts.drawing import no_chart
from dashboard.errors import (
    DatabaseUnavailableError,
    QueryTimeoutError,
)
from dashboard.pages.host.feed import HostFeed, is_host_page, named_host
from dashboard.parts.contract import NOTICE
from dashboard.parts.markup import texts
from dashboard.queries import HostEvent
from dashboard.web.answer_cache import FAILURE_KEEP_SECONDS
from dashboard.web.time_zone import read_zone
from tests.unit.dashboard.row_database import (
    VIEW,
    ask,
    holding,
    host_database,
    host_feed,
    showing,
)
from tests.unit.dashboard.rows import NOW, host_now, host_point


def test_a_host_page_has_all_its_parts() -> None:
    """Head, facts, VMs, devices, events, what is missing and the chart come at first."""
    answer, chart = host_feed(host_database()).answer(ask(), VIEW)
    devices = {"filesystems", "disks", "interfaces"}
    parts = {"head", "facts", "vms", "stack", "note", "missing", "events"}
    assert parts | devices == answer.parts.keys()
    assert chart is not None
    assert chart.picture is not None
    assert chart.rows is not None
    assert "every sample, 10\u00a0s apart" in texts(answer.parts["note"].tree)
    assert "vm1" in texts(answer.parts["vms"].tree)


def test_what_the_browser_has_is_not_sent_again() -> None:
    """With the hashes of its parts and the name of its picture a browser gets nothing twice."""
    feed = host_feed(host_database())
    first = feed.answer(ask(), VIEW)
    second = feed.answer(ask(2, seen=holding(first.update)), showing(first.chart))
    assert ({}, []) == (second.update.parts, second.update.gone)
    assert second.chart is None


def test_a_chart_is_drawn_once_per_sample() -> None:
    """Until a new sample arrives all viewers of a view share one chart."""
    database = host_database()
    feed = host_feed(database)
    for number in range(5):
        feed.answer(ask(number), VIEW)
    assert 1 == database.asked.count("host_samples_raw")
    database.rows["host_now"] = [host_now(sampled_at=NOW + timedelta(seconds=10))]
    feed.answer(ask(9), VIEW)
    assert 2 == database.asked.count("host_samples_raw")


def test_late_samples_change_the_name_of_the_picture() -> None:
    """Samples that arrive late change nothing a browser asks for, and yet it gets the chart with them."""
    database = host_database()
    now = NOW
    feed = HostFeed(database, keep_seconds=0.0, now=lambda: now)
    past = ask(search="?from=1795419000000&to=1795422000000")
    first = feed.answer(past, VIEW).chart
    database.rows["host_samples_raw"] = database.rows["host_samples_raw"][:20]
    feed._charts._entries.clear()
    second = feed.answer(past, showing(first)).chart
    assert first is not None
    assert second is not None
    assert first.name != second.name
    assert second.rows is not None


def test_an_event_shows_at_the_next_request() -> None:
    """Also where the chart itself is drawn anew only now and then, its list and marks follow the events."""
    database = host_database()
    feed = host_feed(database)
    long = ask(search="?from=now-24h&to=now")
    first = feed.answer(long, VIEW).chart
    stopped = HostEvent(NOW - timedelta(seconds=1), "domain_stopped", "vm1", None, 2, "hv1", None)
    database.rows["host_events"] = [stopped, *database.rows["host_events"]]
    second, chart = feed.answer(long, showing(first))
    assert "domain stopped" in texts(second.parts["events"].tree)
    assert chart is not None
    assert chart.picture is not None
    assert "domain stopped" in str(chart.picture.marks)
    # The rows are those that it holds.
    assert chart.rows is None


def test_a_failure_of_the_chart_leaves_the_rest_and_ends() -> None:
    """When only the chart fails, head and VMs are answered under a banner; afterwards all is as before."""
    database = host_database()
    feed = host_feed(database)
    failing = database.rows.pop("host_samples_raw")
    database.failing = {"host_samples_raw": DatabaseUnavailableError("gone")}
    answer, chart = feed.answer(ask(), VIEW)
    assert chart is None
    assert answer.banner is not None
    assert "The database is away" in texts(answer.banner)
    devices = {"filesystems", "disks", "interfaces"}
    assert {"head", "facts", "vms", "events"} | devices == answer.parts.keys()
    database.failing = {}
    database.rows["host_samples_raw"] = failing
    feed._charts._clock = lambda: time.monotonic() + FAILURE_KEEP_SECONDS
    answer, chart = feed.answer(ask(2), VIEW)
    assert answer.banner is None
    assert chart is not None


def test_a_chart_that_is_too_slow_is_said_and_hidden() -> None:
    """A chart of another range does not stand in for it; what happened is listed all the same."""
    database = host_database()
    database.failing = {"host_samples_raw": QueryTimeoutError("Too slow.")}
    answer, chart = host_feed(database).answer(ask(), ChartView(picture="of-another-range"))
    assert "Choose a shorter range." in texts(answer.parts["note"].tree)
    assert "domain started" in texts(answer.parts["events"].tree)
    assert no_chart(1) == chart


def test_long_ranges_read_rollups() -> None:
    """A day reads the view of minutes, a year the view of days."""
    points = [host_point(NOW.timestamp() - 3600 * hours) for hours in (9000, 25, 1)]
    database = host_database(host_samples_rollup=points)
    feed = host_feed(database)
    for start in ("now-24h", "now-1y"):
        feed.answer(ask(search=f"?from={start}&to=now"), VIEW)
    # Each for the chart and for what is missing in it.
    assert ["host_samples_5m"] * 2 + ["host_samples_1d"] * 2 == [view for view in database.views if view]


def test_an_empty_range_offers_the_nearest_samples() -> None:
    """A range without samples says so and leads to where there are some."""
    chart = host_feed(host_database(host_samples_raw=[])).answer(ask(), VIEW).chart
    assert chart is not None
    assert chart.picture is not None
    nothing = chart.picture.nothing
    assert "No samples in this range." in texts(nothing)
    assert "Nearest samples before" in texts(nothing)


def test_a_range_that_is_no_time_is_said_in_place() -> None:
    """Nonsense in the URL is answered in words; the rest of the page stays."""
    answer, chart = host_feed(host_database()).answer(ask(search="?from=tomorrow&to=now"), VIEW)
    assert "is not a time" in texts(answer.parts["note"].tree)
    assert "vms" in answer.parts
    assert no_chart(1) == chart


def test_an_unknown_host_is_a_page() -> None:
    """A host that never reported has a page that says so, with its name as text."""
    database = host_database(host_now=[])
    answer = host_feed(database).answer(ask(path="/host/%3Cb%3Ex%3C/b%3E"), VIEW).update
    assert "No host “<b>x</b>”" in texts(answer.parts[NOTICE].tree)
    database.rows["host_now"] = [host_now()]
    later = host_feed(database).answer(ask(path="/host/%3Cb%3Ex%3C/b%3E", seen=holding(answer)), VIEW).update
    assert [NOTICE] == later.gone


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/host/hv1", "hv1"),
        ("/host/h%C3%A4", "hä"),
        ("/host/%zz", "%zz"),
        ("/host/" + "x" * 100, "x" * 63),
    ],
)
def test_an_address_names_a_host(path: str, expected: str) -> None:
    """What stands behind the prefix is an id of bounded length, also where it is no id."""
    assert expected == named_host(path)


@pytest.mark.parametrize("path", ["/", "/hosts", "/host", "/host/", "nowhere", ""])
def test_the_address_of_another_page_is_told(path: str) -> None:
    """A browser that goes on before the page is drawn asks with the address to which it went."""
    assert is_host_page("/host/hv1")
    assert not is_host_page(path)


def test_a_zone_is_known_in_any_case() -> None:
    """Browsers take a zone in any case, and so does the server; the answer says which one it used."""
    assert ZoneInfo("Europe/Berlin") == read_zone("europe/berlin")
    for asked, used in (("europe/berlin", "Europe/Berlin"), ("Nowhere/Land", "UTC"), ("utc", "UTC")):
        answer = host_feed(host_database()).answer(ask(zone=asked), VIEW).update
        assert used == answer.zone
        assert used in texts(answer.parts["note"].tree)


def test_an_answer_is_stamped_when_it_leaves() -> None:
    """The questions take their time; the browser's ages count from the end of it."""
    moments = iter(NOW + timedelta(seconds=second) for second in range(100))
    seen: list[datetime] = []

    def clock() -> datetime:
        seen.append(next(moments))
        return seen[-1]

    answer = HostFeed(host_database(), keep_seconds=0, now=clock).answer(ask(), VIEW).update
    assert round(seen[-1].timestamp() * 1000) == answer.now_ms
