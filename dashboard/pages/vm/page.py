# SPDX-License-Identifier: Apache-2.0
"""One VM on whatever host: its chart over a range, its devices, where it lived. The URL is the state."""

from dash import Dash, html

from dashboard.charts.component import Chart
from dashboard.components.domain_words import PREFIX
from dashboard.components.range_bar import range_bar
from dashboard.database import Database
from dashboard.history.charted_answer import bind_charted
from dashboard.history.structure import chart_section, section
from dashboard.page import Page
from dashboard.pages.vm.feed import VmFeed, is_vm_page
from dashboard.pages.vm.panels import PANELS, TABLE
from dashboard.pages.vm.queries import (
    VM_DISK_RAW,
    VM_DISK_ROLLUP,
    VM_DISKS,
    VM_EVENTS,
    VM_INTERFACE_RAW,
    VM_INTERFACE_ROLLUP,
    VM_INTERFACES,
    VM_NAMES,
    VM_NEIGHBOURS,
    VM_NOW,
    VM_SAMPLES_RAW,
    VM_SAMPLES_ROLLUP,
    VM_SPAN,
    VM_START,
    VM_STAYS,
)
from dashboard.parts.contract import NOTICE
from dashboard.parts.parts import Parts, body, place
from dashboard.web.workers import Workers

NAME = "vm"
PARTS = "vm-parts"
CHART = "vm-chart"
BODY = "vm-body"

CHART_WORDS = "Charts of CPU, memory, disks and network of the VM on all its hosts; the table has the numbers"


def layout() -> Parts:
    """Return the structure of the page."""
    note = html.Div(className="note-place", **place("note"))
    chart = Chart(note, id=CHART, panels=PANELS, table=TABLE, label=CHART_WORDS)
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
                    chart_section(chart),
                    section(NAME, "disks", "Disks", class_name="table-place"),
                    section(NAME, "interfaces", "Interfaces", class_name="table-place"),
                    section(NAME, "neighbours", "Shared its host", class_name="table-place"),
                    section(NAME, "life", "Where it lived in this range", class_name="table-place"),
                    section(NAME, "events", "Events in this range"),
                ],
                id=BODY,
                **body(),
            ),
        ],
        id=PARTS,
        className="page page--object",
        fixed={"range": range_bar()},
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback: its parts and its chart."""
    feed = VmFeed(database, keep_seconds=keep_seconds)
    bind_charted(app, (PARTS, CHART), feed, workers, is_vm_page)


VM = Page(
    name=NAME,
    label=None,
    path=PREFIX,
    matches=is_vm_page,
    layout=layout,
    register=register,
    # Connections stay free for the other pages, however slow the charts are.
    worker_count=lambda connection_count: max(1, connection_count // 2),
    queries=(
        VM_NOW,
        VM_START,
        VM_STAYS,
        VM_NAMES,
        VM_EVENTS,
        VM_NEIGHBOURS,
        VM_DISKS,
        VM_INTERFACES,
        VM_SPAN,
        VM_SAMPLES_RAW,
        VM_SAMPLES_ROLLUP,
        VM_DISK_RAW,
        VM_DISK_ROLLUP,
        VM_INTERFACE_RAW,
        VM_INTERFACE_ROLLUP,
    ),
)
