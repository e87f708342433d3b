# SPDX-License-Identifier: Apache-2.0
"""The rows of a table as they changed, so that a browser gets those that changed since it saw them.

A browser names the feed and the cursor that it has seen. A feed lives as long as its history; a browser of
another one gets everything.
"""

import secrets
import threading
from collections.abc import Mapping
from typing import NamedTuple

from dashboard.parts.contract import RowNews, Seen, TableRow

# More than a cell shows; a single precision number that becomes a double has ten more that mean nothing.
SIGNIFICANT_DIGITS = 4
# When more rows went, the oldest are forgotten: whoever may hold one of them gets all rows.
REMOVED_COUNT_MAX = 1000


class _Line(NamedTuple):
    """A row with the cursors at which it came first and changed last."""

    cells: TableRow
    added_cursor: int
    changed_cursor: int


class _Removed(NamedTuple):
    """A row that went, with the cursors at which it came first and went."""

    added_cursor: int
    removed_cursor: int


class Snapshot(NamedTuple):
    """All rows at one moment. ``feed`` names the history that they are of."""

    feed: str
    cursor: int
    # Whoever saw no more than this gets all rows: of a row that went and came back he may hold either.
    whole_until: int
    lines: Mapping[str, _Line]
    # By key, the oldest first.
    removed: Mapping[str, _Removed]

    def news(self, seen: Seen) -> RowNews | None:
        """Return what changed since a browser saw it, None where nothing did."""
        since = seen.cursor if seen.feed == self.feed and seen.cursor <= self.cursor else 0
        lines = self.lines.values()
        if since <= self.whole_until:
            return RowNews(all=[line.cells for line in lines])
        news = RowNews(
            add=[line.cells for line in lines if line.added_cursor > since],
            update=[line.cells for line in lines if line.added_cursor <= since < line.changed_cursor],
            remove=[
                key for key, gone in self.removed.items() if gone.added_cursor <= since < gone.removed_cursor
            ],
        )
        return news if news.add or news.update or news.remove else None


class RowHistory:
    """Takes the rows of a question again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = Snapshot(secrets.token_hex(8), 0, 0, {}, {})

    def take(self, rows: Mapping[str, TableRow]) -> Snapshot:
        """Return the rows, by key, with what changed since those before them."""
        with self._lock:
            self._last = _following(self._last, rows)
            return self._last


def _following(last: Snapshot, rows: Mapping[str, TableRow]) -> Snapshot:
    cursor = last.cursor + 1
    lines = {}
    for key, row in rows.items():
        cells, old = _rounded(row), last.lines.get(key)
        if old is None:
            lines[key] = _Line(cells, cursor, cursor)
        else:
            lines[key] = old if old.cells == cells else _Line(cells, old.added_cursor, cursor)
    removed = {key: gone for key, gone in last.removed.items() if key not in lines}
    whole_until = last.whole_until if len(removed) == len(last.removed) else last.cursor
    for key, line in last.lines.items():
        if key not in lines:
            removed[key] = _Removed(line.added_cursor, cursor)
    while len(removed) > REMOVED_COUNT_MAX:
        whole_until = max(whole_until, removed.pop(next(iter(removed))).removed_cursor - 1)
    return Snapshot(last.feed, cursor, whole_until, lines, removed)


def _rounded(cells: TableRow) -> TableRow:
    return {
        name: float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value
        for name, value in cells.items()
    }
