# SPDX-License-Identifier: Apache-2.0
"""Deliveries between the subscriber's thread and the intake's, and whose are among them."""

import queue
import threading
from collections import Counter

from consumer.delivery import Delivery


class Inbox:
    """A queue that knows which senders' messages wait in it; prefetch bounds its length."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()

    def put(self, delivery: Delivery) -> None:
        """Add a delivery; never blocks."""
        with self._lock:
            self._waiting[delivery.routing_key] += 1
        self._queue.put(delivery)

    def get(self, timeout_seconds: float) -> Delivery:
        """Return the oldest delivery; raise queue.Empty if none comes in time."""
        delivery = self._queue.get(timeout=timeout_seconds)
        with self._lock:
            self._waiting[delivery.routing_key] -= 1
            if not self._waiting[delivery.routing_key]:
                del self._waiting[delivery.routing_key]
        return delivery

    def holds(self, routing_key: str) -> bool:
        """Tell whether a message with this key waits."""
        with self._lock:
            return routing_key in self._waiting
