# SPDX-License-Identifier: Apache-2.0
"""The fleet at a glance: counts, what needs attention, totals, every host, the last events."""

from dash import Dash, html

from dashboard.components.feed_callback import bind_feed
from dashboard.database import Database
from dashboard.page import Page
from dashboard.pages.fleet.feed import ATTENTION, EVENTS, HOST_CARDS, OVERVIEW, SUMMARY, FleetFeed
from dashboard.pages.fleet.queries import (
    CARD_DOMAINS,
    DOMAIN_TOTALS,
    FLEET_EVENTS,
    FLEET_HOSTS,
    SUFFERING_DOMAINS,
)
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, list_place, place
from dashboard.web.workers import Workers

PATH = "/"

PARTS = "fleet-parts"


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
            html.H1("Fleet", className="unseen"),
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    html.Div(className="summary-place", **place(SUMMARY)),
                    html.Div(**place(ATTENTION)),
                    html.Div(**place(OVERVIEW)),
                    html.Div(className="host-cards", **list_place(HOST_CARDS)),
                    html.Div(**place(EVENTS)),
                ],
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--fleet",
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback."""
    bind_feed(app, PARTS, FleetFeed(database, keep_seconds=keep_seconds), workers)


FLEET = Page(
    name="fleet",
    label="Fleet",
    path=PATH,
    matches=lambda path: path == PATH,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(FLEET_HOSTS, DOMAIN_TOTALS, SUFFERING_DOMAINS, CARD_DOMAINS, FLEET_EVENTS),
)
