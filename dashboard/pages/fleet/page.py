# SPDX-License-Identifier: Apache-2.0
"""The fleet at a glance: counts, what needs attention, totals, every host, the last events."""

from dash import Dash, html

from dashboard.components.feed_callback import bind_feed
from dashboard.components.filter_field import FilterField, bind_filter
from dashboard.database import Database
from dashboard.filters.fields import HOST_FIELDS
from dashboard.page import Page
from dashboard.pages.fleet.feed import (
    ATTENTION,
    CAPACITY,
    EVENTS,
    HOST_CARDS,
    MAP_CONTROLS,
    SUMMARY,
    FleetFeed,
)
from dashboard.pages.fleet.overview import LOAD_PARTS
from dashboard.pages.fleet.queries import (
    CARD_DOMAINS,
    DOMAIN_STATES,
    FLEET_DAY,
    FLEET_EVENTS,
    FLEET_HOSTS,
    SUFFERING_DOMAINS,
)
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, cells_place, list_place, place
from dashboard.web.workers import Workers

PATH = "/"

PARTS = "fleet-parts"
FILTER = "fleet-filter"


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
            html.H1("Fleet", className="unseen"),
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    # A first visit has words within a second, whatever keeps the answer.
                    html.P("No figures yet: the first answer has not come.", className="waiting"),
                    html.Div(className="summary-place", **place(SUMMARY)),
                    html.Div(**place(ATTENTION)),
                    html.Section(
                        [
                            html.H2("Load and room", className="unseen"),
                            *(
                                html.Div(
                                    [html.Div(**place(now)), html.Div(**place(day))], className="card box"
                                )
                                for now, day in LOAD_PARTS
                            ),
                            html.Div(className="capacity-place", **place(CAPACITY)),
                        ],
                        className="overview",
                    ),
                    html.Div(className="host-cards", **list_place(HOST_CARDS)),
                    html.Section(
                        [
                            html.Div(**place(MAP_CONTROLS)),
                            FilterField(id=FILTER, label="Filter the map", example="cpu>80 tag:rack*"),
                            html.Div(className="cell-map", **cells_place()),
                        ],
                        className="card map",
                    ),
                    html.Div(**place(EVENTS)),
                ],
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--fleet",
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's callbacks: that of its parts, and that of the map's filter."""
    bind_feed(app, PARTS, FleetFeed(database, keep_seconds=keep_seconds), workers)
    bind_filter(app, FILTER, HOST_FIELDS)


FLEET = Page(
    name="fleet",
    label="Fleet",
    path=PATH,
    matches=lambda path: path == PATH,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(FLEET_HOSTS, DOMAIN_STATES, SUFFERING_DOMAINS, CARD_DOMAINS, FLEET_DAY, FLEET_EVENTS),
)
