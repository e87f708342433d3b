# SPDX-License-Identifier: Apache-2.0
"""What is read from the page: the table that the dashboard really draws, over HTTP and at its period."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dashboard.charts.contract import (
    ChartUpdate,
    ChartView,
    ColumnUpdate,
    TypedArray,
    read_view,
    written_chart,
)
from dashboard.components.shell import shell_layout
from dashboard.history.structure import chart_id, parts_id
from dashboard.pages.host import page as host_page
from dashboard.pages.host.domain_order import SORTS, DomainSort
from dashboard.pages.host.domain_table import SortedBy, domain_table
from dashboard.pages.host.feed import named_host
from dashboard.pages.host.host_notices import unknown_host
from dashboard.pages.host.queries import HostDomain
from dashboard.parts.contract import NOTICE, Request, Update, fresh_parts, gone_parts, read_request, written
from loadgen.errors import PageError
from loadgen.scenario.page_watch import PageWatch, Target, is_on_page
from loadgen.scenario.scenario import Shows
from loadgen.scenario.viewer import COLUMNS, Viewer
from tests.unit.dashboard.rows import host_domain

PERIOD_SECONDS = 0.05
SORTED_BY = SortedBy(DomainSort(), dict.fromkeys(SORTS, "?sort=name"))
PAUSED = Shows(column="state_name", among=("paused",), within_ticks=2)


ROWS = ColumnUpdate(
    series="hv1/raw",
    version="v1",
    base="",
    dropped_count=0,
    kept_count=0,
    times_seconds=TypedArray("f8", ""),
    columns={},
)


class Site:
    """Stands for a dashboard's HTTP: what the database holds cannot be changed at will in a unit test."""

    def __init__(self) -> None:
        self.domains: dict[str, list[HostDomain]] = {}
        self.layout: Any = shell_layout(PERIOD_SECONDS, 30, [])
        self.asks: list[tuple[Request, ChartView]] = []
        self.status = 200

    def hold(self, host: str, *domains: HostDomain) -> None:
        """Have these VMs on a host."""
        self.domains[host] = list(domains)

    def answer(self, call: Any) -> Any:
        """Return what the callback of the host page returns, as Dash wraps it."""
        outputs = [(parts_id(host_page.NAME), "update"), (chart_id(host_page.NAME), "update")]
        assert outputs == [(each["id"], each["property"]) for each in call["outputs"]]
        ((number,), (asked, view)) = call["inputs"], call["state"]
        assert (parts_id(host_page.NAME), "request_number") == (number["id"], number["property"])
        assert (parts_id(host_page.NAME), "request") == (asked["id"], asked["property"])
        assert (chart_id(host_page.NAME), "view") == (view["id"], view["property"])
        request = read_request(asked["value"])
        self.asks.append((request, read_view(view["value"])))
        host = named_host(request.path)
        if host in self.domains:
            trees = {"vms": domain_table(self.domains[host], sorted_by=SORTED_BY)}
            gone = gone_parts([NOTICE], request.seen)
        else:
            trees, gone = {NOTICE: unknown_host(host)}, []
        update = Update(number=request.number, parts=fresh_parts(trees, request.seen), gone=gone)
        chart = written_chart(ChartUpdate(number=request.number, name="p1", rows=ROWS))
        answer = {
            parts_id(host_page.NAME): {"update": written(update)},
            chart_id(host_page.NAME): {"update": chart},
        }
        return {"response": answer}


@pytest.fixture
def site() -> Site:
    """Give a dashboard with one VM on one host."""
    site = Site()
    site.hold("hv1", host_domain("web-1", uuid="u1"))
    return site


