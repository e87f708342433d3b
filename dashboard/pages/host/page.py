# SPDX-License-Identifier: Apache-2.0
"""One host: its chart over a range, its VMs, its events. The URL is the state."""

from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.charts.panels import HIDDEN_AT_FIRST
from dashboard.components import shell
from dashboard.components.range_bar import range_bar
from dashboard.database import Database
from dashboard.errors import RequestError
from dashboard.page import Page
from dashboard.pages.host.feed import HostFeed
from dashboard.pages.host.queries import (
    HOST_DOMAINS,
    HOST_EVENTS,
    HOST_NOW,
    HOST_SAMPLES_RAW,
    HOST_SAMPLES_ROLLUP,
    HOST_SPAN,
)
from dashboard.web.clientside import attributes, bind
from dashboard.web.requests import HostRequest, read_request
from dashboard.web.workers import Workers

PREFIX = "/host/"

ASK = "host-ask"
ANSWER = "host-answer"
DRAWN = "host-drawn"
STATIC = "host-static"
STATE = "host-state"
HEAD = "host-head"
FACTS = "host-facts"
RANGE = "host-range"
NOTE = "host-note"
CHART = "host-chart"
LEGENDS = "host-legends"
MARKS = "host-marks"
NOTHING = "host-nothing"
TABLE = "host-table"
VMS = "host-vms"
EVENTS = "host-events"
TABLE_SWITCH = "host-table-switch"
BODY = "host-body"

CHART_WORDS = "Charts of CPU, memory, disk, network and pressure; the table has the numbers"

# Zooming is a drag; the wheel and fingers stay with the page.
CHART_CONFIG: Any = {
    "displayModeBar": False,
    "doubleClick": False,
    "scrollZoom": False,
    "responsive": True,
    "showTips": False,
}
EMPTY_FIGURE: Any = {
    "data": [],
    "layout": {
        "height": 1120,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}


def layout() -> html.Div:
    """Return the structure of the page; assets/host.js and assets/chart.js fill it."""
    return html.Div(
        [
            *(dcc.Store(id=name) for name in (ASK, ANSWER, DRAWN)),
            dcc.Store(id=STATIC, data={"range": range_bar(), "hidden": sorted(HIDDEN_AT_FIRST)}),
            html.Div(id=STATE),
            html.Div(
                [
                    html.Header([html.Div(id=HEAD), html.Div(id=FACTS)], className="host-top"),
                    html.Div(id=RANGE, className="range-place"),
                    _chart_section(),
                    _section("vms", "VMs", VMS, class_name="table-place"),
                    _section("events", "Events in this range", EVENTS),
                ],
                id=BODY,
            ),
        ],
        className="page page--host",
    )


def _chart_section() -> html.Section:
    return html.Section(
        [
            html.Div(
                [
                    html.Div(id=NOTE, className="note-place"),
                    html.Button(
                        "Show as table",
                        id=TABLE_SWITCH,
                        className="button",
                        **attributes(aria_expanded="false"),
                    ),
                ],
                className="chart-head",
            ),
            html.Figure(
                [
                    html.Div(
                        dcc.Graph(
                            id=CHART, figure=EMPTY_FIGURE, config=CHART_CONFIG, className="chart__graph"
                        ),
                        role="img",
                        **attributes(aria_label=CHART_WORDS),
                    ),
                    html.Div(id=MARKS, className="chart__marks"),
                    html.Div(id=LEGENDS, className="chart__legends"),
                    html.Div(id=NOTHING, className="chart__nothing"),
                ],
                className="chart",
            ),
            html.Div(id=TABLE, className="table-place"),
        ],
        className="card",
        **attributes(aria_label="charts"),
    )


def _section(anchor: str, words: str, identifier: str, class_name: str = "") -> html.Section:
    return html.Section(
        [html.H2(words, id=anchor), html.Div(id=identifier, className=class_name)],
        className="card",
        **attributes(aria_labelledby=anchor),
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page: the browser asks at each beat and at each change of the URL."""
    feed = HostFeed(database, keep_seconds=keep_seconds)

    async def answer(data: Any) -> Any:
        try:
            request = read_request(HostRequest, data)
        except RequestError:
            return no_update, no_update
        news, figure = await workers.answer(
            lambda: feed.answer(request), late=lambda: (feed.late(request.number), None)
        )
        return news, no_update if figure is None else figure

    bind(
        app,
        ("host", "ask"),
        Output(ASK, "data"),
        Input(shell.BEAT, "n_intervals"),
        Input(shell.ADDRESS, "search"),
        Input(shell.NUDGE, "data"),
        Input(STATIC, "data"),
    )
    app.callback(
        Output(ANSWER, "data"), Output(CHART, "figure"), Input(ASK, "data"), prevent_initial_call=True
    )(answer)
    bind(
        app,
        ("host", "draw"),
        Output(DRAWN, "data"),
        Input(ANSWER, "data"),
        Input(CHART, "figure"),
    )


HOST = Page(
    name="host",
    label=None,
    path=PREFIX,
    matches=lambda path: path.startswith(PREFIX) and len(path) > len(PREFIX),
    layout=layout,
    register=register,
    # One connection stays free for the other pages, however slow the charts are.
    worker_count=lambda connection_count: max(1, connection_count - 1),
    queries=(HOST_NOW, HOST_DOMAINS, HOST_EVENTS, HOST_SPAN, HOST_SAMPLES_RAW, HOST_SAMPLES_ROLLUP),
)
