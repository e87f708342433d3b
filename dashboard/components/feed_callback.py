# SPDX-License-Identifier: Apache-2.0
"""The one callback of a page that is a Parts and nothing beside it."""

from typing import Any, Protocol

from dash import Dash, Input, Output, State

from dashboard.parts.contract import Request, Update, read_request, written
from dashboard.web.workers import Workers


class Feed(Protocol):
    """What answers the requests of a page."""

    def answer(self, request: Request) -> Update:
        """Return the news for one browser."""

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""


def bind_feed(app: Dash, parts: str, feed: Feed, workers: Workers) -> None:
    """Bind the component of this id to its feed."""

    async def answer(_number: Any, data: Any) -> Any:
        request = read_request(data)
        update = await workers.answer(lambda: feed.answer(request), late=lambda: feed.late(request.number))
        return written(update)

    app.callback(
        Output(parts, "update"),
        Input(parts, "request_number"),
        State(parts, "request"),
        prevent_initial_call=True,
    )(answer)
