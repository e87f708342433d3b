# SPDX-License-Identifier: Apache-2.0
"""How many alerts fire, for the bar of every page; assets/alert_count.js asks."""

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from dashboard.database import Database
from dashboard.errors import DatabaseError
from dashboard.queries.alerts import ALERT_COUNT, AlertCount
from dashboard.web.answer_cache import AnswerCache

COUNT_PATH = "/files/alert-count.json"
# Not known: the page itself says what is wrong.
NOTHING_NOW = 204


def serve_count(server: FastAPI, database: Database, *, keep_seconds: float) -> None:
    """Add the address of the count; an answer may be kept for ``keep_seconds``."""

    def ask(_: None) -> AlertCount:
        return database.fetch(ALERT_COUNT)[0]

    cache: AnswerCache[None, AlertCount] = AnswerCache(ask, keep_seconds=keep_seconds)

    def answer() -> Response:
        try:
            found = cache.get(None)
        except DatabaseError:
            return Response(status_code=NOTHING_NOW)
        return JSONResponse({"firing": found.firing_count, "critical": found.critical_count})

    server.add_api_route(COUNT_PATH, answer, methods=["GET"], include_in_schema=False)
