# SPDX-License-Identifier: Apache-2.0
"""The grid: every hypervisor as a card, live."""

from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.components import shell
from dashboard.database import Database
from dashboard.errors import RequestError
from dashboard.page import Page
from dashboard.pages.grid.feed import GridFeed
from dashboard.pages.grid.queries import GRID_DOMAINS, GRID_HOSTS
from dashboard.web.clientside import bind
from dashboard.web.requests import GridRequest, read_request
from dashboard.web.workers import Workers

PATH = "/"

ASK = "grid-ask"
ANSWER = "grid-answer"
DRAWN = "grid-drawn"
SUMMARY = "grid-summary"
HOST_CARDS = "grid-host-cards"
STATE = "grid-state"


def layout() -> html.Div:
    """Return the structure of the page; assets/grid.js fills it."""
    return html.Div(
        [
            dcc.Store(id=ASK),
            dcc.Store(id=ANSWER),
            dcc.Store(id=DRAWN),
            html.H1("Grid", className="unseen"),
            html.Div(id=SUMMARY, className="summary-place"),
            html.Div(id=STATE),
            html.Div(id=HOST_CARDS, className="host-cards"),
        ],
        className="page page--grid",
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page: the browser asks at each beat, unless it is paused or still waiting."""
    feed = GridFeed(database, keep_seconds=keep_seconds)

    async def answer(data: Any) -> Any:
        try:
            request = read_request(GridRequest, data)
        except RequestError:
            return no_update
        return await workers.answer(lambda: feed.answer(request), late=lambda: feed.late(request.number))

    bind(
        app,
        ("grid", "ask"),
        Output(ASK, "data"),
        Input(shell.BEAT, "n_intervals"),
        Input(shell.NUDGE, "data"),
    )
    app.callback(Output(ANSWER, "data"), Input(ASK, "data"), prevent_initial_call=True)(answer)
    bind(app, ("grid", "draw"), Output(DRAWN, "data"), Input(ANSWER, "data"))


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
