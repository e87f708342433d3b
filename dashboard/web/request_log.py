# SPDX-License-Identifier: Apache-2.0
"""What is said about requests that fail: one line each, and one line as the answer to a defect."""

import structlog
from dash.exceptions import PreventUpdate
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("web")

FIRST_REFUSAL = 400
FIRST_FAILURE = 500
# A probe's way to learn that the database is away, of which the database tells by itself.
NOT_READY = 503
SHOWN_PATH_LENGTH = 200


class RequestLog:
    """The outermost middleware: a line for each request that is refused or has failed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note(scope, message["status"])
            elif message["type"] == "websocket.close":
                log.warning("request_refused", status=message["code"], method="WebSocket", path=_shown(scope))
            await send(message)

        await self._app(scope, receive, noted)


class FailureAnswer:
    """The innermost middleware: logs what escapes the application, before Dash's own would swallow it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except PreventUpdate:
            # How a callback says that it has nothing to say.
            raise
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("request_broke", method=scope["method"], path=_shown(scope))
            if has_begun:
                raise
            await PlainTextResponse("the dashboard failed; its log says why\n", FIRST_FAILURE)(
                scope, receive, send
            )


def _note(scope: Scope, status: int) -> None:
    if status >= FIRST_FAILURE and status != NOT_READY:
        log.error("request_failed", status=status, method=scope["method"], path=_shown(scope))
    elif FIRST_REFUSAL <= status < FIRST_FAILURE:
        log.warning("request_refused", status=status, method=scope["method"], path=_shown(scope))


def _shown(scope: Scope) -> str:
    """Return a path of printable characters and bounded length."""
    return ascii(scope["path"][:SHOWN_PATH_LENGTH])[1:-1]
