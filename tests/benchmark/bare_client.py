# SPDX-License-Identifier: Apache-2.0
"""The receiving ceiling of the drain: a process that receives and acknowledges and does nothing else.

``python -m tests.benchmark.bare_client URL QUEUE COUNT PREFETCH BATCH``: pika's SelectConnection, as the
consumer has it. One acknowledgement for BATCH messages, as the consumer sends one for a flush. A line of JSON
at the end: seconds from the end of the first batch to that of the last, the messages between, CPU seconds.
"""

import json
import sys
import time
from typing import Any

import pika


class BareClient:
    """Counts messages."""

    def __init__(self, count: int, prefetch_count: int, batch_count: int, queue: str) -> None:
        self._count = count
        self._prefetch_count = prefetch_count
        self._batch_count = batch_count
        self._queue = queue
        self._received_count = 0
        self._began: tuple[float, float, int] | None = None

    def on_open(self, connection: Any) -> None:
        """Open the channel."""
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        channel.basic_qos(prefetch_count=self._prefetch_count)
        channel.basic_consume(self._queue, self._on_message)

    def _on_message(self, channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        self._received_count += 1
        ended = self._received_count == self._count
        if ended or self._received_count % self._batch_count == 0:
            channel.basic_ack(method.delivery_tag, multiple=True)
            if self._began is None:
                self._began = time.monotonic(), time.process_time(), self._received_count
        if ended:
            channel.connection.close()

    def result(self) -> dict[str, float]:
        """Return what was counted."""
        assert self._began is not None
        at_seconds, cpu_seconds, count = self._began
        return {
            "seconds": time.monotonic() - at_seconds,
            "cpu_seconds": time.process_time() - cpu_seconds,
            "message_count": self._received_count - count,
        }


def main() -> None:
    """Receive until all are there."""
    url, queue, count, prefetch_count, batch_count = sys.argv[1:]
    client = BareClient(int(count), int(prefetch_count), int(batch_count), queue)
    connection = pika.SelectConnection(
        pika.URLParameters(url),
        on_open_callback=client.on_open,
        on_close_callback=lambda closed, _reason: closed.ioloop.stop(),
    )
    connection.ioloop.start()
    sys.stdout.write(json.dumps(client.result()) + "\n")


if __name__ == "__main__":
    main()
