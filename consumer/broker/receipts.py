# SPDX-License-Identifier: Apache-2.0
"""Which deliveries may be acknowledged: the bookkeeping of tags. Pure; used by one thread.

A tag means something on the channel it came from only, so every receipt carries its generation (one per
channel). ``note_stored`` gives one multiple ack, up to which all deliveries are stored. Those stored behind a
delivery that waits get single ones. A receipt of an earlier generation is ignored: the broker has already put
that message back.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple


class Receipt(NamedTuple):
    """Names one delivery for as long as its channel lives."""

    generation: int
    tag: int


class Ack(NamedTuple):
    """One basic.ack; ``multiple``: of all up to the tag."""

    tag: int
    multiple: bool


class Receipts:
    """The deliveries of the present channel that are not acknowledged yet, oldest first."""

    def __init__(self) -> None:
        self._generation = 0
        self._outstanding: deque[int] = deque()
        self._stored: set[int] = set()
        # Those of them that were acknowledged one by one.
        self._acknowledged: set[int] = set()

    def renew(self) -> None:
        """Forget all deliveries: a new channel was opened."""
        self._generation += 1
        self._outstanding.clear()
        self._stored.clear()
        self._acknowledged.clear()

    def deliver(self, tag: int) -> Receipt:
        """Note a delivery; tags grow by one on a channel."""
        self._outstanding.append(tag)
        return Receipt(self._generation, tag)

    def note_stored(self, receipts: Iterable[Receipt]) -> list[Ack]:
        """Note that these are stored; return the acks to send, in this order."""
        current = self._generation
        stored = {receipt.tag for receipt in receipts if receipt.generation == current}
        self._stored |= stored
        last = None
        while self._outstanding and self._outstanding[0] in self._stored:
            tag = self._outstanding.popleft()
            self._stored.discard(tag)
            stored.discard(tag)
            if tag in self._acknowledged:
                # The broker closes the channel over a tag that it does not know any more.
                self._acknowledged.discard(tag)
            else:
                last = tag
        acks = [] if last is None else [Ack(last, multiple=True)]
        # Behind one that waits: it must not use up the window for the others.
        self._acknowledged |= stored
        return acks + [Ack(tag, multiple=False) for tag in sorted(stored)]
