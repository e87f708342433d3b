# SPDX-License-Identifier: Apache-2.0
"""Which messages of the spool are with the broker, or may be: those must not be counted as dropped.

A message is on its way from being sent until the broker's answer. When the connection ends first, it is not
known whether the broker has it. It is sent again, and only a confirm settles it: a refusal is about the copy
sent last. Sequences of one epoch; not thread-safe.
"""

from collections.abc import Collection, Iterable


class Transit:
    """The sequences on their way, those of unknown fate, and those confirmed but not deleted yet."""

    def __init__(self) -> None:
        self.on_its_way: set[int] = set()
        # Sent over a connection that ended before the answer, however long ago, by an earlier process too.
        self.unknown: set[int] = set()
        # Their deletion failed: not sent again, deleted at the next occasion.
        self.confirmed: set[int] = set()

    def kept(self) -> set[int]:
        """Return what the broker has or may have, but for what it has confirmed."""
        return self.on_its_way | self.unknown

    def send(self, sequences: Iterable[int]) -> None:
        """Take note of messages that are handed to the connection."""
        self.on_its_way.update(sequences)

    def confirm(self, sequences: Collection[int]) -> None:
        """Take note of messages that the broker has."""
        self.forget(sequences)
        self.confirmed.update(sequences)

    def refuse(self, sequences: Iterable[int]) -> None:
        """Take note of messages that the broker did not take this time."""
        self.on_its_way.difference_update(sequences)

    def forget(self, sequences: Collection[int]) -> None:
        """Take note of messages whose fate no longer matters."""
        self.on_its_way.difference_update(sequences)
        self.unknown.difference_update(sequences)

    def lose(self) -> None:
        """Take note that the connection has ended, if there was one."""
        self.unknown |= self.on_its_way
        self.on_its_way.clear()

    def clear(self) -> None:
        """Forget all: another epoch has begun."""
        self.on_its_way.clear()
        self.unknown.clear()
        self.confirmed.clear()
