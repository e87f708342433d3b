# SPDX-License-Identifier: Apache-2.0
"""The range that the address of a page names, and when a chart of it has to be drawn anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from dashboard.charts.contract import ChartView
from dashboard.parts.contract import Request
from dashboard.timerange import Level, TimeRange, parse
from dashboard.web.time_zone import read_zone

TIME_LETTERS_MAX = 64
KEPT = ("from", "to", "tz", "line", "vs")
TEXT_LETTERS_MAX = 128
# A step of the width has other ticks; with finer ones each window would have a chart of its own.
WIDTH_STEP_PIXELS = 100
UNKNOWN_TICK_SECONDS = 10.0
# A rollup is drawn anew a few times per bucket: its last bucket is still filling.
REDRAWS_PER_BUCKET = 4


class WantedRange(NamedTuple):
    """The texts of a range, and the zone in which they are read."""

    from_text: str
    to_text: str
    zone_name: str

    def window(self, now: datetime) -> TimeRange:
        """Return the instants of the range; raise a RangeError."""
        return parse(self.from_text, self.to_text, now=now, zone=read_zone(self.zone_name))


def named_in(request: Request) -> Mapping[str, Sequence[str]]:
    """Return what the query string of an address names."""
    return parse_qs(request.search.removeprefix("?"))


def wanted_range(request: Request) -> WantedRange:
    """Return the range that an address names; one that it does not name is the usual one."""
    named = named_in(request)
    from_text, to_text = (named.get(name, [""])[0][:TIME_LETTERS_MAX] for name in ("from", "to"))
    return WantedRange(from_text, to_text, request.zone)


def kept_query(request: Request) -> str:
    """Return what of an address goes along to the page of another object: range, zone and kind of lines."""
    named = named_in(request)
    kept = {name: named[name][0][:TIME_LETTERS_MAX] for name in KEPT if name in named}
    return f"?{urlencode(kept)}" if kept else ""


def query_with(request: Request, name: str, value: str) -> str:
    """Return the query string of an address with another value for one of its names."""
    named = {known: values[0][:TEXT_LETTERS_MAX] for known, values in named_in(request).items()}
    return f"?{urlencode({**named, name: value})}"


def width_step(view: ChartView) -> int:
    """Return the width in pixels for which a chart is drawn."""
    return round(view.width_pixels / WIDTH_STEP_PIXELS) * WIDTH_STEP_PIXELS


def redraw_step(window: TimeRange, level: Level, sampled_at: datetime | None, now: datetime) -> str:
    """Return what changes when a chart has to be drawn anew.

    ``sampled_at`` is the newest sample of an object that still gets some, None of another.
    """
    if window.end < now - timedelta(seconds=level.bucket_seconds + 60):
        return "past"
    if level.is_raw and sampled_at is not None:
        return sampled_at.isoformat()
    period = max(UNKNOWN_TICK_SECONDS, level.bucket_seconds / REDRAWS_PER_BUCKET)
    return str(int(now.timestamp() / period))
