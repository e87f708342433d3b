# SPDX-License-Identifier: Apache-2.0
"""The grid: every hypervisor as a card, live."""

from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.database import Database
from dashboard.errors import RequestError
from dashboard.page import Page
from dashboard.pages.grid.feed import HOST_CARDS, SUMMARY, GridFeed
from dashboard.pages.grid.queries import GRID_DOMAINS, GRID_HOSTS
from dashboard.parts.contract import NOTICE, Request, written
from dashboard.parts.parts import Parts, body, list_place, place
from dashboard.web.requests import read_request
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
    feed = GridFeed(database, keep_seconds=keep_seconds)

    async def answer(_number: Any, data: Any) -> Any:
        try:
            request = read_request(Request, data)
        except RequestError:
            return no_update
        update = await workers.answer(lambda: feed.answer(request), late=lambda: feed.late(request.number))
        return written(update)

    app.callback(
        Output(PARTS, "update"),
        Input(PARTS, "request_number"),
        State(PARTS, "request"),
        prevent_initial_call=True,
    )(answer)


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
