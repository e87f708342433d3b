# SPDX-License-Identifier: Apache-2.0
"""Who asks: by the cookie of a session, or by the word of a proxy that is trusted."""

import ipaddress
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from dashboard.errors import SettingsError
from dashboard.login.passwords import NAME, Passwords, Role
from dashboard.login.session import COOKIE, KEY_BYTES_MIN, Session, Sessions
from dashboard.settings import LoginSettings, read_secret

HOUR_SECONDS = 3600.0


class Who(NamedTuple):
    """A person. ``source`` is what the token of a change is made of; ``session`` is None behind a proxy."""

    name: str
    role: Role
    source: str
    session: Session | None = None


class Identities:
    """Tells who asks."""

    def __init__(self, settings: LoginSettings) -> None:
        """Read the key and the users; raise SettingsError where something is missing."""
        if settings.key_file is None:
            raise SettingsError("login.key_file is missing: cookies cannot be signed without it")
        key = read_secret(Path(settings.key_file)).encode()
        if len(key) < KEY_BYTES_MIN:
            raise SettingsError(f"login.key_file holds less than {KEY_BYTES_MIN} letters")
        self._settings = settings
        self._proxies = [_network(each) for each in settings.proxy_addresses]
        if settings.proxy_header is not None and not self._proxies:
            raise SettingsError("login.proxy_header needs login.proxy_addresses: whose word is taken")
        self.sessions = Sessions(key, seconds=settings.session_hours * HOUR_SECONDS)
        path = settings.password_file
        self.passwords = None if path is None else Passwords(Path(path))

    def of(self, scope: Scope) -> Who | None:
        """Return who asks, None for nobody who is known."""
        headers = Headers(scope=scope)
        header = self._settings.proxy_header
        if header is not None and self.is_proxy(scope):
            name = headers.get(header, "")
            if not NAME.fullmatch(name):
                return None
            return Who(name, "operator" if name in self._settings.proxy_operators else "viewer", name)
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        session = self.sessions.read(cookie) if cookie else None
        user = None if session is None or self.passwords is None else self.passwords.find(session.name)
        if session is None or user is None or user.stamp != session.stamp:
            return None
        return Who(user.name, user.role, cookie, session)

    def is_proxy(self, scope: Scope) -> bool:
        """Whether a request comes from a proxy whose word is taken."""
        client = scope.get("client")
        try:
            address = ipaddress.ip_address(client[0] if client else "")
        except ValueError:
            return False
        return any(address in network for network in self._proxies)

    def address(self, scope: Scope) -> str:
        """Return the address of who asks; that before the proxy, where its word is taken."""
        client = scope.get("client")
        own = str(client[0]) if client else ""
        told = Headers(scope=scope).get("x-forwarded-for", "").rpartition(",")[2].strip()
        return told[:64] if told and self.is_proxy(scope) else own

    def is_encrypted(self, scope: Scope) -> bool:
        """Whether the browser speaks TLS, to us or to the proxy."""
        told = Headers(scope=scope).get("x-forwarded-proto", "")
        return scope.get("scheme") == "https" or (told == "https" and self.is_proxy(scope))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise SettingsError(f"login.proxy_addresses: {error}") from error
