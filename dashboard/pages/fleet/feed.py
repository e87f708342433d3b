# SPDX-License-Identifier: Apache-2.0
"""What the page Fleet shows, and what of it changed: taken from the database once per period for all viewers.

A feed lives as long as the process; a browser of an older one gets everything.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from dashboard.components.event_list import event_list
from dashboard.components.failure import failed, noticed
from dashboard.components.notices import first_run, slow_answer
from dashboard.database import Database
from dashboard.errors import DatabaseError
from dashboard.pages.fleet import card_history
from dashboard.pages.fleet.attention import (
    LATENCY_SECONDS_MIN,
    LISTED_DOMAIN_COUNT,
    STEAL_RATIO_MIN,
    attention,
)
from dashboard.pages.fleet.capacity import capacities
from dashboard.pages.fleet.card_history import NO_CARDS, Cards
from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT
from dashboard.pages.fleet.host_card_templates import TEMPLATES
from dashboard.pages.fleet.map_feed import MapFeed
from dashboard.pages.fleet.overview import capacity, last_day, load
from dashboard.pages.fleet.queries import (
    CARD_DOMAINS,
    DOMAIN_STATES,
    FLEET_DAY,
    FLEET_EVENTS,
    FLEET_HOSTS,
    NO_DOMAINS,
    SUFFERING_DOMAINS,
    FleetHost,
)
from dashboard.pages.fleet.silence import silence_banner
from dashboard.pages.fleet.summary import summary
from dashboard.parts.contract import NOTICE, Part, Request, Update, gone_parts, unseen
from dashboard.parts.markup import Element, h
from dashboard.parts.template import described
from dashboard.web.answer_cache import AnswerCache

SUMMARY = "summary"
ATTENTION = "attention"
CAPACITY = "capacity"
EVENTS = "events"
HOST_CARDS = "host-cards"
MAP_CONTROLS = "map-controls"
TITLE = "Fleet · kvmgrid"

# Beyond so many hosts there is a map of cells instead of cards.
CARD_HOST_COUNT_MAX = 60
SHOWN_EVENT_COUNT = 10
EVENTS_SPAN = DAY_SPAN = timedelta(days=1)
# The last day is asked for once in so many periods: its buckets are of 5 minutes.
DAY_KEEP_PERIODS = 30
# An event of a host whose clock is ahead is of the future.
EVENTS_AHEAD = timedelta(hours=1)


class Snapshot(NamedTuple):
    """The fleet at one moment; ``banner`` is what concerns all of it."""

    hosts: Sequence[FleetHost]
    parts: dict[str, Part]
    cards: Cards
    banner: Element | None = None


class FleetFeed:
    """Answers the requests of the page."""

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
        self._cards = NO_CARDS
        self._hosts: Sequence[FleetHost] = ()
        self._shared: AnswerCache[None, Snapshot] = AnswerCache(self._take, keep_seconds=keep_seconds)
        self._day: AnswerCache[None, dict[str, Part]] = AnswerCache(
            self._take_day, keep_seconds=keep_seconds * DAY_KEEP_PERIODS
        )
        self._map = MapFeed(database, lambda: self._hosts, keep_seconds=keep_seconds)

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
            if not snapshot.hosts:
                return noticed(request, first_run())
            if len(snapshot.hosts) > CARD_HOST_COUNT_MAX:
                return self._with_map(request, snapshot)
        except DatabaseError as error:
            return failed(request, error, self._database.away_since)
        seen, cards = request.seen, snapshot.cards
        since = seen.cursor if seen.feed == self._name and seen.cursor <= cards.cursor else 0
        return Update(
            number=request.number,
            feed=self._name,
            cursor=cards.cursor,
            banner=snapshot.banner,
            templates=self._templates if since == 0 else None,
            parts=unseen(snapshot.parts, seen),
            gone=gone_parts([NOTICE, MAP_CONTROLS], seen),
            lists={HOST_CARDS: cards.items(since)},
        )

    def _with_map(self, request: Request, snapshot: Snapshot) -> Update:
        answer = self._map.answer(request)
        return Update(
            number=request.number,
            feed=answer.feed,
            cursor=answer.cursor,
            banner=snapshot.banner,
            parts=unseen(snapshot.parts | {MAP_CONTROLS: Part.of(answer.controls)}, request.seen),
            gone=gone_parts([NOTICE], request.seen),
            cells=answer.cells,
        )

    def _take(self, _: None) -> Snapshot:
        fetch = self._database.fetch
        hosts, states = fetch(FLEET_HOSTS), fetch(DOMAIN_STATES)
        limits = {"steal_ratio_min": STEAL_RATIO_MIN, "latency_seconds_min": LATENCY_SECONDS_MIN}
        suffering = fetch(SUFFERING_DOMAINS, limits | {"limit": LISTED_DOMAIN_COUNT})
        self._hosts = hosts
        if len(hosts) <= CARD_HOST_COUNT_MAX:
            of_host = {each.host: each for each in fetch(CARD_DOMAINS, {"shown_count": SHOWN_DOMAIN_COUNT})}
            rows = {host.host: (host, of_host.get(host.host, NO_DOMAINS)) for host in hosts}
            self._cards = card_history.following(self._cards, rows)
        trees = {
            SUMMARY: summary(hosts, states),
            ATTENTION: attention(hosts, suffering),
            CAPACITY: capacity(capacities(hosts)),
            EVENTS: self._events(),
            **load(hosts),
        }
        return Snapshot(
            hosts,
            {name: Part.of(tree) for name, tree in trees.items()} | self._day.get(None),
            self._cards,
            silence_banner(hosts),
        )

    def _take_day(self, _: None) -> dict[str, Part]:
        points = self._database.fetch(FLEET_DAY, {"start": self._now() - DAY_SPAN})
        return {name: Part.of(tree) for name, tree in last_day(points).items()}

    def _events(self) -> Element:
        now = self._now()
        span: dict[str, datetime | int] = {
            "start": now - EVENTS_SPAN,
            "end": now + EVENTS_AHEAD,
            "limit": SHOWN_EVENT_COUNT,
        }
        events = self._database.fetch(FLEET_EVENTS, span)
        return h(
            "section",
            h("h2", "Last events"),
            event_list(events, names_host=True)
            if events
            else h("p", "Nothing happened in the last 24 h.", class_="quiet"),
            class_="card",
        )
