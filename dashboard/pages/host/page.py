# SPDX-License-Identifier: Apache-2.0
"""One host: its chart over a range, its VMs, its events. The URL is the state."""

from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.charts.component import Chart
from dashboard.charts.contract import read_view, written_chart
from dashboard.components.range_bar import range_bar
from dashboard.database import Database
from dashboard.page import Page
from dashboard.pages.host.feed import PREFIX, Answer, HostFeed, is_host_page
from dashboard.pages.host.panels import PANELS, TABLE
from dashboard.pages.host.queries import (
    HOST_DOMAINS,
    HOST_EVENTS,
    HOST_NOW,
    HOST_SAMPLES_RAW,
    HOST_SAMPLES_ROLLUP,
    HOST_SPAN,
)
from dashboard.parts.contract import NOTICE, read_request, written
from dashboard.parts.parts import Parts, body, place
from dashboard.web.clientside import attributes
from dashboard.web.workers import Workers

PARTS = "host-parts"
CHART = "host-chart"
BODY = "host-body"

CHART_WORDS = "Charts of CPU, memory, disk, network and pressure; the table has the numbers"


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
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
    note = html.Div(className="note-place", **place("note"))
    chart = Chart(note, id=CHART, panels=PANELS, table=TABLE, label=CHART_WORDS)
    return html.Section(chart, className="card", **attributes(aria_label="charts"))


def _section(name: str, words: str, class_name: str = "") -> html.Section:
    return html.Section(
        [html.H2(words, id=name), html.Div(id=f"host-{name}", className=class_name, **place(name))],
        className="card",
        **attributes(aria_labelledby=name),
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback: its parts and its chart."""
    feed = HostFeed(database, keep_seconds=keep_seconds)

    async def answer(_number: Any, data: Any, view_data: Any) -> Any:
        request, view = read_request(data), read_view(view_data)
        # The address is that of another page where the browser went there before this one was drawn.
        if not is_host_page(request.path):
            return no_update, no_update
        found = await workers.answer(
            lambda: feed.answer(request, view), late=lambda: Answer(feed.late(request.number))
        )
        return written(found.update), no_update if found.chart is None else written_chart(found.chart)

    app.callback(
        Output(PARTS, "update"),
        Output(CHART, "update"),
        Input(PARTS, "request_number"),
        State(PARTS, "request"),
        State(CHART, "view"),
        prevent_initial_call=True,
    )(answer)


HOST = Page(
    name="host",
    label=None,
    path=PREFIX,
    matches=is_host_page,
    layout=layout,
    register=register,
    # A connection stays free for each of the other pages, however slow the charts are.
    worker_count=lambda connection_count: max(1, connection_count - 2),
    queries=(HOST_NOW, HOST_DOMAINS, HOST_EVENTS, HOST_SPAN, HOST_SAMPLES_RAW, HOST_SAMPLES_ROLLUP),
)
