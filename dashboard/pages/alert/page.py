# SPDX-License-Identifier: Apache-2.0
"""One alert: its chart around the moment, what was sent of it or not and why, what became of it."""

from dash import Dash

from dashboard.components.alert_forms import alert_forms
from dashboard.components.alert_words import PREFIX
from dashboard.database import Database
from dashboard.history.charted_answer import bind_charted
from dashboard.history.structure import Card, ObjectChart, object_page
from dashboard.page import Page
from dashboard.pages.alert.feed import AlertFeed, is_alert_page
from dashboard.pages.alert.panels import PANELS, TABLE
from dashboard.pages.alert.queries import (
    ALERT_CHANGES,
    ALERT_DOMAIN_RAW,
    ALERT_DOMAIN_ROLLUP,
    ALERT_DOMAIN_SPAN,
    ALERT_HOST_RAW,
    ALERT_HOST_ROLLUP,
    ALERT_HOST_SPAN,
    ALERT_LEDGER,
    ALERT_OBJECT,
)
from dashboard.parts.parts import Parts
from dashboard.web.workers import Workers

NAME = "alert"

CHART_WORDS = "Charts of CPU, memory, disk latency and pressure of its object; the table has the numbers"


def layout() -> Parts:
    """Return the structure of the page."""
    return object_page(
        NAME,
        ObjectChart(PANELS, TABLE, CHART_WORDS),
        (
            Card("ledger", "What was sent, or not, and why"),
            Card("changes", "What became of it"),
            Card("hidden", "What it hides"),
        ),
        is_own_range=True,
        more=[alert_forms()],
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback: its parts and its chart."""
    bind_charted(app, NAME, AlertFeed(database, keep_seconds=keep_seconds), workers, is_alert_page)


ALERT = Page(
    name=NAME,
    label=None,
    path=PREFIX,
    matches=is_alert_page,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(
        ALERT_OBJECT,
        ALERT_CHANGES,
        ALERT_LEDGER,
        ALERT_HOST_RAW,
        ALERT_HOST_ROLLUP,
        ALERT_HOST_SPAN,
        ALERT_DOMAIN_RAW,
        ALERT_DOMAIN_ROLLUP,
        ALERT_DOMAIN_SPAN,
    ),
)
