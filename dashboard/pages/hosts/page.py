# SPDX-License-Identifier: Apache-2.0
"""The hosts as a table, live: to sort, filter and take along."""

from collections.abc import Sequence
from typing import NamedTuple

from dash import Dash, html

from dashboard.components.cell_lines import CellLine, Hours, serve_lines
from dashboard.components.feed_callback import bind_feed
from dashboard.components.filter_field import FilterField, bind_filter
from dashboard.components.health_circle import reason_words
from dashboard.components.table import TABLE_LIBRARY, Column, file_button, table
from dashboard.components.table_feed import COUNT, Question, Source, TableFeed
from dashboard.database import Database
from dashboard.filters.fields import HOST_FIELDS
from dashboard.page import Page
from dashboard.parts.contract import NOTICE, TableRow
from dashboard.parts.markup import clean
from dashboard.parts.parts import Parts, body, place
from dashboard.queries import JsonList, Query
from dashboard.queries.hosts import HOSTS_QUERY, HostRow
from dashboard.web.workers import Workers

PATH = "/hosts"

PARTS = "hosts-parts"
TABLE = "hosts-table"
FILTER = "hosts-filter"
LINES_PATH = "/files/host-lines.json"

COLUMNS = (
    Column(
        field="name", title="Host", name="name", cell="HostLink", is_pinned=True, width_pixels=220, sort="asc"
    ),
    Column(field="host", title="Host id", name="id", is_hidden=True),
    Column(
        field="state", title="Health", name="state", value="hostState", cell="HealthState", width_pixels=125
    ),
    Column(
        field="health_score",
        title="Score",
        name="score",
        unit="count",
        value="hostScore",
        about="of 100, which is well; hosts without one and the worst come first",
        is_least_first=True,
        width_pixels=80,
    ),
    Column(
        field="reason",
        title="Reason",
        name="reason",
        value="hostReason",
        about="what took most points, and how many other reasons there are",
        width_pixels=150,
        growth=6,
        is_prose=True,
    ),
    Column(
        field="cpu_busy_ratio",
        title="CPU",
        name="cpu",
        unit="ratio",
        about="busy share of all CPUs of the host",
        width_pixels=90,
    ),
    Column(
        field="cpu_day",
        title="CPU 24 h",
        cell="CellLine",
        about="means of the last 24 hours, from 0 to 100 %",
        width_pixels=90,
        lines=LINES_PATH,
    ),
    Column(
        field="memory_used_ratio",
        title="Memory",
        name="mem",
        unit="ratio",
        about="total minus MemAvailable",
        width_pixels=88,
    ),
    Column(
        field="disk_busy_ratio",
        title="Disk busy",
        name="disk",
        unit="ratio",
        about="busy time of the busiest disk",
        width_pixels=90,
    ),
    Column(
        field="cpu_temperature_celsius",
        title="Temperature",
        name="temp",
        unit="celsius",
        about="of the CPU",
        width_pixels=112,
    ),
    Column(
        field="running_count",
        title="VMs running",
        name="running",
        unit="count",
        cell="RunningOfAll",
        width_pixels=116,
    ),
    Column(field="domain_count", title="VMs", name="vms", unit="count", is_hidden=True),
    Column(
        field="tags",
        title="Tags",
        name="tags",
        about="from the settings of the host's publisher",
        width_pixels=130,
        is_optional=True,
    ),
    Column(
        field="age",
        title="Age",
        name="age",
        unit="seconds",
        value="rowAge",
        cell="Age",
        width_pixels=100,
    ),
)


class HostDomainCounts(NamedTuple):
    """How many VMs a host has; None where it is not known."""

    host: str
    domain_count: int | None
    running_count: int | None


HOST_DOMAIN_COUNTS = Query(__package__, "host_domain_counts", HostDomainCounts)
HOST_LINES = Query(__package__, "host_lines", CellLine)


def cells(row: HostRow) -> TableRow:
    """Return a row as the columns and their functions read it; None is left out."""
    found = {
        "host": row.host,
        "name": _name(row),
        "is_simulated": row.is_simulated or None,
        "sampled_at": None if row.sampled_at is None else row.sampled_at.isoformat(),
        "stale_at": None if row.stale_at is None else row.stale_at.isoformat(),
        "freshness": row.freshness,
        "tags": " ".join(row.tags) or None,
        "health_state": row.health_state,
        "health_score": row.health_score,
        "reason": _reason(row.health_reasons),
        "cpu_busy_ratio": row.cpu_busy_ratio,
        "memory_used_ratio": row.memory_used_ratio,
        "disk_busy_ratio": row.disk_busy_ratio,
        "cpu_temperature_celsius": row.cpu_temperature_celsius,
    }
    return {name: value for name, value in found.items() if value is not None}


def count_cells(row: HostDomainCounts) -> TableRow:
    """Return the cells of a host's VMs; None is left out."""
    found = {"domain_count": row.domain_count, "running_count": row.running_count}
    return {name: value for name, value in found.items() if value is not None}


def _name(row: HostRow) -> str:
    """Return the id, which the broker has checked, and then what the host calls itself where it differs."""
    return row.host if row.hostname == row.host else f"{row.host} · {clean(row.hostname)}"


def _reason(reasons: JsonList | None) -> str | None:
    """Return what took most points, which comes first, and how many other reasons there are."""
    if not reasons:
        return None
    first, others = reason_words(reasons[0]), len(reasons) - 1
    return f"{first} (+{others})" if others else first


SOURCE = Source(
    "Hosts · kvmgrid",
    "hosts",
    everything=Question(HOST_DOMAIN_COUNTS, key=lambda row: row.host, cells=count_cells),
    filtered=Question(HOSTS_QUERY, key=lambda row: row.host, cells=cells),
    fields=HOST_FIELDS,
)


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
            html.H1("Hosts", className="unseen"),
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    html.Div(
                        [
                            FilterField(id=FILTER, label="Filter hosts", example="cpu>80 state:bad"),
                            html.Span(className="quiet", role="status", **place(COUNT)),
                            html.Span(className="table-file", **place("file")),
                        ],
                        className="table-controls",
                    ),
                    table(TABLE, COLUMNS, key="host"),
                ],
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--table",
        fixed={"file": file_button(TABLE, "kvmgrid-hosts.csv")},
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's callbacks: that of its parts, and that of the field."""
    bind_feed(app, PARTS, TableFeed(database, SOURCE, keep_seconds=keep_seconds), workers)
    bind_filter(app, FILTER, HOST_FIELDS)

    def ask(keys: Sequence[str], of: Hours) -> list[CellLine]:
        return database.fetch(HOST_LINES, {"hosts": list(keys), **of._asdict()})

    serve_lines(app.server, LINES_PATH, ask)


HOSTS = Page(
    name="hosts",
    label="Hosts",
    path=PATH,
    matches=lambda path: path == PATH,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(HOSTS_QUERY, HOST_DOMAIN_COUNTS, HOST_LINES),
    libraries=(TABLE_LIBRARY,),
)
