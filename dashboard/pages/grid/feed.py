# SPDX-License-Identifier: Apache-2.0
"""What the grid shows, and what of it changed: taken from the database once per period for all viewers.

A browser names the feed and the cursor it has seen and gets the cards that changed since. A feed lives as
long as the process; a browser of an older one gets everything.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dashboard.components.notices import banner, first_run, schema_missing, slow_answer
from dashboard.database import Database
from dashboard.errors import DatabaseError, DatabaseUnavailableError, SchemaMissingError
from dashboard.pages.grid.host_card import SHOWN_DOMAIN_COUNT, host_card
from dashboard.pages.grid.host_card_templates import TEMPLATES
from dashboard.pages.grid.queries import GRID_DOMAINS, GRID_HOSTS, NO_DOMAINS
from dashboard.pages.grid.summary import summary
from dashboard.parts.markup import Element
from dashboard.parts.template import described
from dashboard.web.answer_cache import AnswerCache
from dashboard.web.requests import GridRequest

Answer = dict[str, Any]


class Versioned(NamedTuple):
    """A piece of the grid, what it was made of, and the cursor at which it changed last."""

    cursor: int
    rows: object
    element: Element


class Snapshot(NamedTuple):
    """The grid at one moment. ``order_cursor`` is when hosts came or went."""

    cursor: int
    order_cursor: int
    cards: dict[str, Versioned]
    summary: Versioned


class GridFeed:
    """Answers the asks of the grid page."""

    def __init__(
        self,
        database: Database,
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._now = now
        self._name = secrets.token_hex(8)
        self._templates = described(TEMPLATES)
        self._last = Snapshot(0, 0, {}, Versioned(0, None, []))
        self._shared: AnswerCache[None, Snapshot] = AnswerCache(self._take, keep_seconds=keep_seconds)

    def answer(self, request: GridRequest) -> Answer:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        news = self._news(request)
        # Stamped last: the browser measures ages against the moment that an answer leaves.
        return news | {"number": request.number, "now_ms": round(self._now().timestamp() * 1000)}

    def late(self, number: int) -> Answer:
        """Return what to say while an answer takes too long."""
        now_ms = round(self._now().timestamp() * 1000)
        return {"number": number, "now_ms": now_ms, "banner": slow_answer()}

    def _news(self, request: GridRequest) -> Answer:
        try:
            snapshot = self._shared.get(None)
        except SchemaMissingError as error:
            return {"state": schema_missing(str(error))}
        except DatabaseUnavailableError:
            return {"banner": banner("The database is away", self._database.away_since)}
        except DatabaseError as error:
            return {"banner": banner(f"The database refused: {error}", None)}
        if not snapshot.cards:
            return {"state": first_run()}
        since = request.cursor if request.feed == self._name and request.cursor <= snapshot.cursor else 0
        changed = {host: piece.element for host, piece in snapshot.cards.items() if piece.cursor > since}
        answer: Answer = {"feed": self._name, "cursor": snapshot.cursor, "cards": changed}
        if since == 0:
            answer["templates"] = self._templates
        if snapshot.order_cursor > since:
            answer["order"] = list(snapshot.cards)
        if snapshot.summary.cursor > since:
            answer["summary"] = snapshot.summary.element
        return answer

    def _take(self, _: None) -> Snapshot:
        hosts = self._database.fetch(GRID_HOSTS)
        domains = self._database.fetch(GRID_DOMAINS, {"shown_count": SHOWN_DOMAIN_COUNT})
        of_host = {each.host: each for each in domains}
        last, cursor = self._last, self._last.cursor + 1
        cards = {}
        for host in hosts:
            rows, old = (host, of_host.get(host.host, NO_DOMAINS)), last.cards.get(host.host)
            # Between two samples of a host nothing of it is made anew.
            if old is not None and old.rows == rows:
                cards[host.host] = old
            else:
                cards[host.host] = _versioned(old, Versioned(cursor, rows, host_card(*rows)))
        self._last = Snapshot(
            cursor=cursor,
            order_cursor=last.order_cursor if list(cards) == list(last.cards) else cursor,
            cards=cards,
            summary=_versioned(last.summary, Versioned(cursor, None, summary(hosts, domains))),
        )
        return self._last


def _versioned(last: Versioned | None, fresh: Versioned) -> Versioned:
    """Return the fresh piece, as old as the last one if they look alike."""
    is_alike = last is not None and last.element == fresh.element
    return fresh._replace(cursor=last.cursor) if last is not None and is_alike else fresh
