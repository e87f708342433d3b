# SPDX-License-Identifier: Apache-2.0
"""All alerts: what fires, what may soon, what is withheld, what was. The URL is the state."""

from dash import Dash, html

from dashboard.components.alert_count import serve_count
from dashboard.components.feed_callback import bind_feed
from dashboard.components.filter_field import FilterField, bind_filter
from dashboard.components.range_bar import range_bar
from dashboard.database import Database
from dashboard.filters.fields import ALERT_FIELDS
from dashboard.page import Page
from dashboard.pages.alerts.feed import (
    DEFAULT_FROM,
    EVALUATOR,
    FIRING,
    HISTORY,
    HOLDS,
    PENDING,
    WITHHELD,
    AlertsFeed,
)
from dashboard.pages.alerts.queries import ALERT_EVALUATOR, ALERT_HOLDS, ALERTS_PENDING
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, place
from dashboard.queries.alerts import ALERT_COUNT, ALERTS
from dashboard.web.clientside import attributes
from dashboard.web.workers import Workers

PATH = "/alerts"

PARTS = "alerts-parts"
FILTER = "alerts-filter"
NOW = (
    (FIRING, "Firing now"),
    (PENDING, "Pending now: beyond a level, not yet for long enough"),
    (WITHHELD, "Withheld now, by a silence or a maintenance"),
)


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
            html.H1("Alerts", className="unseen"),
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    html.P("No figures yet: the first answer has not come.", className="waiting"),
                    html.Div(**place(EVALUATOR)),
                    html.Div(
                        FilterField(id=FILTER, label="Filter alerts", example="severity:critical host:hv*"),
                        className="table-controls alert-controls",
                    ),
                    *(_card(name, html.H2(words, id=name), html.Div(**place(name))) for name, words in NOW),
                    _card(
                        HOLDS,
                        html.H2("Silences and maintenance", id=HOLDS),
                        html.Div(**place(HOLDS)),
                        html.P(role="status", **attributes(aria_live="polite")),
                    ),
                    _card(
                        HISTORY,
                        html.H2("Resolved, of a range", id=HISTORY),
                        html.Div(**place("range")),
                        html.Div(**place(HISTORY)),
                    ),
                ],
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--alerts",
        fixed={"range": range_bar(DEFAULT_FROM)},
    )


def _card(name: str, *children: html.H2 | html.Div | html.P) -> html.Section:
    return html.Section(list(children), className="card", **attributes(aria_labelledby=name))


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's callbacks: that of its parts, and that of the field; and the count in the bar."""
    bind_feed(app, PARTS, AlertsFeed(database, keep_seconds=keep_seconds), workers)
    bind_filter(app, FILTER, ALERT_FIELDS)
    serve_count(app.server, database, keep_seconds=keep_seconds)


ALERTS_PAGE = Page(
    name="alerts",
    label="Alerts",
    path=PATH,
    matches=lambda path: path == PATH,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(ALERTS, ALERTS_PENDING, ALERT_EVALUATOR, ALERT_HOLDS, ALERT_COUNT),
)
