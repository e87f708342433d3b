# SPDX-License-Identifier: Apache-2.0
"""Draws the charts of one database, and explains their questions.

That of a host is the whole chart of its page, from the question to what is sent. Of a VM there is no page:
its chart's question is asked as the dashboard asks, and its rows are read.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from dashboard.database import Database
from dashboard.pages.host.chart import ChartKey, draw_chart
from dashboard.pages.host.queries import HOST_SAMPLES_RAW, HOST_SAMPLES_ROLLUP
from dashboard.pages.host.stack_figures import STACK_FIGURES
from dashboard.queries import Query
from dashboard.settings import DatabaseSettings
from dashboard.timerange import Level, choose_level, parse
from tests.benchmark.figure import rounded

MILLISECONDS = 1e3
WIDTH_PIXELS = 1_200
PACKAGE = "tests.benchmark"


class DomainPoint(NamedTuple):
    """A sample or bucket of a VM, as a chart of it would draw it."""

    time_seconds: float
    interval_seconds: float | None
    cpu_cores: float | None
    cpu_ratio: float | None
    steal_ratio: float | None
    memory_assigned_bytes: float | None
    memory_used_bytes: float | None
    memory_resident_bytes: float | None
    swap_in_bytes_per_second: float | None
    swap_out_bytes_per_second: float | None
    block_read_bytes_per_second: float | None
    block_write_bytes_per_second: float | None
    block_latency_seconds: float | None
    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None
    cpu_cores_min: float | None
    cpu_cores_max: float | None
    memory_used_bytes_min: float | None
    memory_used_bytes_max: float | None
    block_latency_seconds_min: float | None
    block_latency_seconds_max: float | None
    network_receive_bytes_per_second_min: float | None
    network_receive_bytes_per_second_max: float | None


DOMAIN_SAMPLES_RAW = Query(PACKAGE, "domain_samples_raw", DomainPoint)
DOMAIN_SAMPLES_ROLLUP = Query(PACKAGE, "domain_samples_rollup", DomainPoint)


class Asked(NamedTuple):
    """The question of one chart as PostgreSQL explains it: pages found in memory, and others."""

    row_count: int
    hit_pages: int
    read_pages: int
    planning_milliseconds: float
    execution_milliseconds: float

    def details(self) -> dict[str, float]:
        """Return the rows, the pages touched, and what the question took."""
        return {
            "rows": self.row_count,
            "pages": self.hit_pages + self.read_pages,
            "planning_ms": rounded(self.planning_milliseconds),
            "execution_ms": rounded(self.execution_milliseconds),
        }


class Charts:
    """Draws the charts of hosts."""

    subject = "host"
    raw: Query[Any] = HOST_SAMPLES_RAW
    rollup: Query[Any] = HOST_SAMPLES_ROLLUP

    def __init__(self, url: str, tick: timedelta, now: datetime) -> None:
        self._url = url
        self._tick_seconds = tick.total_seconds()
        self._now = now

    def level(self, from_text: str) -> Level:
        """Return from what a range is drawn."""
        window = parse(from_text, "now", now=self._now)
        return choose_level(window.window_seconds, self._tick_seconds)

    def opened(self) -> Database:
        """Return the dashboard's access to the database, connected."""
        database = Database(DatabaseSettings(url=self._url))
        database.open()
        database.state()
        return database

    def drawn(self, database: Database, number: int, from_text: str) -> float:
        """Return how many milliseconds a chart takes."""
        begun_at = time.perf_counter()
        self._draw(database, number, from_text)
        return (time.perf_counter() - begun_at) * MILLISECONDS

    def cold(self, number: int, from_text: str, forget_all: Callable[[], None]) -> float:
        """Return the same of a database and a connection that remember nothing."""
        forget_all()
        database = self.opened()
        try:
            return self.drawn(database, number, from_text)
        finally:
            database.close()

    def asked(self, number: int, from_text: str) -> Asked:
        """Explain the question of a chart, asked for the second time."""
        query, view, parameters = self._question(number, from_text)
        text = query.text().replace("{view}", view).encode()
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET search_path = kvmgrid, public")
            for _ in range(2):
                cursor = connection.execute(b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, parameters)
                ((plans,),) = cursor.fetchall()
        return _asked(plans[0])

    def _question(self, number: int, from_text: str) -> tuple[Query[Any], str, dict[str, int | datetime]]:
        level, window = self.level(from_text), parse(from_text, "now", now=self._now)
        parameters: dict[str, int | datetime] = {"start": window.start, "end": window.end}
        parameters[f"{self.subject}_id"] = number
        if not level.is_raw:
            parameters["bucket_seconds"] = level.bucket_seconds
        return (
            self.raw if level.is_raw else self.rollup,
            f"{self.subject}_samples_{level.stored_name}",
            parameters,
        )

    def _draw(self, database: Database, number: int, from_text: str) -> None:
        key = ChartKey(
            host_id=number,
            host=f"hv{number}",
            from_text=from_text,
            to_text="now",
            level=self.level(from_text),
            tick_seconds=self._tick_seconds,
            zone_name="UTC",
            width_pixels=WIDTH_PIXELS,
            step="",
            events=(),
            silent_since_seconds=None,
            first_seen_seconds=0.0,
            is_catching_up=False,
            figure=STACK_FIGURES[0],
            is_simulated=False,
        )
        draw_chart(database, key, self._now)


class DomainCharts(Charts):
    """Asks the questions of charts of VMs."""

    subject = "domain"
    raw = DOMAIN_SAMPLES_RAW
    rollup = DOMAIN_SAMPLES_ROLLUP

    def _draw(self, database: Database, number: int, from_text: str) -> None:
        query, view, parameters = self._question(number, from_text)
        database.fetch(query, parameters, view=None if query is self.raw else view)


def _asked(plan: Mapping[str, Any]) -> Asked:
    top = plan["Plan"]
    return Asked(
        top["Actual Rows"],
        top["Shared Hit Blocks"],
        top["Shared Read Blocks"],
        plan["Planning Time"],
        plan["Execution Time"],
    )
