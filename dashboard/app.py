# SPDX-License-Identifier: Apache-2.0
"""The application: the only constructor, nothing global."""

from importlib import metadata
from pathlib import Path

import structlog
from dash import Dash
from dash.exceptions import DependencyException
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from dashboard import router
from dashboard.charts import contract as chart_contract
from dashboard.components import shell
from dashboard.database import Database
from dashboard.filters import contract as filter_contract
from dashboard.login.changes import Changes
from dashboard.login.door import Door
from dashboard.login.who import Identities
from dashboard.operator_database import OperatorDatabase
from dashboard.pages import PAGES
from dashboard.parts import contract as parts_contract
from dashboard.search import contract as search_contract
from dashboard.search.answer import Search
from dashboard.search.callback import bind_search
from dashboard.settings import Settings
from dashboard.web import probes
from dashboard.web.host_names import HostNames
from dashboard.web.libraries import leave_out_unused, serve_lazily
from dashboard.web.request_guard import NOT_FOUND, RequestGuard
from dashboard.web.request_log import FailureAnswer, RequestLog
from dashboard.web.response_headers import ResponseHeaders, security_headers
from dashboard.web.workers import Workers

log = structlog.get_logger("dashboard")

# The shell's index loads the first folder's script itself, before the first paint. The component Chart
# loads Plotly where there is a chart, Parts the scripts of a map where there is one.
ASSETS_IGNORED = [r"(^|/)first(/|$)", r"(^|/)plotly(/|$)", r"(^|/)map(/|$)"]
# The type of each property that browsers report: no other may be an input or a state of a callback.
REPORTED = {
    **parts_contract.REPORTED,
    **chart_contract.REPORTED,
    **filter_contract.REPORTED,
    **search_contract.REPORTED,
    **router.REPORTED,
}
COMPRESSED_FROM_BYTES = 500
# Level 9 is three times the work for answers that are two percent smaller.
COMPRESSION_LEVEL = 6
# An answer is kept a little shorter than the period of requests, so that each of them may bring news.
KEEP_SHARE = 0.8
# A page that hears nothing for so long counts its connection as lost; an answer comes before that.
DEADLINE_SHARE = 0.8
# Searching takes milliseconds, and mostly no connection.
SEARCH_WORKER_COUNT = 2


def create_app(settings: Settings, database: Database) -> Dash:
    """Return the application, whose ``server`` is ASGI; the caller opens and closes the database.

    Raises SettingsError where the login cannot be set up.
    """
    # FastAPI's own documentation pages load scripts from elsewhere.
    server = FastAPI(title="kvmgrid", docs_url=None, redoc_url=None, openapi_url=None)
    probes.register(server, database)
    # Instead of Dash's own switch, which takes the level 9.
    server.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=COMPRESSION_LEVEL)
    server.add_middleware(FailureAnswer)
    # How Dash refuses the file of a package that it does not serve.
    server.add_exception_handler(DependencyException, _not_served)
    for library in {library for page in PAGES for library in page.libraries}:
        serve_lazily(library)
    leave_out_unused()
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
        # The browser would check the callbacks against components that are not there yet; a test does it.
        suppress_callback_exceptions=True,
    )
    # Otherwise every page opens a WebSocket at once, although no callback uses one.
    app.backend.websocket_capability = False
    links = [(page.label, page.path) for page in PAGES if page.label is not None]
    frame = shell.shell_layout(
        settings.page.refresh_seconds, settings.page.lost_after_seconds, links, has_login=settings.login.is_on
    )
    app.layout = frame
    router.register(app, PAGES)
    keep_seconds = settings.page.refresh_seconds * KEEP_SHARE
    deadline_seconds = settings.page.lost_after_seconds * DEADLINE_SHARE
    for page in PAGES:
        count = page.worker_count(settings.database.connection_count)
        workers = Workers(page.name, count=count, deadline_seconds=deadline_seconds)
        page.register(app, database, workers, keep_seconds=keep_seconds)
    searching = Workers("search", count=SEARCH_WORKER_COUNT, deadline_seconds=deadline_seconds)
    bind_search(app, Search(database), searching)
    # Before Dash's route for all the rest, which is added at the start and answers with the index.
    for unknown in ("/_dash-{rest:path}", "/files/{rest:path}"):
        server.add_api_route(unknown, _no_file, methods=["GET"], include_in_schema=False)
    # Each one that is added stands around those before it, Dash's own among them.
    server.add_middleware(
        RequestGuard,
        dash=app,
        body_limit_bytes=settings.web.body_limit_bytes,
        is_page=lambda path: router.find_page(PAGES, path) is not None,
        reported=REPORTED,
    )
    if settings.login.is_on:
        server.add_middleware(
            Door,
            settings=settings.login,
            identities=Identities(settings.login),
            changes=Changes(database, OperatorDatabase(settings.login)),
        )
    names = ("localhost", settings.web.listen_address, *settings.web.allowed_hosts)
    server.add_middleware(HostNames, names=names)
    server.add_middleware(ResponseHeaders, headers=security_headers(app))
    server.add_middleware(RequestLog)
    return app


def _no_file() -> PlainTextResponse:
    return PlainTextResponse("not found\n", NOT_FOUND)


def _not_served(_request: Request, _error: Exception) -> PlainTextResponse:
    return _no_file()


def _note_failure(error: Exception) -> None:
    """Log a defect: Dash would answer 500 and say nothing. The page tells that no answer came."""
    log.error("callback_failed", exc_info=error)


def version() -> str:
    """Return the version of the installed distribution."""
    return metadata.version("kvmgrid")
