# SPDX-License-Identifier: Apache-2.0
"""The VMs as a table: fifty thousand of them, sorted and filtered by the database, live in their places."""

import re
from collections.abc import Sequence

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.cell_lines import CellLine, Hours, serve_lines
from dashboard.components.feed_callback import bind_feed
from dashboard.components.filter_field import FilterField, bind_filter
from dashboard.components.table import TABLE_LIBRARY, column_menu, file_link, table
from dashboard.database import Database
from dashboard.filters.fields import DOMAIN_FIELDS
from dashboard.page import Page
from dashboard.pages.vms.columns import COLUMNS, LINES_PATH
from dashboard.pages.vms.feed import COUNT, NOTHING, ORDER, OVER, VmsFeed
from dashboard.pages.vms.file import FILE_NAME, FILE_PATH, serve_file
from dashboard.pages.vms.queries import VMS_COUNT, VMS_LINES, VMS_ORDER, VMS_ROWS
from dashboard.pages.vms.view import STATISTICS, WINDOWS
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, place
from dashboard.web.clientside import attributes
from dashboard.web.workers import Workers

PATH = "/vms"

PARTS = "vms-parts"
TABLE = "vms-table"
FILTER = "vms-filter"
_DOMAIN_ID = re.compile(r"[0-9]{1,9}\Z")


def over_menu() -> Component:
    """Return the list of what the figures can be over; assets/table_address.js follows it."""
    windows = [
        html.Optgroup(
            [
                html.Option(f"{statistic} of {words}", value=f"{statistic}-{window}")
                for statistic in STATISTICS
            ],
            label=words,
        )
        for window, words in WINDOWS.items()
    ]
    menu = html.Select(
        [html.Option("now", value="now"), *windows],
        className="button table-over__menu",
        **attributes(data_table_over="yes"),
    )
    return html.Label(["Figures of ", menu], className="table-file quiet")


def layout() -> Parts:
    """Return the structure of the page."""
    return Parts(
        [
            html.H1("VMs", className="unseen"),
            html.Div(**place(NOTICE)),
            html.Div(
                [
                    html.Div(
                        [
                            FilterField(id=FILTER, label="Filter VMs", example="steal>5 state:running"),
                            html.Span(className="quiet", role="status", **place(COUNT)),
                            html.Span(role="status", **place(ORDER)),
                            over_menu(),
                            html.Span(**place("columns")),
                            html.Span(**place("file")),
                        ],
                        className="table-controls",
                    ),
                    html.Div(className="quiet table-over", **place(OVER)),
                    html.Div(**place(NOTHING)),
                    table(TABLE, COLUMNS, key="id", is_long=True),
                ],
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--table",
        fixed={"columns": column_menu(COLUMNS), "file": file_link(FILE_PATH, FILE_NAME)},
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's callbacks, that of its parts and that of the field, and the address of its file."""
    feed = VmsFeed(database, keep_seconds=keep_seconds)
    bind_feed(app, PARTS, feed, workers)
    bind_filter(app, FILTER, DOMAIN_FIELDS)
    serve_file(app.server, feed)

    def ask(keys: Sequence[str], of: Hours) -> list[CellLine]:
        domain_ids = [int(key) for key in keys if _DOMAIN_ID.match(key)]
        return database.fetch(VMS_LINES, {"domain_ids": domain_ids, **of._asdict()})

    serve_lines(app.server, LINES_PATH, ask)


VMS = Page(
    name="vms",
    label="VMs",
    path=PATH,
    matches=lambda path: path == PATH,
    layout=layout,
    register=register,
    worker_count=lambda _connection_count: 2,
    queries=(VMS_ORDER, VMS_ROWS, VMS_COUNT, VMS_LINES),
    libraries=(TABLE_LIBRARY,),
)
