# SPDX-License-Identifier: Apache-2.0
"""What stands above the chart of an object, and in it where there are no samples."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median_low

from dashboard import units
from dashboard.database import Database, Parameter
from dashboard.history.rows import Watch
from dashboard.parts.markup import Element, h
from dashboard.queries import Query, SampleSpan
from dashboard.timerange import EARLIEST, Level, TimeRange
from dashboard.web.time_zone import zone_name

# How far from an empty range the nearest samples are looked for.
SEARCH_DAYS = 400


def range_note(
    window: TimeRange, level: Level, zone: tzinfo, watch: Watch, intervals: Sequence[float | None]
) -> Element:
    """Return what a chart shows, in words: range, zone, resolution. There is one interval per row in it."""
    local = window.end.astimezone(zone)
    offset = local.strftime("%z")
    zone_words = "UTC" if zone is UTC else f"{zone_name(zone)} (UTC{offset[:3]}:{offset[3:]})"
    apart = _apart(watch.tick_seconds, intervals)
    resolution = f"every sample, {apart} apart" if level.is_raw else level.words
    return h(
        "p",
        h("time", "", class_="clock", datetime=window.start.isoformat()),
        " to ",
        "now" if window.is_live else h("time", "", class_="clock", datetime=window.end.isoformat()),
        f" · {zone_words} · ",
        h("span", resolution, class_="resolution"),
        f" · {units.counted(len(intervals), 'point', 'points')}",
        *_silence(watch, window),
        class_="note",
    )


def _apart(tick_seconds: float, intervals: Sequence[float | None]) -> str:
    """Return how far apart most samples are, in words: in the past it may have been another tick."""
    known = [interval for interval in intervals if interval is not None]
    typical = median_low(known) if known else tick_seconds
    # What was measured is not round, and a tick that was set is.
    is_tick = abs(typical - tick_seconds) <= tick_seconds / 10
    return units.tick(tick_seconds if is_tick else round(typical))


def _silence(watch: Watch, window: TimeRange) -> list[Element | str]:
    """Return the words for an object that has gone silent before the end of the range."""
    since = watch.silent_since_seconds
    if since is None or since >= window.end.timestamp():
        return []
    instant = datetime.fromtimestamp(since, UTC).isoformat()
    return [" · ", h("strong", "Silent since ", h("time", "", class_="clock", datetime=instant))]


def nearest_samples(
    database: Database,
    query: Query[SampleSpan],
    keys: dict[str, Parameter],
    window: TimeRange,
    now: datetime,
) -> SampleSpan:
    """Return the samples nearest to a range that has none; raise a DatabaseError."""
    reach = timedelta(days=SEARCH_DAYS)
    bounds: dict[str, Parameter] = {
        "start": window.start,
        "end": window.end,
        "earliest": max(EARLIEST, window.start - reach),
        "latest": min(now + timedelta(days=1), window.end + reach),
    }
    rows = database.fetch(query, keys | bounds)
    return rows[0] if rows else SampleSpan(None, None)


def no_samples(path: str, span: SampleSpan, window: TimeRange, reason: str) -> Element:
    """Return the words for a range without samples, with the way to the nearest ones of the page's object."""
    offers = []
    for words, instant in (("before", span.before), ("after", span.after)):
        if instant is not None:
            half = int(window.window_seconds * 500)
            centre = int(instant.timestamp() * 1000)
            offers.append(
                h(
                    "a",
                    f"Nearest samples {words}: ",
                    h("time", "", class_="clock", datetime=instant.isoformat()),
                    href=f"{path}?from={centre - half}&to={centre + half}",
                    class_="button",
                )
            )
    return h(
        "div",
        h("strong", "No samples in this range."),
        h("p", reason),
        h("p", *offers) if offers else h("p", "There are none nearby either."),
        class_="nothing",
    )


def young_object(path: str, first_seen_at: datetime, window: TimeRange) -> Element | None:
    """Return the words for a range that lies mostly before an object's first sample, None for another."""
    absent = first_seen_at - window.start
    if absent < (window.end - window.start) / 2 or first_seen_at >= window.end:
        return None
    is_sliding = window.is_live and window.from_text.startswith("now-") and "/" not in window.from_text
    full_at = first_seen_at + (window.end - window.start)
    return h(
        "p",
        h(
            "strong",
            "Its samples begin at ",
            h("time", "", class_="clock", datetime=first_seen_at.isoformat()),
        ),
        "; nothing is missing before. ",
        *(
            (
                "This range is full at ",
                h("time", "", class_="clock", datetime=full_at.isoformat()),
                ". ",
            )
            if is_sliding
            else ()
        ),
        h(
            "a",
            "Show all since then",
            href=f"{path}?from={int(first_seen_at.timestamp() * 1000)}&to=now",
            class_="button button--small",
        ),
        class_="hint",
    )
