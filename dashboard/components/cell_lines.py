# SPDX-License-Identifier: Apache-2.0
"""The last day of rows of a table that are in sight, as small lines: a question of its own, after the rows.

A browser asks for the lines of what it shows (assets/cell_lines.js), at most LINE_COUNT_MAX at a time.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from dashboard.errors import DatabaseError
from dashboard.web.answer_cache import AnswerCache

LINE_COUNT_MAX = 100
KEY_LETTERS_MAX = 63
HOUR_SECONDS = 3600
HOUR_COUNT = 24
KEEP_SECONDS = 60.0
# Rows of tables and charts come first: lines wait for each other.
ANSWER_COUNT_MAX = 2
PATIENCE_SECONDS = 10.0
NOTHING_NOW = 204


class CellLine(NamedTuple):
    """The hours of one row of a table of which something is known, in no order; ratios from 0 to 1."""

    key: str
    times_seconds: list[int]
    ratios: list[float]


class Hours(NamedTuple):
    """From the first hour up to the end of the newest one, which still fills."""

    start: datetime
    end: datetime


Ask = Callable[[Sequence[str], Hours], list[CellLine]]


def hours(now: datetime) -> Hours:
    """Return the last day in whole hours, the one that still fills included."""
    end = datetime.fromtimestamp((now.timestamp() // HOUR_SECONDS + 1) * HOUR_SECONDS, UTC)
    return Hours(end - timedelta(hours=HOUR_COUNT), end)


def lines(found: Sequence[CellLine], keys: Sequence[str], of: Hours) -> dict[str, list[float | None]]:
    """Return a value an hour of each row, None where nothing is known."""
    start = round(of.start.timestamp())
    values: dict[str, list[float | None]] = {key: [None] * HOUR_COUNT for key in keys}
    for line in found:
        for time_seconds, ratio in zip(line.times_seconds, line.ratios, strict=True):
            values[line.key][(time_seconds - start) // HOUR_SECONDS] = float(f"{ratio:.3g}")
    return values


def serve_lines(
    server: FastAPI, path: str, ask: Ask, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Add the address of the lines of a table; ``ask`` raises a DatabaseError."""
    places = threading.BoundedSemaphore(ANSWER_COUNT_MAX)
    cache: AnswerCache[tuple[tuple[str, ...], Hours], dict[str, list[float | None]]] = AnswerCache(
        lambda wanted: lines(ask(*wanted), *wanted), keep_seconds=KEEP_SECONDS, maximum_count=128
    )

    def answer(request: Request) -> Response:
        keys = tuple(sorted(set(request.query_params.get("keys", "").split(","))))
        if len(keys) > LINE_COUNT_MAX or not all(0 < len(key) <= KEY_LETTERS_MAX for key in keys):
            return PlainTextResponse(f"keys has 1 to {LINE_COUNT_MAX} keys, with commas between them.\n", 400)
        if not places.acquire(timeout=PATIENCE_SECONDS):
            return Response(status_code=NOTHING_NOW)
        try:
            return JSONResponse(cache.get((keys, hours(now()))))
        except DatabaseError:
            # The page itself says what is wrong.
            return Response(status_code=NOTHING_NOW)
        finally:
            places.release()

    server.add_api_route(path, answer, methods=["GET"], include_in_schema=False)
