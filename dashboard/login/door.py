# SPDX-License-Identifier: Apache-2.0
"""The login before the pages: who is known gets in, and may change what the role allows."""

import asyncio
import json
from http import HTTPStatus
from urllib.parse import parse_qs, quote

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.errors import DashboardError, DatabaseError
from dashboard.login.changes import Changes, Said, read_change
from dashboard.login.login_page import login_page
from dashboard.login.passwords import PASSWORD_LETTERS_MAX, User
from dashboard.login.session import COOKIE
from dashboard.login.tries import Tries
from dashboard.login.who import Identities, Who
from dashboard.settings import LoginSettings

LOGIN_PATH = "/login"
LOGOUT_PATH = "/logout"
SESSION_PATH = "/files/session.json"
CHANGE_PATH = "/files/change"
TOKEN_HEADER = "x-kvmgrid-token"  # noqa: S105 - its name
# What a browser needs for the page of the login, and probes.
_OPEN = ("/assets/", "/_favicon", "/healthz", "/readyz")
_FILES = ("/_dash-", "/files/")
BODY_BYTES_MAX = 8192
TRY_COUNT, TRY_SECONDS = 10, 300.0
# Each hash that is checked takes 64 MiB.
CHECK_COUNT = 2
log = structlog.get_logger("login")


