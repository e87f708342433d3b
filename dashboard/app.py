# SPDX-License-Identifier: Apache-2.0
"""The application: the only constructor, nothing global.

The router is ours: Dash's own draws a page anew whenever the query string changes, and here a zoom is a
change of the query string.
"""

from importlib import metadata
from pathlib import Path
from typing import Any

import structlog
from dash import Dash, Input, Output, html
from dash.development.base_component import Component
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from dashboard.components import shell
from dashboard.database import Database
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.settings import Settings
from dashboard.web import probes
from dashboard.web.request_guard import RequestGuard
from dashboard.web.workers import Workers

log = structlog.get_logger("dashboard")

# The shell's index loads the first folder's script itself, before the first paint; the component Chart
# loads Plotly where there is a chart.
ASSETS_IGNORED = [r"(^|/)first(/|$)", r"(^|/)plotly(/|$)"]
COMPRESSED_FROM_BYTES = 500
# Level 9 is three times the work for answers that are two percent smaller.
COMPRESSION_LEVEL = 6
# An answer is kept a little shorter than the period of requests, so that each of them may bring news.
KEEP_SHARE = 0.8
# A page that hears nothing for so long counts its connection as lost; an answer comes before that.
DEADLINE_SHARE = 0.8


def create_app(settings: Settings, database: Database) -> RequestGuard:
    """Return the ASGI application; the caller opens and closes the database."""
    # FastAPI's own documentation pages load scripts from elsewhere.
    server = FastAPI(title="kvmgrid", docs_url=None, redoc_url=None, openapi_url=None)
    probes.register(server, database)
    # Instead of Dash's own switch, which takes the level 9.
    server.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=COMPRESSION_LEVEL)
    app = Dash(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # documented since 4.2: an existing server object
        backend="fastapi",
        title="kvmgrid",
        update_title="",
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_path_ignore=ASSETS_IGNORED,
        pages_folder="",
        use_pages=False,
        include_pages_meta=False,
        serve_locally=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        index_string=shell.index_html(),
        add_log_handler=False,
        enable_mcp=False,
        on_error=_note_failure,
    )
    # Otherwise every page opens a WebSocket at once, although no callback uses one.
    app.backend.websocket_capability = False
    frame = shell.shell_layout(settings.page.refresh_seconds, settings.page.lost_after_seconds)
    app.layout = frame
    # All ids there are, so that Dash checks the callbacks against them without drawing a page.
    app.validation_layout = html.Div(  # type: ignore[assignment]  # inferred from None in Dash
        [frame, *(page.layout() for page in PAGES)]
    )
    app.callback(Output(shell.PAGE, "children"), Input(shell.ADDRESS, "pathname"))(route)
    keep_seconds = settings.page.refresh_seconds * KEEP_SHARE
    deadline_seconds = settings.page.lost_after_seconds * DEADLINE_SHARE
    for page in PAGES:
        count = page.worker_count(settings.database.connection_count)
        workers = Workers(page.name, count=count, deadline_seconds=deadline_seconds)
        page.register(app, database, workers, keep_seconds=keep_seconds)
    return RequestGuard(
        app,
        body_limit_bytes=settings.web.body_limit_bytes,
        hosts=(settings.web.listen_address, *settings.web.allowed_hosts),
        is_page=lambda path: find_page(path) is not None,
    )


def find_page(path: str) -> Page | None:
    """Return the page at an address, None where there is none."""
    return next((page for page in PAGES if page.matches(path)), None)


async def route(path: Any) -> Component:
    """Return the structure of the page at an address; whether a host is known, its page says itself."""
    page = find_page(path) if isinstance(path, str) else None
    if page is None:
        words = [html.H1("There is no such page"), html.P(html.A("All hosts", href="/", className="button"))]
        return html.Div(html.Section(words, className="guide"), className="page")
    return page.layout()


def _note_failure(error: Exception) -> None:
    """Log a defect: Dash would answer 500 and say nothing. The page tells that no answer came."""
    log.error("callback_failed", exc_info=error)


def version() -> str:
    """Return the version of the installed distribution."""
    return metadata.version("kvmgrid")
