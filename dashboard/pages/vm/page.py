# SPDX-License-Identifier: Apache-2.0
"""One VM on whatever host: its chart over a range, its devices, where it lived. The URL is the state."""

from dash import Dash

from dashboard.components.domain_words import PREFIX
from dashboard.database import Database
from dashboard.history.charted_answer import bind_charted
from dashboard.history.structure import Card, ObjectChart, object_page
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
    VM_PERCENTILES,
    VM_SAMPLES_RAW,
    VM_SAMPLES_ROLLUP,
    VM_SPAN,
    VM_START,
    VM_STAYS,
)
from dashboard.parts.parts import Parts
from dashboard.web.workers import Workers

NAME = "vm"

CHART_WORDS = "Charts of CPU, memory, disks and network of the VM on all its hosts; the table has the numbers"


def layout() -> Parts:
    """Return the structure of the page."""
    return object_page(
        NAME,
        ObjectChart(PANELS, TABLE, CHART_WORDS),
        (
            Card("disks", "Disks", "table-place"),
            Card("interfaces", "Interfaces", "table-place"),
            Card("life", "Where it lived in this range", "table-place"),
            Card("neighbours", "Shared its host", "table-place"),
            Card("events", "Events in this range"),
        ),
    )


def register(app: Dash, database: Database, workers: Workers, *, keep_seconds: float) -> None:
    """Bind the page's one callback: its parts and its chart."""
    feed = VmFeed(database, keep_seconds=keep_seconds)
    bind_charted(app, NAME, feed, workers, is_vm_page)


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
        VM_PERCENTILES,
        VM_DISK_RAW,
        VM_DISK_ROLLUP,
        VM_INTERFACE_RAW,
        VM_INTERFACE_ROLLUP,
    ),
)