class Door:
    """A middleware around the pages."""

    def __init__(
        self, app: ASGIApp, settings: LoginSettings, identities: Identities, changes: Changes
    ) -> None:
        self._app = app
        self._settings = settings
        self._identities = identities
        self._changes = changes
        self._checking = asyncio.Semaphore(CHECK_COUNT)
        self._by_address = Tries(count=TRY_COUNT, seconds=TRY_SECONDS)
        self._by_name = Tries(count=TRY_COUNT, seconds=TRY_SECONDS)
        self._routes = {
            ("GET", LOGIN_PATH): self._ask,
            ("POST", LOGIN_PATH): self._log_in,
            ("POST", LOGOUT_PATH): self._log_out,
            ("GET", SESSION_PATH): self._tell,
            ("POST", CHANGE_PATH): self._change,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = self._routes.get((scope["method"], scope["path"]))
        if route is not None:
            response = await route(scope, receive)
            response.headers["cache-control"] = "no-store"
            await response(scope, receive, send)
        elif self._may_read(scope):
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and not scope["path"].startswith(_FILES):
            query = scope["query_string"].decode("latin-1")
            wanted = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
            await RedirectResponse(f"{LOGIN_PATH}?next={wanted}", HTTPStatus.SEE_OTHER)(scope, receive, send)
        else:
            await _refused(HTTPStatus.UNAUTHORIZED, "log in first")(scope, receive, send)

    def _may_read(self, scope: Scope) -> bool:
        is_open = scope["path"].startswith(_OPEN) or not self._settings.required
        return is_open or self._identities.of(scope) is not None

    async def _ask(self, scope: Scope, _receive: Receive) -> Response:
        wanted = parse_qs(scope["query_string"].decode("latin-1")).get("next", ["/"])[0]
        if self._identities.of(scope) is not None:
            return RedirectResponse(own_path(wanted), HTTPStatus.SEE_OTHER)
        return HTMLResponse(login_page(own_path(wanted)))

    async def _log_in(self, scope: Scope, receive: Receive) -> Response:
        body = await _body(receive)
        passwords = self._identities.passwords
        if not is_own_request(scope) or body is None or passwords is None:
            return _refused(HTTPStatus.FORBIDDEN, "a login comes from our own page only")
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
        name, password, wanted = (form.get(each, [""])[0] for each in ("name", "password", "next"))
        address = self._identities.address(scope)
        name = name[:64]
        wait = max(self._by_address.wait_seconds(address), self._by_name.wait_seconds(name))
        if wait > 0:
            log.warning("login_held", name=ascii(name), address=address)
            words = f"Too many tries. The next one is in {round(wait / 60) + 1} min."
            page = HTMLResponse(login_page(own_path(wanted), words), HTTPStatus.TOO_MANY_REQUESTS)
            page.headers["retry-after"] = str(round(wait) + 1)
            return page
        async with self._checking:
            user: User | None = await run_in_threadpool(
                passwords.check, name, password[:PASSWORD_LETTERS_MAX]
            )
        if user is None:
            self._by_address.failed(address)
            self._by_name.failed(name)
            log.warning("login_failed", name=ascii(name), address=address)
            words = "Name and password do not belong together."
            return HTMLResponse(login_page(own_path(wanted), words), HTTPStatus.FORBIDDEN)
        log.info("login_made", name=user.name, role=user.role, address=address)
        response = RedirectResponse(own_path(wanted), HTTPStatus.SEE_OTHER)
        self._set_cookie(response, scope, self._identities.sessions.begin(user.name, user.stamp))
        return response

    def _set_cookie(self, response: Response, scope: Scope, value: str) -> None:
        response.set_cookie(
            COOKIE,
            value,
            httponly=True,
            samesite="strict",
            secure=self._identities.is_encrypted(scope),
            max_age=round(self._settings.session_hours * 3600),
        )

    async def _log_out(self, scope: Scope, _receive: Receive) -> Response:
        who = self._known(scope)
        if isinstance(who, Response):
            return who
        if who.session is None:
            return _refused(HTTPStatus.CONFLICT, "the proxy ends its sessions itself")
        self._identities.sessions.end(who.session)
        response = PlainTextResponse("logged out\n")
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    async def _tell(self, scope: Scope, _receive: Receive) -> Response:
        who = self._identities.of(scope)
        if who is None:
            # A page that needs a login learns so by the status.
            status = HTTPStatus.UNAUTHORIZED if self._settings.required else HTTPStatus.OK
            return JSONResponse({"role": "nobody"}, status)
        token = self._identities.sessions.token(who.source)
        return JSONResponse(
            {"role": who.role, "name": who.name, "token": token, "ends": who.session is not None}
        )

    async def _change(self, scope: Scope, receive: Receive) -> Response:
        who = self._known(scope)
        if isinstance(who, Response):
            return who
        if who.role != "operator":
            return _refused(HTTPStatus.FORBIDDEN, "a viewer changes nothing")
        body = await _body(receive)
        if body is None:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long, or not sent to its end")
        said = Said(who.name, self._identities.address(scope))
        try:
            change = read_change(body)
            words = await run_in_threadpool(self._changes.make, change, said)
        except DatabaseError as error:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except DashboardError as error:
            return _refused(HTTPStatus.BAD_REQUEST, str(error))
        log.info("change_made", name=who.name, change=json.loads(body).get("what"), address=said.origin)
        return JSONResponse({"words": words})

    def _known(self, scope: Scope) -> Who | Response:
        """Return who asks for a change with the token of the session, or the refusal."""
        who = self._identities.of(scope)
        if who is None:
            return _refused(HTTPStatus.UNAUTHORIZED, "log in first")
        token = Headers(scope=scope).get(TOKEN_HEADER, "")
        if not is_own_request(scope) or not self._identities.sessions.is_token(who.source, token):
            return _refused(HTTPStatus.FORBIDDEN, "changes come from our own pages only")
        return who


def own_path(text: str) -> str:
    """Return a path of ours that an address names, the first page for another."""
    is_own = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return quote(text, safe="/?&=%:,+*;@!~.-_()'") if is_own and len(text) <= BODY_BYTES_MAX else "/"


def is_own_request(scope: Scope) -> bool:
    """Whether a browser says that a page of ours sends a request; one that says neither does not pass."""
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin", "").rpartition("//")[2] == headers.get("host", "/")


def _refused(status: HTTPStatus, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status, headers={"connection": "close"})


async def _body(receive: Receive) -> bytes | None:
    body = b""
    while len(body) <= BODY_BYTES_MAX:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body if len(body) <= BODY_BYTES_MAX else None
    return None
