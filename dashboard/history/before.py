# SPDX-License-Identifier: Apache-2.0
"""The same stretch of time some days before: which instants it has, and what an address says of it.

Days are those of a calendar: eight in the morning is compared with eight in the morning, also where the
clocks were changed between the two. Hours, minutes and seconds are lengths of time.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

import numpy as np

from dashboard.charts.columns import Numbers
from dashboard.errors import RangeError
from dashboard.timerange import EARLIEST, MAXIMUM_WINDOW, UNITS, TimeRange

# Clocks are changed at whole quarters of an hour of UTC.
QUARTER_SECONDS = 900.0
# No change of a clock is as long.
EDGE_SECONDS = 3 * 3600.0
UNIT_WORDS = {"s": "s", "m": "min", "h": "h"}
CALENDAR_UNITS = frozenset("dwMy")

UNIT_LETTERS = "s, m, h, d, w, M and y"

_FORM = re.compile(r"-?(?:(?P<count>\d{1,6})(?P<unit>[smhdwMy])?)?")


class Before(NamedTuple):
    """So long before. With ``is_calendar`` that is so many days of the zone in which a page is read."""

    length: timedelta
    words: str
    is_calendar: bool

    def instants(self, times_seconds: Numbers, zone: tzinfo) -> Numbers:
        """Return the instants so long before; NaN where no clock of the zone showed that time.

        Where it was shown twice, the first counts. All are in seconds since the epoch.
        """
        if not self.is_calendar:
            return times_seconds - self.length.total_seconds()
        quarters, places = np.unique(np.floor(times_seconds / QUARTER_SECONDS), return_inverse=True)
        steps = np.array([self._step_seconds(float(quarter) * QUARTER_SECONDS, zone) for quarter in quarters])
        return times_seconds + steps[places] if len(quarters) else times_seconds

    def window(self, window: TimeRange, zone: tzinfo) -> TimeRange | None:
        """Return the range of all instants so long before those of a range; None without any."""
        start, end = window.start.timestamp(), window.end.timestamp()
        # Between the edges the instants only go on.
        times = np.concatenate(
            (
                np.arange(start, min(end, start + EDGE_SECONDS), QUARTER_SECONDS),
                np.arange(end, max(start, end - EDGE_SECONDS), -QUARTER_SECONDS),
            )
        )
        found = self.instants(times, zone)
        if np.isnan(found).all():
            return None
        first, last = (
            datetime.fromtimestamp(float(edge), UTC) for edge in (np.nanmin(found), np.nanmax(found))
        )
        return window._replace(start=max(EARLIEST, first), end=max(EARLIEST, last))

    def _step_seconds(self, instant_seconds: float, zone: tzinfo) -> float:
        shown = datetime.fromtimestamp(instant_seconds, zone).replace(tzinfo=None, fold=0)
        wanted = shown - self.length
        found = wanted.replace(tzinfo=zone).timestamp()
        was_shown = datetime.fromtimestamp(found, zone).replace(tzinfo=None, fold=0) == wanted
        return found - instant_seconds if was_shown else float("nan")


def read_before(text: str) -> Before | None:
    """Return what an address compares with, None where it names nothing; raise RangeError on nonsense."""
    if not text:
        return None
    form = _FORM.match(text)
    end = 0 if form is None else form.end()
    if form is None or end < len(text) or not form["unit"]:
        raise RangeError(f"vs={text[:20]} names no time before: {_fault(text, end)}. Try vs=-7d.")
    count, unit = int(form["count"]), form["unit"]
    length = count * UNITS[unit]
    if not timedelta(0) < length <= MAXIMUM_WINDOW:
        raise RangeError(f"vs={text} has to be more than nothing, and ten years at most. Try vs=-7d.")
    is_calendar = unit in CALENDAR_UNITS
    number, word = (length.days, "d") if is_calendar else (count, UNIT_WORDS[unit])
    return Before(length, f"{number}\N{NO-BREAK SPACE}{word} before", is_calendar)


def _fault(text: str, end: int) -> str:
    """Return what is wrong with a text that can be read up to a place."""
    if end == len(text):
        return f"it ends where one of {UNIT_LETTERS} should stand"
    letter = f"“{text[end]}” at character {end + 1}"
    if text[end - 1 : end].isdigit():
        return f"{letter} is none of {UNIT_LETTERS}"
    return f"{letter} is too much" if end and text[end - 1] in UNITS else f"{letter} is no number"
