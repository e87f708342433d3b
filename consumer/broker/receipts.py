# SPDX-License-Identifier: Apache-2.0
"""Which deliveries may be acknowledged: the bookkeeping of tags. Pure; used by one thread.

A tag means something on the channel it came from only, so every receipt carries its generation (one per
channel). ``note_stored`` gives the tag of one multiple ack: all deliveries up to it are stored. A receipt of
an earlier generation is ignored: the broker has already put that message back.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple


class Receipt(NamedTuple):
    """Names one delivery for as long as its channel lives."""

    generation: int
    tag: int


class Receipts:
    """The deliveries of the present channel that are not acknowledged yet, oldest first."""

    def __init__(self) -> None:
        self._generation = 0
        self._outstanding: deque[int] = deque()
        self._stored: set[int] = set()

    def renew(self) -> None:
        """Forget all deliveries: a new channel was opened."""
        self._generation += 1
        self._outstanding.clear()
        self._stored.clear()

    def deliver(self, tag: int) -> Receipt:
        """Note a delivery; tags grow by one on a channel."""
        self._outstanding.append(tag)
        return Receipt(self._generation, tag)

    def note_stored(self, receipts: Iterable[Receipt]) -> int | None:
        """Note that these are stored; return the tag up to which all are, or None if that has not changed."""
        current = self._generation
        self._stored.update(receipt.tag for receipt in receipts if receipt.generation == current)
        last = None
        while self._outstanding and self._outstanding[0] in self._stored:
            last = self._outstanding.popleft()
            self._stored.discard(last)
        return last
