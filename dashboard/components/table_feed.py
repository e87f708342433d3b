# SPDX-License-Identifier: Apache-2.0
"""The rows of a live table, and which of them changed: asked of the database once per period for all viewers.

A browser names the feed and the cursor that it has seen. It gets all rows, or those that changed since.
A feed lives as long as the process; a browser of an older one gets everything.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from dashboard.components.failure import failed, noticed
from dashboard.components.notices import first_run, slow_answer
from dashboard.database import Database
from dashboard.errors import DatabaseError
from dashboard.parts.contract import NOTICE, Request, RowNews, TableRow, Update, fresh_parts, gone_parts
from dashboard.parts.markup import Element
from dashboard.queries import Query
from dashboard.web.answer_cache import AnswerCache

Row = TypeVar("Row")
# More than a cell shows; a single precision number that becomes a double has ten more that mean nothing.
SIGNIFICANT_DIGITS = 4
# When more rows went, the oldest are forgotten: whoever may hold one of them gets all rows.
REMOVED_COUNT_MAX = 1000


class Source(NamedTuple, Generic[Row]):
    """What a table shows: a question, the key and the cells of its rows, and the parts beside them."""

    title: str
    query: Query[Row]
    key: Callable[[Row], str]
    cells: Callable[[Row], TableRow]
    parts: Callable[[Sequence[Row]], Mapping[str, Element]]


class _Line(NamedTuple):
    """A row with the cursors at which it came first and changed last."""

    cells: TableRow
    added_cursor: int
    changed_cursor: int


class _Removed(NamedTuple):
    """A row that went, with the cursors at which it came first and went."""

    added_cursor: int
    removed_cursor: int


class _Snapshot(NamedTuple):
    cursor: int
    # Whoever saw no more than this gets all rows: of a row that went and came back he may hold either.
    whole_until: int
    lines: dict[str, _Line]
    # By key, the oldest first.
    removed: dict[str, _Removed]
    parts: Mapping[str, Element]


class TableFeed(Generic[Row]):
    """Answers the requests of a page with a table."""

    def __init__(
        self,
        database: Database,
        source: Source[Row],
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._source = source
        self._now = now
        self._name = secrets.token_hex(8)
        self._last = _Snapshot(0, 0, {}, {}, {})
        self._shared: AnswerCache[None, _Snapshot] = AnswerCache(self._take, keep_seconds=keep_seconds)

    def answer(self, request: Request) -> Update:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        update = self._news(request)
        # Stamped last: the browser measures ages against the moment that an answer leaves.
        return msgspec.structs.replace(update, title=self._source.title, now_ms=self._now_ms())

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return Update(number=number, now_ms=self._now_ms(), banner=slow_answer())

    def _news(self, request: Request) -> Update:
        try:
            snapshot = self._shared.get(None)
        except DatabaseError as error:
            return failed(request, error, self._database.away_since)
        if not snapshot.lines:
            return noticed(request, first_run())
        seen = request.seen
        since = seen.cursor if seen.feed == self._name and seen.cursor <= snapshot.cursor else 0
        return Update(
            number=request.number,
            feed=self._name,
            cursor=snapshot.cursor,
            parts=fresh_parts(snapshot.parts, seen),
            gone=gone_parts([NOTICE], seen),
            rows=_row_news(snapshot, since),
        )

    def _now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)

    def _take(self, _: None) -> _Snapshot:
        rows = self._database.fetch(self._source.query)
        last, cursor = self._last, self._last.cursor + 1
        lines = {}
        for row in rows:
            key, cells = self._source.key(row), _rounded(self._source.cells(row))
            old = last.lines.get(key)
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
        self._last = _Snapshot(
            cursor=cursor,
            whole_until=whole_until,
            lines=lines,
            removed=removed,
            parts=self._source.parts(rows),
        )
        return self._last


def _rounded(cells: TableRow) -> TableRow:
    return {
        name: float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value
        for name, value in cells.items()
    }


def _row_news(snapshot: _Snapshot, since: int) -> RowNews | None:
    """Return what changed after a cursor, None where nothing did."""
    lines = snapshot.lines.values()
    if since <= snapshot.whole_until:
        return RowNews(all=[line.cells for line in lines])
    news = RowNews(
        add=[line.cells for line in lines if line.added_cursor > since],
        update=[line.cells for line in lines if line.added_cursor <= since < line.changed_cursor],
        remove=[
            key for key, gone in snapshot.removed.items() if gone.added_cursor <= since < gone.removed_cursor
        ],
    )
    return news if news.add or news.update or news.remove else None
