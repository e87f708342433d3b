# SPDX-License-Identifier: Apache-2.0
"""The chart of a host over an hour to a year, beside what a viewer should wait at most.

What is timed is the whole chart, from its question to what is sent. Warm: asked for the second time. Cold: no
page of the database in memory, and a connection that has asked for nothing else. Each round asks for several
hosts and counts the one that took longer than 95 % of them.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from dashboard.database import Database
from dashboard.pages.host.chart import ChartKey, draw_chart
from dashboard.pages.host.queries import HOST_SAMPLES_RAW, HOST_SAMPLES_ROLLUP
from dashboard.settings import DatabaseSettings
from dashboard.timerange import choose_level, parse
from tests.benchmark.cold_pages import forget
from tests.benchmark.errors import UnavailableError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading, quantile, rounded
from tests.benchmark.place import Place
from tests.benchmark.stock import Stock
from tests.benchmark.stored_history import HistoryShape, stored_history
from tests.benchmark.terminal import say

MILLISECONDS = 1e3
SHARE = 0.95
WARM_LIMIT_MILLISECONDS = 100.0
COLD_LIMIT_MILLISECONDS = 1_000.0
RANGES = {"1h": "now-1h", "24h": "now-24h", "7d": "now-7d", "30d": "now-30d", "1y": "now-1y"}
WARM = {name: Named(f"chart_{name}", "ms, p95", "the limit") for name in RANGES}
COLD = {name: Named(f"chart_{name}_cold", "ms, p95", "the limit") for name in RANGES}
WIDTH_PIXELS = 1_200
# So many of all hosts are asked for, evenly spread.
HOSTS_PER_ROUND = 10


class Asked(NamedTuple):
    """The question of one chart as PostgreSQL explains it: pages found in memory, and others."""

    row_count: int
    hit_pages: int
    read_pages: int
    planning_milliseconds: float
    execution_milliseconds: float

    def details(self) -> dict[str, float]:
        """Return the pages touched, and what the question took."""
        return {
            "pages": self.hit_pages + self.read_pages,
            "planning_ms": rounded(self.planning_milliseconds),
            "execution_ms": rounded(self.execution_milliseconds),
        }


class Charts:
    """Draws the charts of one database."""

    def __init__(self, url: str, shape: HistoryShape, now: datetime) -> None:
        self._url = url
        self._shape = shape
        self._now = now

    def key(self, host_id: int, from_text: str) -> ChartKey:
        """Return what the page of a host asks for."""
        window = parse(from_text, "now", now=self._now)
        tick_seconds = self._shape.tick.total_seconds()
        return ChartKey(
            host_id=host_id,
            host=f"hv{host_id}",
            from_text=from_text,
            to_text="now",
            level=choose_level(window.window_seconds, tick_seconds),
            tick_seconds=tick_seconds,
            zone_name="UTC",
            width_pixels=WIDTH_PIXELS,
            step="",
            events=(),
            silent_since_seconds=None,
            first_seen_seconds=0.0,
            is_catching_up=False,
        )

    def opened(self) -> Database:
        """Return the dashboard's access to the database, connected."""
        database = Database(DatabaseSettings(url=self._url))
        database.open()
        database.state()
        return database

    def drawn(self, database: Database, host_id: int, from_text: str) -> float:
        """Return how many milliseconds a chart takes."""
        key, begun_at = self.key(host_id, from_text), time.perf_counter()
        draw_chart(database, key, self._now)
        return (time.perf_counter() - begun_at) * MILLISECONDS

    def cold(self, host_id: int, from_text: str, forget_all: Callable[[], None]) -> float:
        """Return the same of a database and a connection that remember nothing."""
        forget_all()
        database = self.opened()
        try:
            return self.drawn(database, host_id, from_text)
        finally:
            database.close()

    def asked(self, host_id: int, from_text: str) -> Asked:
        """Explain the question of a chart, asked for the second time."""
        key, window = self.key(host_id, from_text), parse(from_text, "now", now=self._now)
        query = HOST_SAMPLES_RAW if key.level.is_raw else HOST_SAMPLES_ROLLUP
        text = query.text().replace("{view}", f"host_samples_{key.level.name}").encode()
        parameters = {"host_id": host_id, "start": window.start, "end": window.end}
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET search_path = kvmgrid, public")
            for _ in range(2):
                cursor = connection.execute(b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, parameters)
                ((plans,),) = cursor.fetchall()
        return _asked(plans[0])


