# SPDX-License-Identifier: Apache-2.0
"""One chart of a host with all that belongs to its range: note, events, marks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from dashboard.charts.axes import seconds_per_pixel
from dashboard.charts.columns import Samples, Spacing, columns
from dashboard.charts.drawing import Data, Drawing, Frame, Notes, draw
from dashboard.components.event_strip import MARK_PIXELS, event_marks, event_strip
from dashboard.components.host_words import host_path
from dashboard.database import Database, Parameter
from dashboard.history.comparison import Earlier, Place, choice_note, compared
from dashboard.history.line_choice import LineChoice, Lined, with_statistic
from dashboard.history.range_words import nearest_samples, no_samples, range_note, young_object
from dashboard.history.rows import (
    Series,
    Watch,
    missing,
    read_earlier_rows,
    read_kept_rows,
    read_percentiles,
)
from dashboard.pages.host.coverage.bar import STRIP_PIXELS, coverage_part, coverage_strip
from dashboard.pages.host.coverage.reading import Looked, read_coverage
from dashboard.pages.host.panels import DRAWN_COLUMNS, LINE_COLUMNS, PANELS, with_derived
from dashboard.pages.host.queries import (
    HOST_PERCENTILES,
    HOST_SAMPLES_RAW,
    HOST_SAMPLES_ROLLUP,
    HOST_SPAN,
    HostPoint,
)
from dashboard.pages.host.stack import Stack, StackKey, read_stack
from dashboard.pages.host.stack_figures import StackFigure
from dashboard.parts.markup import Element, h
from dashboard.queries import HostEvent, SampleSpan
from dashboard.timerange import Level, TimeRange, parse
from dashboard.web.time_zone import read_zone

# A neighbour that is further away is behind a gap.
NEIGHBOUR_TICKS = 2.5
A_LITTLE_SECONDS = 0.001


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
    is_simulated: bool
    figure: StackFigure
    choice: LineChoice = LineChoice()

    @property
    def watch(self) -> Watch:
        """When samples of the host are expected."""
        return Watch(self.tick_seconds, self.first_seen_seconds, self.silent_since_seconds)


class HostChart(NamedTuple):
    """A drawn chart, the words above it, what is missing and the VMs in it.

    Late samples change these and not the key.
    """

    drawing: Drawing
    note: Element
    missing: Element
    stack: Stack


class Read(NamedTuple):
    """What a chart is drawn of."""

    lined: Lined
    earlier: Earlier | None
    stack: Stack


def draw_chart(database: Database, key: ChartKey, now: datetime, chosen: tuple[int, ...] = ()) -> HostChart:
    """Return the chart for a key; raise a DatabaseError or RangeError.

    ``chosen`` are the VMs that keep their places in the stack.
    """
    zone = read_zone(key.zone_name)
    window = parse(key.from_text, key.to_text, now=now, zone=zone)
    level, points = read_kept_rows(database, _series(key), window, key.level, key.watch)
    key = key._replace(level=level)
    place = Place(window, zone, level, key.tick_seconds)
    earlier = _earlier(database, key, place)
    first, last = window.start.timestamp() - key.level.bucket_seconds, window.end.timestamp()
    shown = [point for point in points if first <= point.time_seconds < last]
    span = None if shown else nearest_samples(database, HOST_SPAN, {"host_id": key.host_id}, window, now)
    marks = event_marks(key.events, MARK_PIXELS * seconds_per_pixel(window, key.width_pixels))
    first_seen_at = datetime.fromtimestamp(key.first_seen_seconds, UTC)
    path = host_path(key.host)
    intervals = [point.interval_seconds for point in shown]
    looked = Looked(
        host_id=key.host_id,
        window=window,
        level=key.level,
        watch=key.watch,
        events=key.events,
        is_catching_up=key.is_catching_up,
        is_simulated=key.is_simulated,
    )
    coverage = read_coverage(database, looked, now)
    stack_key = StackKey(key.host_id, key.figure, key.level, key.tick_seconds, chosen)
    stack = read_stack(database, stack_key, _of_rows(key, window, points))
    read = Read(_columns(database, key, window, points), earlier, stack)
    return HostChart(
        drawing=draw(
            PANELS,
            _data(key, place, read, now),
            Notes(
                events_seconds=[mark.time_seconds for mark in marks],
                marks=h(
                    "div", event_strip(marks, key.events, window), coverage_strip(coverage, window, zone)
                ),
                nothing=_nothing(key, span, window),
                marks_pixels=STRIP_PIXELS,
                subjects={} if stack.level == key.level else {key.figure.key: stack.resolution},
                names=stack.names,
            ),
            Frame(window, key.level, zone, key.width_pixels),
        ),
        note=h(
            "div",
            range_note(window, key.level, zone, key.watch, intervals),
            choice_note(key.choice, earlier, place),
            young_object(path, first_seen_at, window),
        ),
        missing=coverage_part(coverage, window),
        stack=stack,
    )


def _series(key: ChartKey) -> Series[HostPoint]:
    keys: dict[str, Parameter] = {"host_id": key.host_id}
    return Series(HOST_SAMPLES_RAW, HOST_SAMPLES_ROLLUP, "host_samples", keys, HOST_PERCENTILES)


def _columns(database: Database, key: ChartKey, window: TimeRange, points: Sequence[HostPoint]) -> Lined:
    found = columns(points, HostPoint._fields)
    if key.choice.statistic == "p95":
        found |= read_percentiles(database, _series(key), window, key.level, found["time_seconds"])
    return with_statistic(with_derived(found), key.choice.statistic, LINE_COLUMNS)


def _earlier(database: Database, key: ChartKey, place: Place) -> Earlier | None:
    before = key.choice.before
    window = None if before is None else before.window(place.window, place.zone)
    if before is None or window is None:
        return None
    level, points = read_earlier_rows(database, _series(key), window, key.level, key.watch)
    return Earlier(before, level, _columns(database, key._replace(level=level), window, points).columns)


def _of_rows(key: ChartKey, window: TimeRange, points: Sequence[HostPoint]) -> TimeRange:
    """Return a range with its neighbours: a row before or behind it has a stack too, and keeps it.

    The legend has the values behind it; a clock that is ahead has some there.
    """
    bucket_seconds = key.level.bucket_seconds
    apart_seconds = max(bucket_seconds, NEIGHBOUR_TICKS * key.tick_seconds)
    times = [point.time_seconds for point in points]
    start, end = window.start.timestamp(), window.end.timestamp()
    if times and start - apart_seconds <= times[0] < start:
        window = window._replace(start=datetime.fromtimestamp(times[0], UTC))
    if times and end <= times[-1] <= end + apart_seconds:
        behind_seconds = times[-1] + max(bucket_seconds, A_LITTLE_SECONDS)
        window = window._replace(end=datetime.fromtimestamp(behind_seconds, UTC))
    return window


def _data(key: ChartKey, place: Place, read: Read, now: datetime) -> Data:
    lined, earlier, stack = read
    found = lined.columns
    samples = Samples(
        times_seconds=found["time_seconds"],
        shortest_intervals=found["interval_seconds"],
        longest_intervals=found["interval_seconds_max"],
    )
    spacing = Spacing(key.tick_seconds, key.level.bucket_seconds)
    gaps = missing(samples, spacing, key.watch, place.window, now)
    if earlier is not None:
        found = compared(found, gaps, earlier, place, LINE_COLUMNS)
    return Data(
        series=f"{key.host}/{key.level.name}/{key.choice.name}/{key.figure.name}",
        names=DRAWN_COLUMNS,
        times_seconds=found["time_seconds"],
        columns={**found, **stack.columns(found["time_seconds"])},
        gaps=gaps,
        statistic=key.choice.statistic,
        lined=lined.names,
        before="" if earlier is None else earlier.before.words,
    )


def _nothing(key: ChartKey, span: SampleSpan | None, window: TimeRange) -> Element:
    if span is None:
        return h("div")
    return no_samples(host_path(key.host), span, window, _why_nothing(key, window))


def _why_nothing(key: ChartKey, window: TimeRange) -> str:
    """Return the reason for a range without samples."""
    if window.end.timestamp() <= key.first_seen_seconds:
        return "It ends before the first sample of this host."
    if key.is_catching_up:
        return (
            "The history of this host is still arriving: what there is of this time is shown when it is here."
        )
    return "A gap, not a load of zero: nothing was received for this time, or it is no longer kept."
