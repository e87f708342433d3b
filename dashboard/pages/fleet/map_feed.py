# SPDX-License-Identifier: Apache-2.0
"""The map of a large fleet: one history of cells for each view, which all viewers of it share."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dashboard.database import Database
from dashboard.errors import FilterError
from dashboard.filters.fields import HOST_FIELDS
from dashboard.filters.sql import condition
from dashboard.pages.fleet.cell_history import CellHistory, CellSnapshot
from dashboard.pages.fleet.map_cells import shown
from dashboard.pages.fleet.map_view import MapView, controls, read_choices, read_view, tag_prefixes
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.contract import CellMap, CellNews, Request
from dashboard.parts.markup import Element
from dashboard.queries.hosts import HOSTS_QUERY
from dashboard.web.answer_cache import AnswerCache

# Histories of so many views are kept; a browser whose view was forgotten gets all of its cells again.
VIEW_COUNT_MAX = 32
# What a browser holds that was told that its filter cannot be read: no cells.
UNREADABLE = "unreadable"


class MapAnswer(NamedTuple):
    """What a map says to one browser; ``feed`` and ``cursor`` are for its next request."""

    feed: str
    cursor: int
    cells: CellNews | None
    controls: Element


class MapFeed:
    """Answers for the maps of all views. ``hosts`` returns the hosts as they are now."""

    def __init__(
        self, database: Database, hosts: Callable[[], Sequence[FleetHost]], *, keep_seconds: float
    ) -> None:
        self._database = database
        self._hosts = hosts
        self._lock = threading.Lock()
        self._histories: OrderedDict[MapView, CellHistory] = OrderedDict()
        self._shared: AnswerCache[MapView, CellSnapshot] = AnswerCache(
            self._take, keep_seconds=keep_seconds, maximum_count=VIEW_COUNT_MAX
        )

    def answer(self, request: Request) -> MapAnswer:
        """Return the news of the map that an address asks for; raise a DatabaseError."""
        hosts, seen = self._hosts(), request.seen
        prefixes = tag_prefixes(hosts)
        try:
            view = read_view(request.search)
        except FilterError:
            words = f"none of {len(hosts):,} hosts: the filter cannot be read"
            is_known = seen.feed == UNREADABLE and seen.cursor == 1
            cells = None if is_known else CellNews(all=CellMap(keys=[]))
            head = controls(read_choices(request.search), request.search, prefixes, words)
            return MapAnswer(UNREADABLE, 1, cells, head)
        snapshot = self._shared.get(view)
        count = len(snapshot.shown.levels)
        words = f"{len(hosts):,} hosts" if view.wanted is None else f"{count:,} of {len(hosts):,} hosts"
        head = controls(view, request.search, prefixes, words)
        return MapAnswer(snapshot.feed, snapshot.cursor, snapshot.news(seen), head)

    def _take(self, view: MapView) -> CellSnapshot:
        hosts = self._hosts()
        if view.wanted is not None:
            rows = self._database.fetch(HOSTS_QUERY, condition=condition(view.wanted, HOST_FIELDS))
            found = {row.host for row in rows}
            hosts = [host for host in hosts if host.host in found]
        return self._history(view).take(shown(view, hosts))

    def _history(self, view: MapView) -> CellHistory:
        with self._lock:
            history = self._histories.setdefault(view, CellHistory())
            self._histories.move_to_end(view)
            while len(self._histories) > VIEW_COUNT_MAX:
                self._histories.popitem(last=False)
            return history
