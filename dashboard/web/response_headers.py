# SPDX-License-Identifier: Apache-2.0
"""What every answer carries: the policy of what a page may load, and how long an asset is kept."""

from dash import Dash
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASSETS_PREFIX = "/assets/"
ONE_YEAR = "public, max-age=31536000"


class ResponseHeaders:
    """A middleware that sets the headers of each response."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        # Dash puts the time of its last change into the address of an asset.
        is_versioned = scope.get("path", "").startswith(ASSETS_PREFIX) and b"m=" in scope["query_string"]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if is_versioned:
                    headers["cache-control"] = ONE_YEAR
            await send(message)

        await self._app(scope, receive, with_headers)


def security_headers(dash: Dash) -> dict[str, str]:
    """Return the headers of every response. Plotly and AG Grid set inline styles, so styles may be inline."""
    scripts = " ".join(["'self'", *dash.csp_hashes()])
    return {
        "content-security-policy": (
            f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
            "worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'none'; object-src 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
