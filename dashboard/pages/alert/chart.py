# SPDX-License-Identifier: Apache-2.0
"""The chart of the object of an alert: its rows, and what became of the alert as marks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from dashboard.charts.axes import seconds_per_pixel
from dashboard.charts.columns import Samples, Spacing, columns
from dashboard.charts.drawing import Data, Drawing, Frame, Notes, draw
from dashboard.components.alert_words import alert_path
from dashboard.components.event_strip import MARK_PIXELS, event_marks, event_strip
from dashboard.database import Database, Parameter
from dashboard.history.range_words import nearest_samples, no_samples, range_note, young_object
from dashboard.history.rows import Series, Watch, missing, read_kept_rows
from dashboard.pages.alert.panels import DRAWN_COLUMNS, PANELS
from dashboard.pages.alert.queries import (
    ALERT_DOMAIN_RAW,
    ALERT_DOMAIN_ROLLUP,
    ALERT_DOMAIN_SPAN,
    ALERT_HOST_RAW,
    ALERT_HOST_ROLLUP,
    ALERT_HOST_SPAN,
    AlertPoint,
)
from dashboard.parts.markup import Element, h
from dashboard.queries import HostEvent
from dashboard.timerange import Level, parse
from dashboard.web.time_zone import read_zone


class ChartKey(NamedTuple):
    """All that a chart depends on. ``step`` changes when there is news for its range."""

    alert_id: int
    host_id: int
    domain_id: int | None
    from_text: str
    to_text: str
    level: Level
    zone_name: str
    width_pixels: int
    step: str
    watch: Watch
    events: tuple[HostEvent, ...]


class AlertChart(NamedTuple):
    """A drawn chart and the words above it."""

    drawing: Drawing
    note: Element


def draw_chart(database: Database, key: ChartKey, now: datetime) -> AlertChart:
    """Return the chart for a key; raise a DatabaseError or RangeError."""
    zone = read_zone(key.zone_name)
    window = parse(key.from_text, key.to_text, now=now, zone=zone)
    level, points = read_kept_rows(database, _series(key), window, key.level, key.watch)
    first, last = window.start.timestamp() - level.bucket_seconds, window.end.timestamp()
    shown = [point for point in points if first <= point.time_seconds < last]
    nothing = h("div")
    if not shown:
        query = ALERT_HOST_SPAN if key.domain_id is None else ALERT_DOMAIN_SPAN
        span = nearest_samples(database, query, _keys(key), window, now)
        nothing = no_samples(alert_path(key.alert_id), span, window, "A gap, not a load of zero.")
    marks = event_marks(key.events, MARK_PIXELS * seconds_per_pixel(window, key.width_pixels))
    found = columns(points, AlertPoint._fields)
    samples = Samples(found["time_seconds"], found["interval_seconds"], found["interval_seconds_max"])
    spacing = Spacing(key.watch.tick_seconds, level.bucket_seconds)
    data = Data(
        series=f"alert/{key.alert_id}/{level.name}",
        names=DRAWN_COLUMNS,
        times_seconds=found["time_seconds"],
        columns=found,
        gaps=missing(samples, spacing, key.watch, window, now),
    )
    notes = Notes(
        events_seconds=[mark.time_seconds for mark in marks],
        marks=event_strip(marks, key.events, window),
        nothing=nothing,
    )
    first_seen_at = datetime.fromtimestamp(key.watch.first_seen_seconds, UTC)
    return AlertChart(
        drawing=draw(PANELS, data, notes, Frame(window, level, zone, key.width_pixels)),
        note=h(
            "div",
            range_note(window, level, zone, key.watch, _intervals(shown)),
            young_object(alert_path(key.alert_id), first_seen_at, window),
        ),
    )


def _intervals(points: Sequence[AlertPoint]) -> list[float | None]:
    return [point.interval_seconds for point in points]


def _keys(key: ChartKey) -> dict[str, Parameter]:
    return {"host_id": key.host_id} if key.domain_id is None else {"domain_id": key.domain_id}


def _series(key: ChartKey) -> Series[AlertPoint]:
    if key.domain_id is None:
        return Series(ALERT_HOST_RAW, ALERT_HOST_ROLLUP, "host_samples", _keys(key))
    return Series(ALERT_DOMAIN_RAW, ALERT_DOMAIN_ROLLUP, "domain_samples", _keys(key))
