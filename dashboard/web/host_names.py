# SPDX-License-Identifier: Apache-2.0
"""Under which names the pages are served: Starlette's check, with words for whom it refuses.

An address as Host always passes. DNS rebinding, against which this stands, needs a name.
"""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSAL = b"not a name of this dashboard; its setting is web.allowed_hosts\n"


class HostNames:
    """A middleware that refuses names which are not among ``names``."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or _is_address(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return

        async def enter(scope: Scope, receive: Receive, _worded: Send) -> None:
            await self._app(scope, receive, send)

        async def worded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [each for each in message["headers"] if each[0] != b"content-length"]
                message = {**message, "headers": kept}
            else:
                message = {**message, "body": REFUSAL}
            await send(message)

        await TrustedHostMiddleware(enter, self._names, www_redirect=False)(scope, receive, worded)


def _is_address(authority: str) -> bool:
    name, _, port = authority.rpartition(":")
    try:
        ipaddress.ip_address((name if port.isdigit() else authority).removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
