# SPDX-License-Identifier: Apache-2.0
"""The door of the application: what comes in is bounded, what goes out carries its security headers.

An ASGI application around Dash's. Pages other than ``/`` are Dash's index too: the address is for the
browser; one that leads nowhere has status 404. Requests that our pages never send end here with a 4xx
instead of an error inside Dash.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec
from dash import Dash

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CALLBACK_PATH = "/_dash-update-component"
_SERVED_PREFIXES = ("/_dash-", "/assets/", "/_favicon", "/healthz", "/readyz")
_ONE_YEAR = b"public, max-age=31536000"


class RequestGuard:
    """Wraps a Dash application. ``dash`` is the one inside."""

    def __init__(
        self, dash: Dash, *, body_limit_bytes: int, hosts: Iterable[str], is_page: Callable[[str], bool]
    ) -> None:
        self.dash = dash
        self._body_limit_bytes = body_limit_bytes
        self._hosts = frozenset({"localhost", *(host.lower() for host in hosts)})
        self._is_page = is_page
        self._headers = _security_headers(dash)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self.dash.server(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            # No page opens a WebSocket; closing before accepting answers 403.
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        guarded = _Outgoing(send, self._headers)
        if not self._is_ours(dict(scope["headers"]).get(b"host", b"")):
            await guarded.refuse(421, "not a name of this dashboard; its setting is web.allowed_hosts")
            return
        if method in {"GET", "HEAD"} and not path.startswith(_SERVED_PREFIXES):
            guarded.status = None if self._is_page(path) else 404
            scope = {**scope, "path": "/", "raw_path": b"/"}
        elif method == "POST":
            body, refusal = await self._read_body(scope, receive)
            if refusal is not None:
                await guarded.refuse(*refusal)
                return
            receive = _replay(body)
        elif method not in {"GET", "HEAD"}:
            await guarded.refuse(405, "method not allowed")
            return
        guarded.is_versioned = path.startswith("/assets/") and b"m=" in scope["query_string"]
        await self.dash.server(scope, receive, guarded.send)

    def _is_ours(self, authority: bytes) -> bool:
        """Whether a Host header names this service: an address always does, a name only if it is known."""
        text = authority.decode("latin-1").lower()
        name = text.rpartition(":")[0] if text.rpartition(":")[2].isdigit() else text
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True

    async def _read_body(self, scope: Scope, receive: Receive) -> tuple[bytes, tuple[int, str] | None]:
        headers = dict(scope["headers"])
        if scope["path"] != CALLBACK_PATH:
            return b"", (404, "not found")
        if headers.get(b"sec-fetch-site") in {b"cross-site", b"same-site"}:
            return b"", (403, "requests come from our own pages only")
        if not headers.get(b"content-type", b"").startswith(b"application/json"):
            return b"", (415, "JSON only")
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", (400, "disconnected")
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._body_limit_bytes:
                return b"", (413, "too long")
        return body, None if self._is_callback(body) else (400, "not a request of these pages")

    def _is_callback(self, body: bytes) -> bool:
        """Whether a body has the form that the renderer sends, for a callback that exists."""
        try:
            call = msgspec.json.decode(body, type=_Call)
        except (msgspec.DecodeError, RecursionError):
            return False
        known = self.dash.callback_map.get(call.output)
        if known is None or _output_text(call.outputs) != call.output:
            return False
        return all(
            [(item["id"], item["property"]) for item in expected]
            == [(item.id, item.property) for item in sent]
            for expected, sent in ((known["inputs"], call.inputs), (known["state"], call.state))
        )


class _Dependency(msgspec.Struct):
    id: str
    property: str


class _Call(msgspec.Struct):
    """What the renderer sends, as far as a wrong form would break Dash."""

    output: str
    outputs: _Dependency | list[_Dependency]
    inputs: list[_Dependency]
    state: list[_Dependency] = []
    changedPropIds: list[str] = []  # noqa: N815 - the renderer's name


def _output_text(outputs: _Dependency | list[_Dependency]) -> str:
    """Return outputs as Dash names their callback: ``a.b``, or ``..a.b...c.d..`` for several."""
    if isinstance(outputs, _Dependency):
        return f"{outputs.id}.{outputs.property}"
    return f"..{'...'.join(f'{each.id}.{each.property}' for each in outputs)}.."


class _Outgoing:
    """Adds headers to the start of a response and, for a page that does not exist, its status."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status: int | None = None
        self.is_versioned = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in self._headers}
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in names]
            if self.is_versioned:
                kept = [(name, value) for name, value in kept if name.lower() != b"cache-control"]
                kept.append((b"cache-control", _ONE_YEAR))
            message = {
                **message,
                "headers": [*kept, *self._headers],
                "status": self.status or message["status"],
            }
        await self._send(message)

    async def refuse(self, status: int, words: str) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": f"{words}\n".encode()})


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


def _security_headers(dash: Dash) -> list[tuple[bytes, bytes]]:
    """Return the headers of every response. Plotly sets inline styles, so styles alone may be inline."""
    scripts = " ".join(["'self'", *dash.csp_hashes()])
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]
