# SPDX-License-Identifier: Apache-2.0
"""The grid: every hypervisor as a card, live."""

from dash import Dash, html

from dashboard.components.feed_callback import bind_feed
from dashboard.database import Database
from dashboard.page import Page
from dashboard.pages.grid.feed import HOST_CARDS, SUMMARY, GridFeed
from dashboard.pages.grid.queries import GRID_DOMAINS, GRID_HOSTS
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, list_place, place
from dashboard.web.workers import Workers

PATH = "/"

PARTS = "grid-parts"


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
            html.H1("Grid", className="unseen"),
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
        className="page page--grid",
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback."""
    bind_feed(app, PARTS, GridFeed(database, keep_seconds=keep_seconds), workers)


GRID = Page(
    name="grid",
    label="Grid",
    path=PATH,
    matches=lambda path: path == PATH,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(GRID_HOSTS, GRID_DOMAINS),
)
