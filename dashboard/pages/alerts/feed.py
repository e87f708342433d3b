# SPDX-License-Identifier: Apache-2.0
"""What the page of all alerts shows: asked once a period for all viewers of a filter and a range."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from dashboard import units
from dashboard.components.failure import failed
from dashboard.components.notices import slow_answer
from dashboard.components.table_feed import read_filter
from dashboard.database import Database
from dashboard.errors import DatabaseError, FilterError, RangeError
from dashboard.filters.fields import ALERT_FIELDS
from dashboard.filters.sql import Condition, both, condition, fixed
from dashboard.filters.tree import Node
from dashboard.history.wanted_range import WantedRange, wanted_range
from dashboard.pages.alerts.lists import alert_table, evaluator_line, hold_table, pending_table
from dashboard.pages.alerts.queries import ALERT_EVALUATOR, ALERT_HOLDS, ALERTS_PENDING
from dashboard.parts.contract import NOTICE, Part, Request, Update, gone_parts, unseen
from dashboard.parts.markup import Element, h
from dashboard.queries.alerts import ALERTS, Alert
from dashboard.timerange import DEFAULT_TO
from dashboard.web.answer_cache import AnswerCache
from dashboard.web.time_zone import read_zone, zone_name

DEFAULT_FROM = "now-24h"
LISTED_COUNT = 200
HOLDS = "holds"
EVALUATOR, FIRING, PENDING, WITHHELD, HISTORY = "evaluator", "firing", "pending", "withheld", "history"
_FIRING = fixed(
    "resolved_at IS NULL AND hidden_by IS NULL AND NOT EXISTS"
    " (SELECT FROM alerts_withheld_now AS w WHERE w.alert_id = alerts_named.alert_id)"
)
_WITHHELD = fixed(
    "resolved_at IS NULL AND hidden_by IS NULL AND EXISTS"
    " (SELECT FROM alerts_withheld_now AS w WHERE w.alert_id = alerts_named.alert_id)"
)
_RESOLVED = fixed("resolved_at IS NOT NULL AND fired_at >= %(start)s AND fired_at < %(end)s")


class Wanted(NamedTuple):
    """What an address asks for."""

    filter: Node | None
    range: WantedRange


class Snapshot(NamedTuple):
    """The parts of the page at one moment, and how many alerts fire."""

    parts: dict[str, Part]
    firing_count: int


class AlertsFeed:
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
        self._shared: AnswerCache[Wanted, Snapshot] = AnswerCache(
            self._take, keep_seconds=keep_seconds, maximum_count=64
        )

    def answer(self, request: Request) -> Update:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        return msgspec.structs.replace(
            self._news(request),
            zone=zone_name(read_zone(request.zone)),
            now_ms=self._now_ms(),
        )

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return Update(number=number, now_ms=self._now_ms(), banner=slow_answer())

    def _now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)

    def _news(self, request: Request) -> Update:
        try:
            snapshot = self._snapshot(request)
        except DatabaseError as error:
            return failed(request, error, self._database.away_since)
        return Update(
            number=request.number,
            title=f"{snapshot.firing_count} firing · Alerts · kvmgrid"
            if snapshot.firing_count
            else "Alerts · kvmgrid",
            parts=unseen(snapshot.parts, request.seen),
            gone=gone_parts([NOTICE], request.seen),
        )

    def _snapshot(self, request: Request) -> Snapshot:
        try:
            return self._shared.get(Wanted(read_filter(request.search, ALERT_FIELDS), _range(request)))
        except FilterError:
            words = h("p", "The filter cannot be read: nothing is listed.", class_="quiet")
            return Snapshot({name: Part.of(words) for name in (FIRING, PENDING, WITHHELD, HISTORY)}, 0)

    def _take(self, wanted: Wanted) -> Snapshot:
        filtered = condition(wanted.filter, ALERT_FIELDS)
        firing = self._alerts(filtered, _FIRING)
        evaluators = self._database.fetch(ALERT_EVALUATOR)
        pending = self._database.fetch(ALERTS_PENDING, {"limit": LISTED_COUNT}, condition=filtered)
        is_all = wanted.filter is None
        trees = {
            EVALUATOR: evaluator_line(evaluators[0] if evaluators else None, self._now()),
            FIRING: alert_table(firing, _none("Nothing fires", is_all=is_all)),
            PENDING: pending_table(pending),
            WITHHELD: alert_table(
                self._alerts(filtered, _WITHHELD), _none("Nothing is withheld", is_all=is_all)
            ),
            HOLDS: hold_table(self._database.fetch(ALERT_HOLDS, {"limit": LISTED_COUNT})),
            HISTORY: self._history(filtered, wanted),
        }
        count = firing[0].total_count if firing else 0
        return Snapshot({name: Part.of(tree) for name, tree in trees.items()}, count)

    def _history(self, filtered: Condition, wanted: Wanted) -> Element:
        try:
            window = wanted.range.window(self._now())
        except RangeError as error:
            return h("p", h("strong", str(error)), class_="note note--bad")
        alerts = self._alerts(filtered, _RESOLVED, start=window.start, end=window.end)
        nothing = _none("No alert that fired in this range is resolved", is_all=wanted.filter is None)
        count = alerts[0].total_count if alerts else 0
        return h(
            "div",
            h(
                "p",
                f"{units.counted(count, 'alert', 'alerts')} that fired from ",
                h("time", "", class_="clock", datetime=window.start.isoformat()),
                " to ",
                "now" if window.is_live else h("time", "", class_="clock", datetime=window.end.isoformat()),
                class_="quiet",
            ),
            alert_table(alerts, nothing),
        )

    def _alerts(self, filtered: Condition, state: Condition, **bounds: datetime) -> list[Alert]:
        return self._database.fetch(
            ALERTS, {**bounds, "limit": LISTED_COUNT}, condition=both(state, filtered)
        )


def _range(request: Request) -> WantedRange:
    wanted = wanted_range(request)
    return WantedRange(wanted.from_text or DEFAULT_FROM, wanted.to_text or DEFAULT_TO, wanted.zone_name)


def _none(words: str, *, is_all: bool) -> str:
    return f"{words}." if is_all else f"{words} among these: there is a filter."
