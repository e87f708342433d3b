# SPDX-License-Identifier: Apache-2.0
"""What only the broker's management interface tells: messages in hand, who sends, who is enrolled.

It is a plugin, and its user has rights that no consumer needs: it is asked only where the settings say so.
"""

import base64
import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from consumer.errors import BrokerAway, BrokerRefused
from consumer.settings import ManagementSettings
from publisher.wire.broker import BrokerSettings, parse_url
from publisher.wire.settings import SettingsError, read_secret
from publisher.wire.topics import INGEST_QUEUE, SAMPLES_EXCHANGE

_DENIED = frozenset({401, 403})
# Names and figures of 10,000 connections.
_ANSWER_BYTES_MAX = 64 * 1024 * 1024
# Counts are told where no figures are collected too; the answer about bytes is an empty list there.
_COUNTS = "disable_stats=true&enable_queue_totals=true"
_SIZES = "columns=message_bytes_ready"
_CONNECTION_FIELDS = "columns=user,vhost,recv_oct_details.rate"


class Management(NamedTuple):
    """``enrolled_hosts`` is None where the user may not read other users' permissions."""

    in_hand_message_count: int | None
    # Of messages that are ready.
    backlog_bytes: int | None
    sent_bytes_per_second: dict[str, float]
    enrolled_hosts: list[str] | None


def read_management(settings: ManagementSettings, broker: BrokerSettings) -> Management:
    """Ask the management interface; raise BrokerAway, BrokerRefused or SettingsError."""
    ask = _Asker(settings, broker)
    virtual_host = quote(parse_url(broker.url).virtual_host, safe="")
    queue, sizes = (
        ask.answer(f"queues/{virtual_host}/{INGEST_QUEUE}?{fields}") for fields in (_COUNTS, _SIZES)
    )
    connections = ask.answer(f"vhosts/{virtual_host}/connections?{_CONNECTION_FIELDS}")
    try:
        rights = ask.answer(f"vhosts/{virtual_host}/topic-permissions")
    except BrokerRefused:
        rights = None
    try:
        return Management(
            # A quorum queue tells its figures every five seconds, and none before the first time.
            _whole(queue.get("messages_unacknowledged")),
            _whole(dict(sizes).get("message_bytes_ready")),
            _rates(connections),
            None if rights is None else _hosts(rights),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BrokerAway(f"the management interface gave an unknown answer: {error!r}") from error


class _Asker:
    def __init__(self, settings: ManagementSettings, broker: BrokerSettings) -> None:
        url = settings.url or ""
        if urlsplit(url).scheme not in ("http", "https"):
            raise SettingsError("[management] url: write it as http://server:15672 or https://…")
        self._url = url.rstrip("/")
        self._timeout_seconds = settings.timeout_seconds
        password = read_secret(settings.password_file) if settings.password_file else ""
        self._login = base64.b64encode(f"{settings.user}:{password}".encode()).decode()
        try:
            tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=broker.ca_file))
        except OSError as error:
            raise SettingsError(f"[broker] ca_file {broker.ca_file}: {error}") from error
        # A proxy meant for the outside world must not see requests to the broker.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), tls)

    def answer(self, path: str) -> Any:
        """Return a decoded answer; ``path`` follows /api/."""
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            f"{self._url}/api/{path}", headers={"Authorization": f"Basic {self._login}"}
        )
        try:
            with self._opener.open(request, timeout=self._timeout_seconds) as answer:
                return json.loads(answer.read(_ANSWER_BYTES_MAX))
        except urllib.error.HTTPError as error:
            with error:
                if error.code in _DENIED:
                    raise BrokerRefused(f"the management interface refuses {path}: {error.code}") from error
                raise BrokerAway(f"the management interface answered {error.code} to {path}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BrokerAway(f"the management interface does not answer: {error}") from error


def _whole(figure: Any) -> int | None:
    return None if figure is None else int(figure)


def _rates(connections: Any) -> dict[str, float]:
    """Return what each user sends; nothing where the broker collects no figures of connections."""
    rates: dict[str, float] = {}
    for connection in connections:
        details = connection.get("recv_oct_details")
        if details is not None:
            rates[str(connection["user"])] = rates.get(str(connection["user"]), 0.0) + float(details["rate"])
    return rates


def _hosts(rights: Any) -> list[str]:
    return sorted({str(right["user"]) for right in rights if right["exchange"] == SAMPLES_EXCHANGE})
