# SPDX-License-Identifier: Apache-2.0
"""Sessions: a signed cookie that says who, until when, and of which password; nothing of it is stored here.

Only the sessions that were ended before their time are remembered, until then.
"""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec
from msgspec import Struct

COOKIE = "kvmgrid_session"
ENDED_COUNT_MAX = 10_000
KEY_BYTES_MIN = 32


class Session(Struct, frozen=True, array_like=True):
    """What a cookie says."""

    name: str
    stamp: str
    until: int
    number: str


class Sessions:
    """Makes and reads cookies."""

    def __init__(self, key: bytes, *, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._ended: OrderedDict[str, int] = OrderedDict()

    def begin(self, name: str, stamp: str) -> str:
        """Return the cookie of a new session."""
        session = Session(name, stamp, int(self._clock() + self._seconds), secrets.token_hex(16))
        body = base64.urlsafe_b64encode(msgspec.json.encode(session)).decode()
        return f"{body}.{self._sign('session', body)}"

    def read(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None for one that is not ours, over, or was ended."""
        body, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("session", body).encode()):
            return None
        try:
            session = msgspec.json.decode(base64.urlsafe_b64decode(body), type=Session)
        except (ValueError, msgspec.MsgspecError):
            return None
        is_over = session.until <= self._clock() or session.number in self._ended
        return None if is_over else session

    def end(self, session: Session) -> None:
        """Take no cookie of this session any more."""
        with self._lock:
            now = self._clock()
            self._ended[session.number] = session.until
            for number in [each for each, until in self._ended.items() if until <= now]:
                del self._ended[number]
            while len(self._ended) > ENDED_COUNT_MAX:
                self._ended.popitem(last=False)

    def token(self, source: str) -> str:
        """Return what a page has to say with each change, so that no other site can make one (CSRF)."""
        return self._sign("token", source)

    def is_token(self, source: str, token: str) -> bool:
        """Whether a token is that of a session."""
        return hmac.compare_digest(token.encode(), self.token(source).encode())

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
