# SPDX-License-Identifier: Apache-2.0
"""One host: its chart over a range, its VMs, its events. The URL is the state."""

from dash import Dash

from dashboard.database import Database
from dashboard.history.charted_answer import bind_charted
from dashboard.history.structure import Card, ObjectChart, object_page
from dashboard.page import Page
from dashboard.pages.host.coverage.queries import (
    HOST_BUSY_DOMAINS,
    HOST_COVERAGE_RAW,
    HOST_COVERAGE_ROLLUP,
    HOST_STRETCH_REPORTS,
)
from dashboard.pages.host.devices.queries import (
    HOST_COLLECTORS,
    HOST_DISKS,
    HOST_FILESYSTEMS,
    HOST_INTERFACES,
)
from dashboard.pages.host.feed import PREFIX, HostFeed, is_host_page
from dashboard.pages.host.panels import PANELS, TABLE
from dashboard.pages.host.past_domains import PAST_QUERIES
from dashboard.pages.host.queries import (
    HOST_DOMAINS,
    HOST_EVENTS,
    HOST_NOW,
    HOST_PERCENTILES,
    HOST_SAMPLES_RAW,
    HOST_SAMPLES_ROLLUP,
    HOST_SPAN,
)
from dashboard.pages.host.stack import STACK_QUERIES
from dashboard.parts.parts import Parts
from dashboard.web.workers import Workers

NAME = "host"

CHART_WORDS = "Charts of CPU, memory, disk, network and pressure; the table has the numbers"


def layout() -> Parts:
    """Return the structure of the page."""
    return object_page(
        NAME,
        ObjectChart(PANELS, TABLE, CHART_WORDS),
        (
            Card("missing", "What is missing in this range", "table-place"),
            Card("stack", "Which VMs take most", "table-place"),
            Card("vms", "VMs", "table-place"),
            Card("filesystems", "File systems", "table-place"),
            Card("disks", "Disks", "table-place"),
            Card("interfaces", "Interfaces", "table-place"),
            Card("events", "Events in this range"),
        ),
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback: its parts and its chart."""
    feed = HostFeed(database, keep_seconds=keep_seconds)
    bind_charted(app, NAME, feed, workers, is_host_page)


HOST = Page(
    name=NAME,
    label=None,
    path=PREFIX,
    matches=is_host_page,
    layout=layout,
    register=register,
    # A connection stays free for each of the other pages, however slow the charts are.
    worker_count=lambda connection_count: max(1, connection_count - 2),
    queries=(
        HOST_NOW,
        HOST_DOMAINS,
        HOST_EVENTS,
        HOST_SPAN,
        HOST_SAMPLES_RAW,
        HOST_SAMPLES_ROLLUP,
        HOST_PERCENTILES,
        HOST_COVERAGE_RAW,
        HOST_COVERAGE_ROLLUP,
        HOST_STRETCH_REPORTS,
        HOST_BUSY_DOMAINS,
        HOST_FILESYSTEMS,
        HOST_DISKS,
        HOST_INTERFACES,
        HOST_COLLECTORS,
        *STACK_QUERIES,
        *PAST_QUERIES,
    ),
)
