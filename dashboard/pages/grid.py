# SPDX-License-Identifier: Apache-2.0
"""The grid: every hypervisor as a node, live."""

from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.asks import GridAsk, read_ask
from dashboard.clientside import bind
from dashboard.components import shell
from dashboard.database import Database
from dashboard.errors import RequestError
from dashboard.grid_feed import GridFeed
from dashboard.workers import Workers

PATH = "/"

ASK = "grid-ask"
ANSWER = "grid-answer"
DRAWN = "grid-drawn"
SUMMARY = "grid-summary"
NODES = "grid-nodes"
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
            html.Div(id=NODES, className="nodes"),
        ],
        className="page page--grid",
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page: the browser asks at each beat, unless it is paused or still waiting."""
    feed = GridFeed(database, keep_seconds=keep_seconds)

    async def answer(data: Any) -> Any:
        try:
            ask = read_ask(GridAsk, data)
        except RequestError:
            return no_update
        return await workers.answer(lambda: feed.answer(ask), late=lambda: feed.late(ask.number))

    bind(
        app,
        ("grid", "ask"),
        Output(ASK, "data"),
        Input(shell.BEAT, "n_intervals"),
        Input(shell.NUDGE, "data"),
    )
    app.callback(Output(ANSWER, "data"), Input(ASK, "data"), prevent_initial_call=True)(answer)
    bind(app, ("grid", "draw"), Output(DRAWN, "data"), Input(ANSWER, "data"))
