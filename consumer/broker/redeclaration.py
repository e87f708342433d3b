# SPDX-License-Identifier: Apache-2.0
"""Exchanges, queues and bindings declared again and again while connected.

Somebody may delete a binding or an exchange. Publishers then keep their messages, and no connection ends that
would have it declared anew. It has a channel of its own: a refusal closes no channel with deliveries.
"""

from typing import Any

import structlog

from consumer.broker.topology import declare
from consumer.settings import IngestSettings

PERIOD_SECONDS = 20.0


class Redeclaration:
    """The rounds of one connection of pika's SelectConnection, on its loop; they end with it."""

    def __init__(self, connection: Any, settings: IngestSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Declare everything again after each period."""
        self._connection.ioloop.call_later(PERIOD_SECONDS, self._open)

    def _open(self) -> None:
        if self._connection.is_open:
            self._connection.channel(on_open_callback=self._declare)
            self.start()

    def _declare(self, channel: Any) -> None:
        channel.add_on_close_callback(self._on_end)
        declare(channel, self._settings)
        # After the answers: the broker works off a channel in order.
        channel.close()

    def _on_end(self, _channel: Any, reason: Exception) -> None:
        # Our own close has the code 0 or 200.
        if getattr(reason, "reply_code", 0) not in (0, 200):
            self._log.warning("topology_differs", reason=str(reason))
