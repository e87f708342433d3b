# SPDX-License-Identifier: Apache-2.0
"""The cells of one map as they changed, so that a browser gets those that changed since it saw them."""

import secrets
import threading
from typing import NamedTuple

from dashboard.pages.fleet.map_cells import Shown
from dashboard.parts.contract import CellMap, CellNews, Seen


class CellSnapshot(NamedTuple):
    """A map at one moment. ``feed`` names the history that it is of.

    ``map_cursor`` is when cells came, went or moved, ``cursors`` when each of them changed.
    """

    feed: str
    cursor: int
    map_cursor: int
    shown: Shown
    cursors: list[int]

    def news(self, seen: Seen) -> CellNews | None:
        """Return what changed since a browser saw it, None where nothing did."""
        since = seen.cursor if seen.feed == self.feed and seen.cursor <= self.cursor else 0
        cells, *columns = self.shown
        if since < self.map_cursor:
            levels, states, stale_seconds = columns
            return CellNews(all=cells, levels=levels, states=states, stale_seconds=stale_seconds)
        places = [place for place, cursor in enumerate(self.cursors) if cursor > since]
        if not places:
            return None
        levels, states, stale_seconds = ([column[place] for place in places] for column in columns)
        return CellNews(places=places, levels=levels, states=states, stale_seconds=stale_seconds)


class CellHistory:
    """Takes the cells of one view again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = CellSnapshot(secrets.token_hex(8), 0, 0, Shown(CellMap(keys=[]), [], [], []), [])

    def take(self, shown: Shown) -> CellSnapshot:
        """Return the cells with what changed since those before them."""
        with self._lock:
            last, cursor = self._last, self._last.cursor + 1
            if last.cursor == 0 or shown.cells != last.shown.cells:
                self._last = CellSnapshot(last.feed, cursor, cursor, shown, [cursor] * len(shown.levels))
                return self._last
            before, after = zip(*last.shown[1:], strict=True), zip(*shown[1:], strict=True)
            changed = zip(last.cursors, before, after, strict=True)
            cursors = [old if one == other else cursor for old, one, other in changed]
            self._last = CellSnapshot(last.feed, cursor, last.map_cursor, shown, cursors)
            return self._last
