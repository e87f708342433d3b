# SPDX-License-Identifier: Apache-2.0
"""The grid: every hypervisor as a card, live."""

from dash import Dash, html

from dashboard.components.feed_callback import bind_feed
from dashboard.database import Database
from dashboard.page import Page
from dashboard.pages.fleet.feed import HOST_CARDS, SUMMARY, FleetFeed
from dashboard.pages.fleet.queries import CARD_DOMAINS, FLEET_HOSTS
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
                    html.Div(className="host-cards", **list_place(HOST_CARDS)),
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
    queries=(FLEET_HOSTS, CARD_DOMAINS),
)
