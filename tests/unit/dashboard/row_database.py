# SPDX-License-Identifier: Apache-2.0
"""Feeds over rows in memory: what a database would give, without one and at a time of the test's choice."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from dashboard.charts.contract import ChartUpdate, ChartView
from dashboard.database import Database
from dashboard.errors import DashboardError
from dashboard.filters.sql import Condition
from dashboard.pages.host.feed import HostFeed
from dashboard.pages.host.stack import ResidentCount
from dashboard.parts.contract import Request, Seen, Update
from dashboard.queries import HostEvent, SampleSpan
from dashboard.settings import DatabaseSettings
from tests.unit.dashboard.rows import (
    NOW,
    card_domain,
    card_domains,
    domain_states,
    fleet_host,
    host_domain,
    host_now,
    host_point,
    sampled_report,
)

NOTHING_SEEN = Seen()
VIEW = ChartView()


class RowDatabase(Database):
    """Answers questions from rows in memory and counts them; ``failure`` is raised instead if set."""

    def __init__(self, rows: dict[str, list[Any]], failure: DashboardError | None = None) -> None:
        super().__init__(DatabaseSettings())
        self.rows = rows
        self.asked: list[str] = []
        self.views: list[str | None] = []
        self.conditions: list[Condition | None] = []
        self.orders: list[str] = []
        self.failure = failure
        self.failing: dict[str, DashboardError] = {}

    @property
    def away_since(self) -> datetime | None:
        """The outage began at eight."""
        return datetime(2026, 11, 23, 8, tzinfo=UTC)

    def fetch(
        self,
        query: Any,
        parameters: Mapping[str, Any] | None = None,
        *,
        view: str | None = None,
        condition: Condition | None = None,
        order: sql.Composable | None = None,
    ) -> list[Any]:
        """Return the rows of a question by its name."""
        del parameters
        self.asked.append(query.name)
        self.views.append(view)
        self.conditions.append(condition)
        if order is not None:
            self.orders.append(order.as_string(None))
        failure = self.failure or self.failing.get(query.name)
        if failure is not None:
            raise failure
        return self.rows[query.name]


def fleet_database(**changes: list[Any]) -> RowDatabase:
    """Return two hosts with a VM each."""
    rows: dict[str, list[Any]] = {
        "fleet_hosts": [fleet_host("hv1"), fleet_host("hv2")],
        "card_domains": [
            card_domains(card_domain("a"), host="hv1"),
            card_domains(card_domain("b"), host="hv2"),
        ],
        "domain_states": domain_states(running=2),
        "suffering_domains": [],
        "fleet_events": [],
        "fleet_day": [],
    }
    return RowDatabase(rows | changes)


def host_database(**changes: list[Any]) -> RowDatabase:
    """Return one host with an hour of samples, a VM and an event."""
    rows: dict[str, list[Any]] = {
        "host_now": [host_now()],
        "host_domains": [host_domain("vm1")],
        "host_events": [HostEvent(NOW - timedelta(minutes=5), "domain_started", "vm1", None, 1, "hv1", "u")],
        "host_samples_raw": [host_point(NOW.timestamp() - 10 * index) for index in range(100, 0, -1)],
        "host_samples_rollup": [host_point(NOW.timestamp() - 60 * index) for index in range(100, 0, -1)],
        "host_percentiles": [],
        "host_coverage_raw": [sampled_report(NOW.timestamp() - 10 * index) for index in range(365, 0, -1)],
        "host_coverage_rollup": [],
        "host_stretch_reports": [],
        "host_busy_domains": [],
        "host_filesystems": [],
        "host_disks": [],
        "host_interfaces": [],
        "host_collectors": [],
        "host_span": [SampleSpan(NOW - timedelta(hours=5), None)],
        "host_resident_count": [ResidentCount(0)],
        "host_stack_raw": [],
        "host_domains_at": [],
        "host_domains_mean": [],
        "host_stack_rollup": [],
    }
    return RowDatabase(rows | changes)


def host_feed(database: Database) -> HostFeed:
    """Return a feed at half past eight that keeps nothing."""
    return HostFeed(database, keep_seconds=0.0, now=lambda: NOW)


def ask(number: int = 1, *, search: str = "?from=now-1h&to=now", **changes: Any) -> Request:
    """Return a request of the page of hv1, of its last hour if nothing else is said."""
    return Request(number=number, search=search, **{"path": "/host/hv1"} | changes)


def holding(update: Update, before: Seen = NOTHING_SEEN) -> Seen:
    """Return what a browser holds after an update, as assets/held.js does."""
    parts = {name: hashed for name, hashed in before.parts.items() if name not in update.gone}
    return Seen(
        feed=before.feed if update.feed is None else update.feed,
        cursor=before.cursor if update.cursor is None else update.cursor,
        parts=parts | {name: part.hash for name, part in update.parts.items()},
    )


def showing(update: ChartUpdate | None, before: ChartView = VIEW) -> ChartView:
    """Return what a browser shows of a chart after an update, as assets/chart_drawing.js reports it."""
    if update is None:
        return before
    return ChartView(
        series=before.series if update.rows is None else update.rows.series,
        version=before.version if update.rows is None else update.rows.version,
        picture=update.name,
        width_pixels=before.width_pixels,
    )
