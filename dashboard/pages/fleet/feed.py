# SPDX-License-Identifier: Apache-2.0
"""What the grid shows, and what of it changed: taken from the database once per period for all viewers.

A browser names the feed and the cursor it has seen, and gets the cards that changed since. A card whose last
version it holds travels as what differs. A feed lives as long as the process; a browser of an older one gets
everything.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from dashboard.components.failure import failed, noticed
from dashboard.components.notices import first_run, slow_answer
from dashboard.database import Database
from dashboard.errors import DatabaseError
from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT, host_card
from dashboard.pages.fleet.host_card_templates import TEMPLATES
from dashboard.pages.fleet.queries import CARD_DOMAINS, FLEET_HOSTS, NO_DOMAINS
from dashboard.pages.fleet.silence import silence_banner
from dashboard.pages.fleet.summary import summary
from dashboard.parts.change import Change, change
from dashboard.parts.contract import NOTICE, Items, Part, Request, Update, gone_parts, unseen
from dashboard.parts.markup import Element
from dashboard.parts.template import described
from dashboard.web.answer_cache import AnswerCache

SUMMARY = "summary"
HOST_CARDS = "host-cards"
TITLE = "Fleet · kvmgrid"


class Card(NamedTuple):
    """A card, what it was made of, and the cursors of this version and of the one before.

    ``change`` makes the version before this one; None where there was none of its shape.
    """

    rows: object
    element: Element
    cursor: int
    cursor_before: int = 0
    change: "Change | None" = None


class Snapshot(NamedTuple):
    """The grid at one moment. ``order_cursor`` is when hosts came or went, ``banner`` what concerns all."""

    cursor: int
    order_cursor: int
    cards: dict[str, Card]
    summary: Part
    banner: Element | None = None


class FleetFeed:
    """Answers the requests of the grid page."""

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
        self._last = Snapshot(0, 0, {}, Part.of([]))
        self._shared: AnswerCache[None, Snapshot] = AnswerCache(self._take, keep_seconds=keep_seconds)

    def answer(self, request: Request) -> Update:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        update = self._news(request)
        # Stamped last: the browser measures ages against the moment that an answer leaves.
        return msgspec.structs.replace(update, title=TITLE, now_ms=self._now_ms())

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return Update(number=number, now_ms=self._now_ms(), banner=slow_answer())

    def _now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)

    def _news(self, request: Request) -> Update:
        try:
            snapshot = self._shared.get(None)
        except DatabaseError as error:
            return failed(request, error, self._database.away_since)
        if not snapshot.cards:
            return noticed(request, first_run())
        seen = request.seen
        since = seen.cursor if seen.feed == self._name and seen.cursor <= snapshot.cursor else 0
        return Update(
            number=request.number,
            feed=self._name,
            cursor=snapshot.cursor,
            banner=snapshot.banner,
            templates=self._templates if since == 0 else None,
            parts=unseen({SUMMARY: snapshot.summary}, seen),
            gone=gone_parts([NOTICE], seen),
            lists={HOST_CARDS: _items(snapshot, since)},
        )

    def _take(self, _: None) -> Snapshot:
        hosts = self._database.fetch(FLEET_HOSTS)
        domains = self._database.fetch(CARD_DOMAINS, {"shown_count": SHOWN_DOMAIN_COUNT})
        of_host = {each.host: each for each in domains}
        last, cursor = self._last, self._last.cursor + 1
        cards = {}
        for host in hosts:
            rows, old = (host, of_host.get(host.host, NO_DOMAINS)), last.cards.get(host.host)
            # Between two samples of a host nothing of it is made anew.
            if old is not None and old.rows == rows:
                cards[host.host] = old
            else:
                cards[host.host] = _card(old, Card(rows, host_card(*rows), cursor))
        self._last = Snapshot(
            cursor=cursor,
            order_cursor=last.order_cursor if list(cards) == list(last.cards) else cursor,
            cards=cards,
            summary=Part.of(summary(hosts, domains)),
            banner=silence_banner(hosts),
        )
        return self._last


def _card(old: Card | None, fresh: Card) -> Card:
    """Return the fresh card with its change, or as old as the last one if they look alike."""
    if old is None:
        return fresh
    if old.element == fresh.element:
        return old._replace(rows=fresh.rows)
    return fresh._replace(cursor_before=old.cursor, change=change(old.element, fresh.element))


def _items(snapshot: Snapshot, since: int) -> Items:
    """Return the cards that changed after a cursor; of the versions before the last no change is kept."""
    trees, changes = {}, {}
    for host, card in snapshot.cards.items():
        if card.cursor <= since:
            continue
        if card.change is not None and card.cursor_before <= since:
            changes[host] = card.change
        else:
            trees[host] = card.element
    order = list(snapshot.cards) if snapshot.order_cursor > since else None
    return Items(trees=trees, changes=changes, order=order)
