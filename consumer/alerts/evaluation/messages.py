# SPDX-License-Identifier: Apache-2.0
"""Messages as columns: host, the time it claims, when they were taken by the clocks here, tick. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from consumer.alerts.evaluation.rows import Column, Rows
from consumer.alerts.windows import Numbers, Places

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_BITS: Final = 37


class Messages(NamedTuple):
    """Messages; ``claimed`` is microseconds since 2000, as PostgreSQL has it."""

    hosts: Places
    claimed: Places
    taken: Numbers
    ticks: Numbers

    @property
    def message_count(self) -> int:
        """How many there are."""
        return len(self.hosts)

    def moments(self, chosen: Iterable[int]) -> list[datetime]:
        """Return the claimed times of some of them."""
        return [_EPOCH + timedelta(microseconds=int(self.claimed[each])) for each in chosen]


def messages(columns: Sequence[object]) -> Messages:
    """Return what arrived.sql and past.sql answer."""
    hosts, claimed, taken, ticks = columns
    return Messages(whole(hosts), _wide(claimed), numbers(taken), numbers(ticks))


def whole(column: object) -> Places:
    """Return integers of four bytes."""
    return np.frombuffer(_bytes(column), dtype=">i4").astype(np.int64)


def numbers(column: object) -> Numbers:
    """Return numbers of eight bytes."""
    return np.frombuffer(_bytes(column), dtype=">f8").astype(np.float64)


def rows_of(found: Messages, answer: Sequence[object], names: Sequence[str], words: frozenset[str]) -> Rows:
    """Return the rows of an answer that belong to these messages."""
    hosts, claimed, owners = whole(answer[0]), _wide(answer[1]), whole(answer[2])
    parts = None if answer[3] is None else _list(answer[3])
    at = _places(found, hosts, claimed)
    kept = np.flatnonzero(at >= 0)
    at = at[kept]
    columns: dict[str, Column] = {}
    for name, column in zip(names, answer[4:], strict=True):
        if name in words:
            listed = _list(column)
            columns[name] = [listed[row] for row in kept.tolist()]
        else:
            columns[name] = numbers(column)[kept]
    return Rows(
        owners[kept],
        None if parts is None else [str(parts[row]) for row in kept.tolist()],
        hosts[kept],
        found.taken[at],
        found.ticks[at],
        columns,
    )


def _places(found: Messages, hosts: Places, claimed: Places) -> Places:
    """Return which message each row is of, -1 for none of these."""
    if not found.message_count:
        return np.full(len(hosts), -1, dtype=np.int64)
    first = int(found.claimed.min())
    keys = (found.hosts << _BITS) + (found.claimed - first)
    order = np.argsort(keys)
    wanted = (hosts << _BITS) + (claimed - first)
    at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    return np.where(keys[at] == wanted, at, -1)


def _wide(column: object) -> Places:
    return np.frombuffer(_bytes(column), dtype=">i8").astype(np.int64)


def _bytes(column: object) -> bytes:
    if column is None:
        return b""
    assert isinstance(column, bytes)  # noqa: S101 - as the statement says
    return column


def _list(column: object) -> list[str | None]:
    if column is None:
        return []
    assert isinstance(column, list)  # noqa: S101 - as the statement says
    return column
