# SPDX-License-Identifier: Apache-2.0
"""One chart of a host with all that belongs to its range: note, events, marks."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median_low
from typing import NamedTuple

import numpy as np

from dashboard import units
from dashboard.charts.axes import seconds_per_pixel
from dashboard.charts.columns import Samples, Spacing, Stretch, columns, find_gaps
from dashboard.charts.drawing import Data, Drawing, Frame, Notes, draw
from dashboard.components.event_strip import MARK_PIXELS, event_marks, event_strip
from dashboard.database import Database
from dashboard.pages.host.host_notices import no_samples, young_host
from dashboard.pages.host.panels import DRAWN_COLUMNS, PANELS, with_derived
from dashboard.pages.host.queries import HOST_SAMPLES_RAW, HOST_SAMPLES_ROLLUP, HOST_SPAN, HostPoint
from dashboard.parts.markup import Element, h
from dashboard.queries import HostEvent, HostSpan
from dashboard.timerange import EARLIEST, Level, TimeRange, parse
from dashboard.web.time_zone import read_zone, zone_name

# How far from an empty range the nearest samples are looked for.
SEARCH_DAYS = 400
# How far beyond its edges the neighbours of a range are looked for. Curves run to the edges also where ticks
# are as long as those of a simulated past.
NEIGHBOUR_SECONDS = 900.0


class ChartKey(NamedTuple):
    """All that a chart depends on. ``step`` changes when there is news for its range."""

    host_id: int
    host: str
    from_text: str
    to_text: str
    level: Level
    tick_seconds: float
    zone_name: str
    width_pixels: int
    step: str
    events: tuple[HostEvent, ...]
    silent_since_seconds: float | None
    first_seen_seconds: float
    is_catching_up: bool


class HostChart(NamedTuple):
    """A drawn chart and the words above it. Late samples change the drawing and not the key."""

    drawing: Drawing
    note: Element


def draw_chart(database: Database, key: ChartKey, now: datetime) -> HostChart:
    """Return the chart for a key; raise a DatabaseError or RangeError."""
    zone = read_zone(key.zone_name)
    window = parse(key.from_text, key.to_text, now=now, zone=zone)
    points = _points(database, key, window)
    first, last = window.start.timestamp() - key.level.bucket_seconds, window.end.timestamp()
    shown = [point for point in points if first <= point.time_seconds < last]
    span = None if shown else _span(database, key, window, now)
    marks = event_marks(key.events, MARK_PIXELS * seconds_per_pixel(window, key.width_pixels))
    first_seen_at = datetime.fromtimestamp(key.first_seen_seconds, UTC)
    return HostChart(
        drawing=draw(
            PANELS,
            _data(key, window, points, now),
            Notes(
                events_seconds=[mark.time_seconds for mark in marks],
                marks=event_strip(marks, key.events, window),
                nothing=no_samples(key.host, span, window, _why_nothing(key, window)) if span else h("div"),
            ),
            Frame(window, key.level, zone, key.width_pixels),
        ),
        note=h("div", _note(key, window, shown, zone), young_host(key.host, first_seen_at, window)),
    )


def _data(key: ChartKey, window: TimeRange, points: Sequence[HostPoint], now: datetime) -> Data:
    found = with_derived(columns(points, HostPoint._fields))
    samples = Samples(
        times_seconds=found["time_seconds"],
        shortest_intervals=found["interval_seconds"],
        longest_intervals=found["interval_seconds_max"],
    )
    gaps = find_gaps(samples, Spacing(key.tick_seconds, key.level.bucket_seconds))
    return Data(
        series=f"{key.host}/{key.level.name}",
        names=DRAWN_COLUMNS,
        times_seconds=samples.times_seconds,
        columns=found,
        gaps=[*gaps, *_edges(key, window, points, now)],
    )


def _points(database: Database, key: ChartKey, window: TimeRange) -> list[HostPoint]:
    margin = timedelta(seconds=key.level.bucket_seconds + max(key.tick_seconds, NEIGHBOUR_SECONDS))
    parameters: dict[str, str | int | datetime] = {
        "host_id": key.host_id,
        "start": window.start - margin,
        "end": window.end + margin,
    }
    if key.level.is_raw:
        points = database.fetch(HOST_SAMPLES_RAW, parameters)
    else:
        points = database.fetch(HOST_SAMPLES_ROLLUP, parameters, view=f"host_samples_{key.level.name}")
    # One neighbour at each end is kept, so that the curves run to the edges of the picture.
    start, end = window.start.timestamp() - key.level.bucket_seconds, window.end.timestamp()
    first, last = (bisect_left(points, edge, key=lambda point: point.time_seconds) for edge in (start, end))
    return points[max(0, first - 1) : last + 1]


def _edges(key: ChartKey, window: TimeRange, points: Sequence[HostPoint], now: datetime) -> list[Stretch]:
    """Return the times without samples before the first point and behind the last one."""
    start = window.start.timestamp()
    end = min(window.end, now).timestamp()
    if end <= start:
        return []
    silent_since = key.silent_since_seconds
    # Before a host was known nothing is missing.
    expected_from = max(start, key.first_seen_seconds)
    if not points:
        is_silence = silent_since is not None and silent_since <= start
        return [Stretch(expected_from, end, is_silence)] if expected_from < end else []
    # The shorter interval of the two points at each end counts: the first one behind a gap is as long as it.
    ends = ((points[0], points[1 % len(points)]), (points[-1], points[-2 % len(points)]))
    intervals = np.array([[point.interval_seconds for point in pair] for pair in ends], dtype=np.float64)
    allowed = Spacing(key.tick_seconds, key.level.bucket_seconds).allowed_seconds(
        np.fmin(intervals[:, 0], intervals[:, 1])
    )
    edges = []
    if points[0].time_seconds - expected_from > allowed[0]:
        edges.append(Stretch(expected_from, points[0].time_seconds))
    last = points[-1].time_seconds + key.level.bucket_seconds
    if silent_since is not None and silent_since < end and silent_since >= points[-1].time_seconds - 1:
        edges.append(Stretch(max(silent_since, start), end, is_silence=True))
    elif end - last > allowed[1]:
        edges.append(Stretch(last, end))
    return edges


def _span(database: Database, key: ChartKey, window: TimeRange, now: datetime) -> HostSpan:
    reach = timedelta(days=SEARCH_DAYS)
    parameters: dict[str, str | int | datetime] = {
        "host_id": key.host_id,
        "start": window.start,
        "end": window.end,
        "earliest": max(EARLIEST, window.start - reach),
        "latest": min(now + timedelta(days=1), window.end + reach),
    }
    rows = database.fetch(HOST_SPAN, parameters)
    return rows[0] if rows else HostSpan(None, None)


def _note(key: ChartKey, window: TimeRange, shown: Sequence[HostPoint], zone: tzinfo) -> Element:
    """Return what the chart shows, in words: range, zone, resolution."""
    local = window.end.astimezone(zone)
    offset = local.strftime("%z")
    zone_words = "UTC" if zone is UTC else f"{zone_name(zone)} (UTC{offset[:3]}:{offset[3:]})"
    resolution = f"every sample, {_apart(key, shown)} apart" if key.level.is_raw else key.level.words
    return h(
        "p",
        h("time", "", class_="clock", datetime=window.start.isoformat()),
        " to ",
        "now" if window.is_live else h("time", "", class_="clock", datetime=window.end.isoformat()),
        f" · {zone_words} · ",
        h("span", resolution, class_="resolution"),
        f" · {units.counted(len(shown), 'point', 'points')}",
        *_silence(key, window),
        class_="note",
    )


def _why_nothing(key: ChartKey, window: TimeRange) -> str:
    """Return the reason for a range without samples."""
    if window.end.timestamp() <= key.first_seen_seconds:
        return "It ends before the first sample of this host."
    if key.is_catching_up:
        return (
            "The history of this host is still arriving: what there is of this time is shown when it is here."
        )
    return "A gap, not a load of zero: nothing was received for this time, or it is no longer kept."


def _apart(key: ChartKey, shown: Sequence[HostPoint]) -> str:
    """Return how far apart most samples are, in words: in the past it may have been another tick."""
    intervals = [point.interval_seconds for point in shown if point.interval_seconds is not None]
    typical = median_low(intervals) if intervals else key.tick_seconds
    # What was measured is not round, and a tick that was set is.
    is_tick = abs(typical - key.tick_seconds) <= key.tick_seconds / 10
    return units.tick(key.tick_seconds if is_tick else round(typical))


def _silence(key: ChartKey, window: TimeRange) -> list[Element | str]:
    """Return the words for a host that has gone silent before the end of the range."""
    since = key.silent_since_seconds
    if since is None or since >= window.end.timestamp():
        return []
    instant = datetime.fromtimestamp(since, UTC).isoformat()
    return [" · ", h("strong", "Silent since ", h("time", "", class_="clock", datetime=instant))]