@pytest.fixture
def url(site: Site) -> Iterator[str]:
    """Serve the dashboard and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(site.layout)

        def do_POST(self) -> None:
            self._send(site.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

        def _send(self, tree: Any) -> None:
            body = json.dumps(tree, default=lambda component: component.to_plotly_json()).encode()
            self.send_response(site.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("column", "changes", "expected"),
    [
        ("state_name", {"state_reason_name": "booted"}, "running"),
        ("state_name", {"freshness": "stale"}, "unknown; running "),
        ("outcome", {"outcome": "timed_out", "outcome_reason": "QEMU hangs"}, "timed_out"),
        ("cpu_ratio", {"cpu_ratio": 0.123}, 0.12),
        ("steal_ratio", {"steal_ratio": None}, None),
        ("steal_ratio", {"steal_ratio": 0.0001}, 0.001),
        ("cpu_cores", {"cpu_cores": 1.5}, 1.5),
        ("cpu_cores", {"cpu_cores": 1.5, "state_name": "shut off"}, None),
        ("memory_used_bytes", {"memory_used_bytes": 96 * 1024**2, "memory_age_seconds": 90.0}, 96 * 1024**2),
        ("memory_resident_bytes", {"memory_resident_bytes": 3 * 1024**3 // 2}, 3 * 1024**3 // 2),
        ("host", {}, "hv1"),
    ],
)
def test_a_figure_is_read_as_it_is_written(
    site: Site, url: str, column: str, changes: dict[str, object], expected: object
) -> None:
    """Each cell gives what the view has, rounded as for people."""
    site.hold("hv1", host_domain("db-1", uuid="u2"), host_domain("web-1", uuid="u1", **changes))

    assert expected == pytest.approx(Viewer(url).value("hv1", "u1", column))


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_its_heading(url: str, column: str) -> None:
    """A heading that the table no longer has would raise."""
    Viewer(url).value("hv1", "u1", column)


def test_only_news_come_and_what_was_shown_stays(site: Site, url: str) -> None:
    """As in a browser: it names what it has, and keeps what does not come again."""
    viewer = Viewer(url)

    assert ["running", "running"] == [viewer.value("hv1", "u1", "state_name") for _ in range(2)]
    views = [(view.series, view.version, view.picture) for _, view in site.asks]
    assert [("", "", ""), ("hv1/raw", "v1", "p1")] == views
    assert site.asks[1][0].seen.parts
    assert viewer.value("hv1", "u9", "state_name") is None
    assert viewer.value("hv9", "u1", "host") is None


def test_a_host_that_comes_to_be_known_is_shown(site: Site, url: str) -> None:
    """The notice that stood instead of its page goes, also if its table is as it was once."""
    viewer = Viewer(url)
    held = site.domains["hv1"]
    assert viewer.value("hv1", "u1", "host") == "hv1"
    del site.domains["hv1"]
    assert viewer.value("hv1", "u1", "host") is None
    site.hold("hv1", *held)
    assert viewer.value("hv1", "u1", "host") == "hv1"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: setattr(site, "layout", {"props": {"children": [{"props": {"id": "another"}}]}}),
        lambda site: setattr(site, "layout", []),
        lambda site: setattr(site, "status", 500),
    ],
)
def test_what_is_no_dashboard_is_told(site: Site, url: str, spoil: Callable[[Site], None]) -> None:
    """Another service, or one that fails."""
    spoil(site)
    with pytest.raises(PageError):
        Viewer(url)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "file:///etc/passwd", "127.0.0.1:8050"])
def test_where_nobody_answers_is_told(address: str) -> None:
    """A wrong address is an error with the address in it, and never a file."""
    with pytest.raises(PageError, match=address):
        Viewer(address)


def watched(url: str, shows: Shows, *, limit_seconds: float, act: Callable[[], None]) -> float | None:
    """Return how long a change took to show, made after the watch has begun."""
    with PageWatch(Viewer(url), Target(shows, "u1", "hv1"), limit_seconds) as watch:
        assert not watch.shown_before
        watch.begin(time.monotonic())
        act()
        return watch.seconds()


def test_a_change_is_timed_at_a_request(site: Site, url: str) -> None:
    """It counts when the answer that holds it has come, so never before the first request."""
    paused = host_domain("web-1", uuid="u1", state_name="paused")
    seconds = watched(url, PAUSED, limit_seconds=30, act=lambda: site.hold("hv1", paused))

    assert seconds is not None
    assert seconds >= PERIOD_SECONDS


def test_a_vm_that_moves_shows_on_its_new_host(site: Site, url: str) -> None:
    """The page that is asked is that of the new host."""
    shows = Shows(column="host", among=("hv2",), within_ticks=2)
    moved = host_domain("web-1", uuid="u1")

    assert watched(url, shows, limit_seconds=30, act=lambda: site.hold("hv2", moved))


def test_what_does_not_show_ends_at_the_limit(url: str) -> None:
    """The limit is that of the view and three periods."""
    assert watched(url, PAUSED, limit_seconds=0.1, act=lambda: None) is None


def test_a_watch_ends_with_what_it_accompanies(url: str) -> None:
    """What goes wrong elsewhere does not wait for the page."""
    with PageWatch(Viewer(url), Target(PAUSED, "u1", "hv1"), 10_000_000) as watch:
        watch.begin(time.monotonic())

    assert watch.seconds() is None


def test_what_no_page_shows_is_known() -> None:
    """The table has state, outcome, host and figures."""
    assert is_on_page(PAUSED)
    assert is_on_page(Shows(column="host", among=("hv2",), within_ticks=2))
    assert not is_on_page(Shows(column="title", among=("x",), within_ticks=2))
