# SPDX-License-Identifier: Apache-2.0
"""One host: its chart over a range, its VMs, its events. The URL is the state."""

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.charts.panels import HIDDEN_AT_FIRST
from dashboard.components.range_bar import range_bar
from dashboard.database import Database
from dashboard.errors import RequestError
from dashboard.page import Page
from dashboard.pages.host.chart_view import ChartView
from dashboard.pages.host.feed import PREFIX, Answer, HostFeed, host_id
from dashboard.pages.host.queries import (
    HOST_DOMAINS,
    HOST_EVENTS,
    HOST_NOW,
    HOST_SAMPLES_RAW,
    HOST_SAMPLES_ROLLUP,
    HOST_SPAN,
)
from dashboard.parts.contract import NOTICE, Request, written
from dashboard.parts.parts import Parts, body, place
from dashboard.web.clientside import attributes, bind
from dashboard.web.requests import read_request
from dashboard.web.workers import Workers

PARTS = "host-parts"
# The chart is a Graph of Dash still: its view and the name of its picture travel in stores.
CHART = "host-chart"
CHART_VIEW = "host-chart-view"
CHART_NAME = "host-chart-name"
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


def layout() -> Parts:
    """Return the structure of the page; assets/host.js and assets/chart.js draw the chart."""
    return Parts(
        [
            dcc.Store(id=CHART_VIEW),
            dcc.Store(id=CHART_NAME),
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    html.Header(
                        [html.Div(**place("head")), html.Div(className="host-facts", **place("facts"))],
                        className="host-top",
                    ),
                    html.Div(className="range-place", **place("range")),
                    _chart_section(),
                    _section("vms", "VMs", class_name="table-place"),
                    _section("events", "Events in this range"),
                ],
                id=BODY,
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--host",
        fixed={"range": range_bar()},
    )


def _chart_section() -> html.Section:
    return html.Section(
        [
            html.Div(
                [
                    html.Div(className="note-place", **place("note")),
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
                    html.Div(className="chart__marks", **place("marks")),
                    html.Div(className="chart__legends"),
                    html.Div(className="chart__nothing", **place("nothing")),
                ],
                className="chart",
                **attributes(data_hidden=" ".join(sorted(HIDDEN_AT_FIRST))),
            ),
            html.Div(id="host-table", className="table-place", **place("table")),
        ],
        className="card",
        **attributes(aria_label="charts"),
    )


def _section(name: str, words: str, class_name: str = "") -> html.Section:
    return html.Section(
        [html.H2(words, id=name), html.Div(id=f"host-{name}", className=class_name, **place(name))],
        className="card",
        **attributes(aria_labelledby=name),
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's callback, and the drawing of its chart."""
    feed = HostFeed(database, keep_seconds=keep_seconds)

    async def answer(data: Any, view_data: Any) -> Any:
        try:
            request, view = read_request(Request, data), read_request(ChartView, view_data)
            host_id(request.path)
        except RequestError:
            return no_update, no_update, no_update
        found = await workers.answer(
            lambda: feed.answer(request, view), late=lambda: Answer(feed.late(request.number))
        )
        return (
            written(found.update),
            no_update if found.figure is None else found.figure,
            no_update if found.figure_name is None else found.figure_name,
        )

    app.callback(
        Output(PARTS, "update"),
        Output(CHART, "figure"),
        Output(CHART_NAME, "data"),
        Input(PARTS, "request"),
        State(CHART_VIEW, "data"),
        prevent_initial_call=True,
    )(answer)
    bind(app, ("host", "drawChart"), Input(CHART, "figure"), Input(CHART_NAME, "data"))


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
