# SPDX-License-Identifier: Apache-2.0
"""The chart of a VM over all its hosts: its rows, its moves, the strip of its hosts, the words above."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from dashboard.charts.axes import seconds_per_pixel
from dashboard.charts.columns import Columns, Samples, Spacing, Stretch, off_stretches
from dashboard.charts.drawing import Data, Drawing, Frame, Notes, draw
from dashboard.components.domain_words import domain_path
from dashboard.components.event_strip import MARK_PIXELS, event_marks, event_strip
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
    read_rows,
)
from dashboard.pages.vm.panels import DISK_PANELS, DRAWN_COLUMNS, INTERFACE_PANELS, LINE_COLUMNS, PANELS
from dashboard.pages.vm.point_columns import point_columns
from dashboard.pages.vm.queries import (
    VM_DISK_RAW,
    VM_DISK_ROLLUP,
    VM_INTERFACE_RAW,
    VM_INTERFACE_ROLLUP,
    VM_PERCENTILES,
    VM_SAMPLES_RAW,
    VM_SAMPLES_ROLLUP,
    VM_SPAN,
    DiskPoint,
    InterfacePoint,
    VmPoint,
    VmStay,
)
from dashboard.pages.vm.stay_strip import STRIP_PIXELS, moves, stay_strip, was_somewhere
from dashboard.parts.markup import Element, clean, h
from dashboard.queries import HostEvent, SampleSpan
from dashboard.timerange import Level, TimeRange, parse
from dashboard.web.time_zone import read_zone

# A state is that of the time until a sample is late by more than one and a half ticks.
TICKS_OFF = 2.5


class ChartKey(NamedTuple):
    """All that a chart depends on. ``step`` changes when there is news for its range.

    Without a device the panels of its kind show all of them. ``stays`` are newest first.
    """

    domain_id: int
    uuid: str
    from_text: str
    to_text: str
    level: Level
    zone_name: str
    width_pixels: int
    step: str
    watch: Watch
    events: tuple[HostEvent, ...]
    stays: tuple[VmStay, ...]
    disk: str | None
    interface: str | None
    query: str
    choice: LineChoice = LineChoice()


class VmChart(NamedTuple):
    """A drawn chart and the words above it. Late samples change the drawing and not the key."""

    drawing: Drawing
    note: Element


def draw_chart(database: Database, key: ChartKey, now: datetime) -> VmChart:
    """Return the chart for a key; raise a DatabaseError or RangeError."""
    zone = read_zone(key.zone_name)
    window = parse(key.from_text, key.to_text, now=now, zone=zone)
    level, points = read_kept_rows(database, _series(key), window, key.level, key.watch)
    key = key._replace(level=level)
    place = Place(window, zone, level, key.watch.tick_seconds)
    earlier = _earlier(database, key, place)
    first, last = window.start.timestamp() - key.level.bucket_seconds, window.end.timestamp()
    shown = [point for point in points if first <= point.time_seconds < last]
    span = None if shown else nearest_samples(database, VM_SPAN, {"domain_id": key.domain_id}, window, now)
    marks = event_marks(key.events, MARK_PIXELS * seconds_per_pixel(window, key.width_pixels))
    first_seen_at = datetime.fromtimestamp(key.watch.first_seen_seconds, UTC)
    strip = stay_strip(key.stays, window, zone, key.query)
    notes = Notes(
        events_seconds=[mark.time_seconds for mark in marks],
        marks=h("div", event_strip(marks, key.events, window), strip),
        nothing=_nothing(key, span, window),
        moves_seconds=moves(key.stays, window),
        marks_pixels=STRIP_PIXELS,
        subjects=_subjects(key),
    )
    return VmChart(
        drawing=draw(
            PANELS,
            _data(key, place, _columns(database, key, window, points), earlier, now),
            notes,
            Frame(window, key.level, zone, key.width_pixels),
        ),
        note=h(
            "div",
            range_note(window, key.level, zone, key.watch, [point.interval_seconds for point in shown]),
            choice_note(key.choice, earlier, place),
            young_object(domain_path(key.uuid), first_seen_at, window),
        ),
    )


def _series(key: ChartKey) -> Series[VmPoint]:
    keys: dict[str, Parameter] = {"domain_id": key.domain_id}
    return Series(VM_SAMPLES_RAW, VM_SAMPLES_ROLLUP, "domain_samples", keys, VM_PERCENTILES)


def _disk_series(key: ChartKey, device: str) -> Series[DiskPoint]:
    keys: dict[str, Parameter] = {"domain_id": key.domain_id, "device": device}
    return Series(VM_DISK_RAW, VM_DISK_ROLLUP, "domain_block_samples", keys)


def _interface_series(key: ChartKey, device: str) -> Series[InterfacePoint]:
    keys: dict[str, Parameter] = {"domain_id": key.domain_id, "device": device}
    return Series(VM_INTERFACE_RAW, VM_INTERFACE_ROLLUP, "domain_interface_samples", keys)


def _columns(database: Database, key: ChartKey, window: TimeRange, points: Sequence[VmPoint]) -> Lined:
    disk_points = interface_points = None
    tick_seconds = key.watch.tick_seconds
    if key.disk is not None:
        disk_points = read_rows(database, _disk_series(key, key.disk), window, key.level, tick_seconds)
    if key.interface is not None:
        series = _interface_series(key, key.interface)
        interface_points = read_rows(database, series, window, key.level, tick_seconds)
    percentiles: Columns = {}
    if key.choice.statistic == "p95":
        times = np.array([point.time_seconds for point in points])
        percentiles = read_percentiles(database, _series(key), window, key.level, times)
    found = point_columns(points, disk_points, interface_points, percentiles)
    return with_statistic(found, key.choice.statistic, LINE_COLUMNS)


def _earlier(database: Database, key: ChartKey, place: Place) -> Earlier | None:
    before = key.choice.before
    window = None if before is None else before.window(place.window, place.zone)
    if before is None or window is None:
        return None
    level, points = read_earlier_rows(database, _series(key), window, key.level, key.watch)
    return Earlier(before, level, _columns(database, key._replace(level=level), window, points).columns)


def _data(key: ChartKey, place: Place, lined: Lined, earlier: Earlier | None, now: datetime) -> Data:
    found = lined.columns
    samples = Samples(
        times_seconds=found["time_seconds"],
        shortest_intervals=found["interval_seconds"],
        longest_intervals=found["interval_seconds_max"],
    )
    tick_seconds = key.watch.tick_seconds
    spacing = Spacing(tick_seconds, key.level.bucket_seconds)
    row_seconds = float(key.level.bucket_seconds or TICKS_OFF * tick_seconds)
    gaps = missing(samples, spacing, key.watch, place.window, now)
    off = off_stretches(samples.times_seconds, found["off_share"], row_seconds)
    if earlier is not None:
        found = compared(found, gaps, earlier, place, LINE_COLUMNS)
    series = (key.uuid, key.level.name, key.choice.name, key.disk or "", key.interface or "")
    return Data(
        series="/".join(series)[:128],
        names=DRAWN_COLUMNS,
        times_seconds=found["time_seconds"],
        columns=found,
        gaps=[*(each for each in gaps if _is_missing(each, key)), *off],
        statistic=key.choice.statistic,
        lined=lined.names,
        before="" if earlier is None else earlier.before.words,
    )


def _is_missing(gap: Stretch, key: ChartKey) -> bool:
    """Whether samples should be there: between two stays the VM was on no host."""
    return was_somewhere(key.stays, (gap.start_seconds + gap.end_seconds) / 2)


def _subjects(key: ChartKey) -> dict[str, str]:
    chosen = ((DISK_PANELS, key.disk), (INTERFACE_PANELS, key.interface))
    return {panel.key: clean(device, 32) for panels, device in chosen if device for panel in panels}


def _nothing(key: ChartKey, span: SampleSpan | None, window: TimeRange) -> Element:
    if span is None:
        return h("div")
    return no_samples(domain_path(key.uuid), span, window, _why_nothing(key, window))


def _why_nothing(key: ChartKey, window: TimeRange) -> str:
    """Return the reason for a range without samples."""
    if window.end.timestamp() <= key.watch.first_seen_seconds:
        return "It ends before the first sample of this VM."
    ended = key.watch.ended_seconds
    if ended is not None and window.start.timestamp() >= ended:
        return "The VM was gone by then: libvirt no longer knew it."
    return "A gap, not a load of zero: nothing was received for this time, or it is no longer kept."
