# SPDX-License-Identifier: Apache-2.0
"""How many bytes of messages are in hand: received and not acknowledged, of whatever channel."""

import threading
from collections.abc import Iterable

from consumer.broker.receipts import Receipt


class Hand:
    """Bounded by bytes; several threads acknowledge."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._sizes: dict[Receipt, int] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, receipt: Receipt, size: int) -> None:
        """Note a delivery."""
        with self._lock:
            self._sizes[receipt] = size
            self._bytes += size

    def remove(self, receipts: Iterable[Receipt]) -> None:
        """Note that deliveries are done with."""
        with self._lock:
            self._bytes -= sum(self._sizes.pop(receipt, 0) for receipt in receipts)

    def fits(self, size: int) -> bool:
        """Tell whether a message may be taken; a single one always."""
        return not self._sizes or self._bytes + size <= self._limit_bytes

    @property
    def is_half_free(self) -> bool:
        """Whether it is worth it to ask for more after it was full."""
        return self._bytes <= self._limit_bytes // 2
