# SPDX-License-Identifier: Apache-2.0
"""The answer of a page with parts and a chart: what is found out is shown, also where the chart fails."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec
from dash import Dash, Input, Output, State, no_update

from dashboard.charts.contract import ChartUpdate, ChartView, read_view, written_chart
from dashboard.charts.drawing import Drawing, news, no_chart
from dashboard.charts.versions import Versions
from dashboard.components.failure import failure_banner
from dashboard.components.notices import slow_answer
from dashboard.errors import DatabaseError, QueryTimeoutError, RangeError, SchemaMissingError
from dashboard.history.structure import chart_id, parts_id
from dashboard.parts.contract import (
    NOTICE,
    Request,
    Update,
    fresh_parts,
    gone_parts,
    read_request,
    written,
)
from dashboard.parts.markup import Element, h
from dashboard.web.time_zone import read_zone, zone_name
from dashboard.web.workers import Workers


class Answer(NamedTuple):
    """News of the parts, and of the chart; None where the browser shows it already."""

    update: Update
    chart: ChartUpdate | None = None


class Holding(NamedTuple):
    """What a browser asks and holds, and the versions of columns that were given out."""

    request: Request
    view: ChartView
    versions: Versions


def charted(
    holding: Holding,
    parts: dict[str, Element],
    draw: Callable[[], Drawing],
    away_since: Callable[[], datetime | None],
) -> Answer:
    """Return the news of parts and of a chart; ``draw`` adds parts as it finds them, the note last.

    Raises SchemaMissingError; other failures are said in the answer.
    """
    request = holding.request
    shown: Element | None = None
    chart: ChartUpdate | None = None
    try:
        drawing = draw()
    except (RangeError, QueryTimeoutError) as error:
        words = str(error) if isinstance(error, RangeError) else f"{error} Choose a shorter range."
        parts["note"] = h("p", h("strong", words), class_="note note--bad")
        # No chart instead of one of another range.
        chart = no_chart(request.number)
    except SchemaMissingError:
        raise
    except DatabaseError as error:
        # What was found out is shown; only the chart stays as it was.
        shown = failure_banner(error, away_since())
    else:
        chart = news(drawing, holding.view, request.number, holding.versions)
    update = Update(
        number=request.number,
        banner=shown,
        parts=fresh_parts(parts, request.seen),
        gone=gone_parts([NOTICE], request.seen),
    )
    return Answer(update, chart)


def stamped(answer: Answer, request: Request, title: str, now: datetime) -> Answer:
    """Return an answer as it leaves: the browser measures ages against this moment."""
    update = msgspec.structs.replace(
        answer.update,
        title=f"{title} · kvmgrid",
        zone=zone_name(read_zone(request.zone)),
        now_ms=milliseconds(now),
    )
    return answer._replace(update=update)


def late(number: int, now: datetime) -> Update:
    """Return what to say while an answer takes too long."""
    return Update(number=number, now_ms=milliseconds(now), banner=slow_answer())


def milliseconds(instant: datetime) -> int:
    """Return an instant as browsers count."""
    return round(instant.timestamp() * 1000)


class ChartedFeed(Protocol):
    """What answers the requests of a page with a chart."""

    def answer(self, request: Request, view: ChartView) -> Answer:
        """Return the news for one browser."""

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""


def bind_charted(
    app: Dash, page: str, feed: ChartedFeed, workers: Workers, is_page: Callable[[str], bool]
) -> None:
    """Bind the Parts and the Chart of a page to their feed, in one callback."""
    parts, chart = parts_id(page), chart_id(page)

    async def answer(_number: Any, data: Any, view_data: Any) -> Any:
        request, view = read_request(data), read_view(view_data)
        # The address is that of another page where the browser went there before this one was drawn.
        if not is_page(request.path):
            return no_update, no_update
        found = await workers.answer(
            lambda: feed.answer(request, view), late=lambda: Answer(feed.late(request.number))
        )
        return written(found.update), no_update if found.chart is None else written_chart(found.chart)

    app.callback(
        Output(parts, "update"),
        Output(chart, "update"),
        Input(parts, "request_number"),
        State(parts, "request"),
        State(chart, "view"),
        prevent_initial_call=True,
    )(answer)