def _asked(plan: Mapping[str, Any]) -> Asked:
    top = plan["Plan"]
    return Asked(
        top["Actual Rows"],
        top["Shared Hit Blocks"],
        top["Shared Read Blocks"],
        plan["Planning Time"],
        plan["Execution Time"],
    )


def measure(stock: Stock) -> Iterator[Figure]:
    """Draw every range of some hosts, warm and cold."""
    now = datetime.now(UTC)
    shape = HistoryShape(
        host_count=stock.scale.chart_host_count,
        raw_for=timedelta(hours=stock.scale.chart_raw_hours),
        hours_for=timedelta(days=stock.scale.chart_hour_days),
    )
    with stored_history(stock, shape, now) as here:
        charts = Charts(here.database.dashboard_url, shape, now)
        yield from figures(charts, here, stock.scale.repeat_count, shape)


def figures(charts: Charts, here: Place, repeat_count: int, shape: HistoryShape) -> Iterator[Figure]:
    """Yield both figures of each range."""
    hosts = [1 + index * shape.host_count // HOSTS_PER_ROUND for index in range(HOSTS_PER_ROUND)]
    for name, from_text in RANGES.items():
        asked = charts.asked(hosts[0], from_text)
        details = {
            "level": charts.key(hosts[0], from_text).level.name,
            "hosts": shape.host_count,
            "rows": asked.row_count,
            **asked.details(),
        }
        warm = [_warm(charts, here, hosts, from_text) for _ in range(repeat_count)]
        yield WARM[name].measured(warm, [Reading(WARM_LIMIT_MILLISECONDS, {})], details)
        cold = [_cold(charts, here, hosts, from_text) for _ in range(repeat_count)]
        yield COLD[name].measured(cold, [Reading(COLD_LIMIT_MILLISECONDS, {})], details)
        say(f"{name}, from {details['level']}: warm {warm[-1].value:.4g} ms, cold {cold[-1].value:.4g} ms")


def _p95(values: list[float], cpu_seconds: Mapping[str, float]) -> Reading:
    found = quantile(values, SHARE)
    assert found is not None
    return Reading(found, cpu_seconds)


def _warm(charts: Charts, here: Place, hosts: list[int], from_text: str) -> Reading:
    database, clocks = charts.opened(), here.servers.clocks()
    try:
        for host_id in hosts:
            charts.drawn(database, host_id, from_text)
        before, own = clocks.read(), time.process_time()
        taken = [charts.drawn(database, host_id, from_text) for host_id in hosts]
        used = {"dashboard": time.process_time() - own} | clocks.since(before)
        return _p95(taken, {name: seconds / len(hosts) for name, seconds in used.items()})
    finally:
        database.close()


def _cold(charts: Charts, here: Place, hosts: list[int], from_text: str) -> Reading:
    instance = here.servers.database.instance
    if instance is None:
        raise UnavailableError("the database runs elsewhere: its files cannot be forgotten")
    data_directory = instance.data_directory
    with psycopg.connect(here.database.administrator_url, autocommit=True) as connection:

        def forget_all() -> None:
            forget(connection, data_directory)

        return _p95([charts.cold(host_id, from_text, forget_all) for host_id in hosts], {})


FAMILY = Family("charts", tuple(each for name in RANGES for each in (WARM[name], COLD[name])), measure)
