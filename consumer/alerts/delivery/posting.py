# SPDX-License-Identifier: Apache-2.0
"""HTTP requests that end: each wait has a limit, and all of it together too."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from consumer.alerts.delivery.answer import WAIT_SECONDS, NotTaken, deadline

_ANSWER_BYTES_MAX: Final = 4_096
# The other side asks to come again: time-out, too early, too many.
_AGAIN: Final = frozenset({408, 425, 429})
_GOOD, _MOVED, _BROKEN = 200, 300, 500


def post(url: str, body: bytes, headers: Mapping[str, str], ca_file: str | None = None) -> str:
    """Send a request and return the answer in words; raise NotTaken.

    A proxy of the environment is not asked, and no other address is followed.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, ca_file)
    except OSError as error:
        raise NotTaken(f"ca_file {ca_file}: {error}") from error

    def end() -> None:
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    try:
        with deadline(end):
            connection.request("POST", path, body, {"User-Agent": "kvmgrid", **headers})
            answer = connection.getresponse()
            text = answer.read(_ANSWER_BYTES_MAX).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTaken(f"{parts.netloc}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    words = f"{answer.status} {answer.reason} {text.strip()[:200]}".strip()
    if _GOOD <= answer.status < _MOVED:
        return words
    is_final = _MOVED <= answer.status < _BROKEN and answer.status not in _AGAIN
    # Who may not come in today may tomorrow, when somebody has mended the secret.
    is_final = is_final and answer.status not in {401, 403, 404}
    raise NotTaken(f"{parts.netloc} answered {words}", is_final=is_final)


def _connection(scheme: str, host: str, port: int | None, ca_file: str | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context(cafile=ca_file)
        return http.client.HTTPSConnection(host, port, timeout=WAIT_SECONDS, context=context)
    return http.client.HTTPConnection(host, port, timeout=WAIT_SECONDS)
