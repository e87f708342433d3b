# SPDX-License-Identifier: Apache-2.0
"""Deliveries between the subscriber's thread and the intake's, and whose are among them."""

import queue

from consumer.broker.delivery import Delivery


class Inbox:
    """A queue that knows which senders' messages wait in it; prefetch bounds its length.

    One thread puts, one gets. Neither takes a lock: that would cost more than all else here.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        # Deliveries are numbered from 1; of each key, the last that was put in and has not come out.
        self._last: dict[str, int] = {}
        self._put_count = self._got_count = 0

    def put(self, delivery: Delivery) -> None:
        """Add a delivery; never blocks."""
        self._put_count += 1
        self._last[delivery.routing_key] = self._put_count
        self._queue.put(delivery)

    def get(self, timeout_seconds: float) -> Delivery:
        """Return the oldest delivery; raise queue.Empty if none comes in time."""
        delivery = self._queue.get(timeout=timeout_seconds)
        self._got_count += 1
        if self._last.get(delivery.routing_key) == self._got_count:
            # One of this key that is put in right now is forgotten: ``holds`` says no too often, never yes.
            self._last.pop(delivery.routing_key, None)
        return delivery

    def holds(self, routing_key: str) -> bool:
        """Tell whether a message with this key waits, as far as is known; for the thread that gets."""
        return self._last.get(routing_key, 0) > self._got_count
