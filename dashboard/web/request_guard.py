# SPDX-License-Identifier: Apache-2.0
"""The door of the application: requests that our pages never send end here with a 4xx.

Pages other than ``/`` are Dash's index too: the address is for the browser. One that leads nowhere has
status 404.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.errors import RequestError
from dashboard.web.callback_request import rewritten

CALLBACK_PATH = "/_dash-update-component"
NOT_FOUND = 404
# A token that only callbacks in the background need; there is none.
_CALLBACK_QUERY = re.compile(rb"(endId=[^&]*)?")
_SERVED_PREFIXES = ("/_dash-", "/assets/", "/_favicon", "/healthz", "/readyz")
# Files that pages make of what they show: work for the database, as a callback is.
_FILE_PREFIX = "/files/"
_OTHER_SITES = frozenset({"cross-site", "same-site"})


class RequestGuard:
    """A middleware around a Dash application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        dash: Dash,
        body_limit_bytes: int,
        is_page: Callable[[str], bool],
        reported: Mapping[str, Any],
    ) -> None:
        """``reported``: the type of each property that browsers report, by its name."""
        self._app = app
        self._dash = dash
        self._body_limit_bytes = body_limit_bytes
        self._is_page = is_page
        self._reported = reported

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            # No page opens a WebSocket; closing before accepting answers 403.
            await send({"type": "websocket.close", "code": 1008})
        elif scope["method"] == "POST":
            await self._post(scope, receive, send)
        elif scope["method"] not in {"GET", "HEAD"}:
            await _refuse(405, "method not allowed", scope, receive, send)
        elif scope["path"].startswith(_FILE_PREFIX) and _is_elsewhere(Headers(scope=scope)):
            await _refuse(403, "requests come from our own pages only", scope, receive, send)
        elif scope["path"].startswith((*_SERVED_PREFIXES, _FILE_PREFIX)):
            await self._app(scope, receive, send)
        else:
            send = send if self._is_page(scope["path"]) else _with_status(NOT_FOUND, send)
            await self._app({**scope, "path": "/", "raw_path": b"/"}, receive, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["path"] != CALLBACK_PATH or not _CALLBACK_QUERY.fullmatch(scope["query_string"]):
            await _refuse(NOT_FOUND, "not found", scope, receive, send)
        elif _is_elsewhere(headers):
            await _refuse(403, "requests come from our own pages only", scope, receive, send)
        elif not headers.get("content-type", "").startswith("application/json"):
            await _refuse(415, "JSON only", scope, receive, send)
        elif (body := await self._read_body(receive)) is None:
            await _refuse(413, "too long, or not sent to its end", scope, receive, send)
        else:
            try:
                body = rewritten(body, self._dash.callback_map, self._reported)
            except RequestError as error:
                await _refuse(400, str(error), scope, receive, send)
                return
            await self._app({**scope, "query_string": b""}, _replay(body), send)

    async def _read_body(self, receive: Receive) -> bytes | None:
        """Return the body; None when it grows too long or its sender goes away."""
        body = b""
        while len(body) <= self._body_limit_bytes:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                return body if len(body) <= self._body_limit_bytes else None
        return None


def _is_elsewhere(headers: Headers) -> bool:
    return headers.get("sec-fetch-site") in _OTHER_SITES


async def _refuse(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    # What is left of the body is not read.
    response = PlainTextResponse(f"{words}\n", status, headers={"connection": "close"})
    await response(scope, receive, send)


def _with_status(status: int, send: Send) -> Send:
    """Return a way to send a page that has another status than 200."""

    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < status:
            message = {**message, "status": status}
        await send(message)

    return changed


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive
