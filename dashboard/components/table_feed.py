# SPDX-License-Identifier: Apache-2.0
"""What a live table shows: asked of the database once per period for all viewers of a filter.

The filter is the parameter ``q`` of the address. Rows that it is true for come by a question of their own;
what is the same for all filters comes by one that all viewers share.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import parse_qs

import msgspec

from dashboard.components.failure import failed, noticed
from dashboard.components.notices import first_run, slow_answer
from dashboard.components.row_history import RowHistory, Snapshot
from dashboard.database import Database
from dashboard.errors import DatabaseError, FilterError
from dashboard.filters.fields import Fields
from dashboard.filters.grammar import parse
from dashboard.filters.sql import condition
from dashboard.filters.tree import Node
from dashboard.parts.contract import (
    ADDRESS_LENGTH_MAX,
    NOTICE,
    Request,
    RowNews,
    TableRow,
    Update,
    fresh_parts,
    gone_parts,
)
from dashboard.parts.markup import Element, h
from dashboard.queries import Query
from dashboard.web.answer_cache import AnswerCache

Row = TypeVar("Row")
# The part that says how many rows there are.
COUNT = "count"
PARAMETER = "q"
# Histories of so many filters are kept; a browser whose filter was forgotten gets all of its rows again.
FILTER_COUNT_MAX = 32
# What a browser holds that was told that its filter cannot be read: no rows.
UNREADABLE = "unreadable"


class Question(NamedTuple, Generic[Row]):
    """A question, and the key and the cells of its rows."""

    query: Query[Row]
    key: Callable[[Row], str]
    cells: Callable[[Row], TableRow]


class Source(NamedTuple):
    """What a table shows.

    ``everything`` has a row for each object whatever the filter, ``filtered`` those that a condition on
    ``fields`` is true for. A row of the table has the cells of both. ``noun`` is the word for several.
    """

    title: str
    noun: str
    everything: Question[Any]
    filtered: Question[Any]
    fields: Fields


class TableFeed:
    """Answers the requests of a page with a table."""

    def __init__(
        self,
        database: Database,
        source: Source,
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._source = source
        self._now = now
        self._lock = threading.Lock()
        self._histories: OrderedDict[Node | None, RowHistory] = OrderedDict()
        self._everything: AnswerCache[None, Mapping[str, TableRow]] = AnswerCache(
            self._ask_everything, keep_seconds=keep_seconds
        )
        self._shared: AnswerCache[Node | None, Snapshot] = AnswerCache(
            self._take, keep_seconds=keep_seconds, maximum_count=FILTER_COUNT_MAX
        )

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
            everything = self._everything.get(None)
            if not everything:
                return noticed(request, first_run())
            wanted = read_filter(request.search, self._source.fields)
            snapshot = self._shared.get(wanted)
        except FilterError:
            return self._unreadable(request, len(everything))
        except DatabaseError as error:
            return failed(request, error, self._database.away_since)
        return Update(
            number=request.number,
            feed=snapshot.feed,
            cursor=snapshot.cursor,
            parts=fresh_parts(self._count(wanted, len(snapshot.lines), len(everything)), request.seen),
            gone=gone_parts([NOTICE], request.seen),
            rows=snapshot.news(request.seen),
        )

    def _unreadable(self, request: Request, total_count: int) -> Update:
        """Return no rows: the field of the filter says what is wrong with it."""
        words = f"none of {_counted(total_count, self._source.noun)}: the filter cannot be read"
        return Update(
            number=request.number,
            feed=UNREADABLE,
            cursor=1,
            parts=fresh_parts({COUNT: h("span", words)}, request.seen),
            gone=gone_parts([NOTICE], request.seen),
            rows=None if request.seen.feed == UNREADABLE and request.seen.cursor == 1 else RowNews(all=[]),
        )

    def _count(self, wanted: Node | None, shown_count: int, total_count: int) -> dict[str, Element]:
        # An object may be new to one of the two questions.
        total = _counted(max(shown_count, total_count), self._source.noun)
        return {COUNT: h("span", total if wanted is None else f"{shown_count:,} of {total}")}

    def _now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)

    def _ask_everything(self, _: None) -> Mapping[str, TableRow]:
        question = self._source.everything
        return {question.key(row): question.cells(row) for row in self._database.fetch(question.query)}

    def _take(self, wanted: Node | None) -> Snapshot:
        question, everything = self._source.filtered, self._everything.get(None)
        rows = self._database.fetch(question.query, condition=condition(wanted, self._source.fields))
        keyed = ((question.key(row), question.cells(row)) for row in rows)
        return self._history(wanted).take({key: cells | everything.get(key, {}) for key, cells in keyed})

    def _history(self, wanted: Node | None) -> RowHistory:
        with self._lock:
            history = self._histories.setdefault(wanted, RowHistory())
            self._histories.move_to_end(wanted)
            while len(self._histories) > FILTER_COUNT_MAX:
                self._histories.popitem(last=False)
            return history


def read_filter(search: str, fields: Fields) -> Node | None:
    """Return the filter of an address, None without one; raise FilterError for one that cannot be read."""
    if len(search) >= ADDRESS_LENGTH_MAX:
        # The browser cuts a longer one.
        raise FilterError("The address is too long.", 0, 1)
    texts = parse_qs(search.removeprefix("?")).get(PARAMETER)
    return None if texts is None else parse(texts[0], fields)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun.removesuffix('s') if count == 1 else noun}"
