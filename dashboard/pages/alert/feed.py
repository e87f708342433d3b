# SPDX-License-Identifier: Apache-2.0
"""What the page of an alert shows: its chart around the moment, what was sent of it, what became of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dashboard.charts.contract import ChartView
from dashboard.charts.drawing import Drawing
from dashboard.charts.versions import Versions
from dashboard.components.alert_words import PREFIX
from dashboard.components.failure import failed, noticed
from dashboard.components.range_bar import range_bar
from dashboard.database import Database
from dashboard.errors import DatabaseError
from dashboard.filters.sql import fixed
from dashboard.history.charted_answer import Answer, Holding, charted, late, stamped
from dashboard.history.rows import Watch
from dashboard.history.wanted_range import (
    UNKNOWN_TICK_SECONDS,
    WantedRange,
    redraw_step,
    wanted_range,
    width_step,
)
from dashboard.pages.alert.chart import AlertChart, ChartKey, draw_chart
from dashboard.pages.alert.parts import (
    alert_facts,
    alert_head,
    change_table,
    hidden_table,
    ledger_table,
    marked,
    unknown_alert,
)
from dashboard.pages.alert.queries import (
    ALERT_CHANGES,
    ALERT_LEDGER,
    ALERT_OBJECT,
    AlertChange,
    AlertObject,
    Notification,
)
from dashboard.parts.contract import Request, Update
from dashboard.queries.alerts import ALERTS, Alert
from dashboard.timerange import DEFAULT_TO, choose_level
from dashboard.web.answer_cache import AnswerCache

LISTED_COUNT = 200
CHART_KEEP_SECONDS = 60.0
NUMBER_LETTERS_MAX = 18
# What is shown before an alert began, and after it was resolved.
AROUND = timedelta(minutes=30)
_ONE = fixed("alert_id = %(alert_id)s")
_HIDDEN = fixed("hidden_by = %(alert_id)s")


class Found(NamedTuple):
    """An alert and all that is known of it; None for a number that is not known."""

    alert: Alert | None
    about: AlertObject | None = None
    changes: tuple[AlertChange, ...] = ()
    notifications: tuple[Notification, ...] = ()
    hidden: tuple[Alert, ...] = ()


class AlertFeed:
    """Answers the requests of the page of an alert."""

    def __init__(
        self,
        database: Database,
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._now = now
        self._found: AnswerCache[int, Found] = AnswerCache(
            self._take, keep_seconds=keep_seconds, maximum_count=256
        )
        self._charts: AnswerCache[ChartKey, AlertChart] = AnswerCache(
            lambda key: draw_chart(database, key, self._now()),
            keep_seconds=CHART_KEEP_SECONDS,
            maximum_count=32,
        )
        self._versions = Versions()

    def answer(self, request: Request, view: ChartView) -> Answer:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        text = request.path.removeprefix(PREFIX)
        try:
            number = read_number(text)
            found = Found(None) if number is None else self._found.get(number)
            if found.alert is None or found.about is None:
                answer = Answer(noticed(request, unknown_alert(text)))
            else:
                answer = self._news(request, view, found, found.alert, found.about)
        except DatabaseError as error:
            answer = Answer(failed(request, error, self._database.away_since))
        return stamped(answer, request, f"Alert {text[:NUMBER_LETTERS_MAX]}", self._now())

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return late(number, self._now())

    def _take(self, alert_id: int) -> Found:
        key: dict[str, int] = {"alert_id": alert_id, "limit": LISTED_COUNT}
        alerts = self._database.fetch(ALERTS, key, condition=_ONE)
        if not alerts:
            return Found(None)
        abouts = self._database.fetch(ALERT_OBJECT, key)
        return Found(
            alerts[0],
            abouts[0] if abouts else None,
            tuple(self._database.fetch(ALERT_CHANGES, key)),
            tuple(self._database.fetch(ALERT_LEDGER, key)),
            tuple(self._database.fetch(ALERTS, key, condition=_HIDDEN)),
        )

    def _news(
        self, request: Request, view: ChartView, found: Found, alert: Alert, about: AlertObject
    ) -> Answer:
        around = moment(alert, self._now())
        parts = {
            "head": alert_head(alert),
            "facts": alert_facts(alert),
            "range": range_bar(around.from_text, around.to_text),
            "ledger": ledger_table(found.notifications, LISTED_COUNT),
            "changes": change_table(found.changes, LISTED_COUNT),
            "hidden": hidden_table(found.hidden, LISTED_COUNT),
        }

        def draw() -> Drawing:
            wanted = wanted_range(request)
            if not wanted.from_text:
                wanted = around._replace(zone_name=wanted.zone_name)
            key = self._chart_key(wanted, view, found, alert, about)
            chart = self._charts.get(key)
            parts["note"] = chart.note
            return chart.drawing

        holding = Holding(request, view, self._versions)
        return charted(holding, parts, draw, lambda: self._database.away_since)

    def _chart_key(
        self, wanted: WantedRange, view: ChartView, found: Found, alert: Alert, about: AlertObject
    ) -> ChartKey:
        now = self._now()
        window = wanted.window(now)
        tick_seconds = about.tick_seconds or UNKNOWN_TICK_SECONDS
        level = choose_level(window.window_seconds, tick_seconds, width_step(view))
        is_fed = about.freshness != "stale"
        marks = marked(found.changes, alert)
        return ChartKey(
            alert_id=alert.alert_id,
            host_id=about.host_id,
            domain_id=about.domain_id,
            from_text=window.from_text,
            to_text=window.to_text,
            level=level,
            zone_name=wanted.zone_name,
            width_pixels=width_step(view),
            step=redraw_step(window, level, about.sampled_at if is_fed else None, now),
            watch=watch(about),
            events=tuple(each for each in marks if window.start <= each.time < window.end),
        )


def is_alert_page(path: str) -> bool:
    """Tell whether an address is that of the page of an alert, whatever its number."""
    return path.startswith(PREFIX) and len(path) > len(PREFIX)


def read_number(text: str) -> int | None:
    """Return the number that an address names, None for a text that is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_LETTERS_MAX
    return int(text) if is_number else None


def moment(alert: Alert, now: datetime) -> WantedRange:
    """Return the range around an alert, which goes on while it fires."""
    start = _milliseconds(alert.began_at - AROUND)
    if alert.resolved_at is None or alert.resolved_at + AROUND > now:
        return WantedRange(start, DEFAULT_TO, "")
    return WantedRange(start, _milliseconds(alert.resolved_at + AROUND), "")


def watch(about: AlertObject) -> Watch:
    """Return when samples of the object are expected."""
    is_silent = about.freshness == "stale" and not about.is_catching_up and about.sampled_at is not None
    return Watch(
        tick_seconds=about.tick_seconds or UNKNOWN_TICK_SECONDS,
        first_seen_seconds=about.first_seen_at.timestamp(),
        silent_since_seconds=about.sampled_at.timestamp() if is_silent and about.sampled_at else None,
        ended_seconds=None if about.removed_at is None else about.removed_at.timestamp(),
    )


def _milliseconds(instant: datetime) -> str:
    return str(int(instant.timestamp() * 1000))
