# SPDX-License-Identifier: Apache-2.0
"""The time range of a page: read from the URL, clamped, and matched with a level of the rollups.

The syntax is Grafana's: ``now``, ``now-6h``, ``now-1d/d`` (rounded down to the unit), milliseconds since
the epoch, ISO 8601. The level is the finest with at most MAXIMUM_BUCKET_COUNT buckets in the range; between
two that are stored, buckets of the finer one are taken together. Every
sample and buckets of a minute are read from the raw samples: of these at most MAXIMUM_SAMPLE_COUNT.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from dashboard.errors import RangeError

# Short enough for every sample at a tick of two seconds.
DEFAULT_FROM = "now-30m"
DEFAULT_TO = "now"
MAXIMUM_BUCKET_COUNT = 1500
# Each lies on a page of its own where many hosts are stored. 8,640, a day at 10 s, take longer than the tenth
# of a second that a chart should (docs/measurements.md). A day of 5 minutes has 288 buckets.
MAXIMUM_SAMPLE_COUNT = 4500
MINIMUM_WINDOW = timedelta(seconds=10)
MAXIMUM_WINDOW = timedelta(days=3653)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MONTH_COUNT = 12
# Those that are stored with histograms (docs/schema.md).
HISTOGRAM_LEVELS = frozenset({"1h", "1d"})

_RELATIVE = re.compile(r"now(?:-(?P<count>\d{1,6})(?P<unit>[smhdwMy]))?(?:/(?P<rounded>[mhdwMy]))?\Z")
_EPOCH_MILLISECONDS = re.compile(r"\d{11,14}\Z")
UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(days=7),
    "M": timedelta(days=30),
    "y": timedelta(days=365),
}
# Zones change at whole quarters of an hour.
_ZONE_GRID = timedelta(minutes=15)


class TimeRange(NamedTuple):
    """A range as asked for (texts of the URL) and as instants in UTC."""

    from_text: str
    to_text: str
    start: datetime
    end: datetime

    @property
    def is_live(self) -> bool:
        """Whether the range moves with the clock and ends now."""
        return self.to_text == "now"

    @property
    def window_seconds(self) -> float:
        """Length of the range."""
        return (self.end - self.start).total_seconds()


class Level(NamedTuple):
    """One resolution of the stored samples. ``bucket_seconds`` is 0 for raw samples.

    ``reads_samples``: each answer is made from raw samples. ``of`` is the level of whose buckets some are
    taken together, where this one is not stored itself.
    """

    name: str
    bucket_seconds: int
    words: str
    reads_samples: bool = False
    of: str = ""

    @property
    def stored_name(self) -> str:
        """The level that is read."""
        return self.of or self.name

    @property
    def has_histograms(self) -> bool:
        """Whether its buckets know how the means of five minutes in them are distributed."""
        return self.stored_name in HISTOGRAM_LEVELS

    @property
    def is_raw(self) -> bool:
        """Whether this level holds samples and not averages."""
        return self.bucket_seconds == 0


RAW = Level("raw", 0, "every sample", reads_samples=True)
LEVELS = (
    RAW,
    Level("1m", 60, "1 min averages, band min to max", reads_samples=True),
    Level("5m", 300, "5 min averages, band min to max"),
    Level("15m", 900, "15 min averages, band min to max", of="5m"),
    Level("1h", 3600, "1 h averages, band min to max"),
    Level("3h", 10_800, "3 h averages, band min to max", of="1h"),
    Level("1d", 86_400, "1 d averages, band min to max"),
)


def parse(from_text: str | None, to_text: str | None, *, now: datetime, zone: tzinfo = UTC) -> TimeRange:
    """Return the range of two URL texts, clamped to what can be asked; raise RangeError on nonsense.

    Texts without an offset, and rounding (``/d``), are read in ``zone``.
    """
    from_text, to_text = from_text or DEFAULT_FROM, to_text or DEFAULT_TO
    start = _instant(from_text, now=now, zone=zone, is_end=False)
    end = _instant(to_text, now=now, zone=zone, is_end=True)
    if start >= end:
        raise RangeError(f"The range ends ({to_text}) before it begins ({from_text}).")
    end = min(max(end, EARLIEST + MINIMUM_WINDOW), now + timedelta(days=366))
    start = min(max(start, EARLIEST, end - MAXIMUM_WINDOW), end - MINIMUM_WINDOW)
    return TimeRange(from_text, to_text, start, end)


def choose_level(
    window_seconds: float, tick_seconds: float, width_pixels: int = MAXIMUM_BUCKET_COUNT
) -> Level:
    """Return the finest level with few enough buckets in the window, and few enough samples to read.

    More than two averages for each of ``width_pixels`` would not be told apart.
    """
    tick_seconds = max(tick_seconds, 0.1)
    for level in LEVELS:
        if level.reads_samples and window_seconds / tick_seconds > MAXIMUM_SAMPLE_COUNT:
            continue
        most = MAXIMUM_BUCKET_COUNT if level.reads_samples else min(MAXIMUM_BUCKET_COUNT, 2 * width_pixels)
        if window_seconds / (level.bucket_seconds or tick_seconds) <= most:
            return level
    return LEVELS[-1]


def coarser(level: Level) -> Level | None:
    """Return the next level that may be kept for longer; None at the last."""
    later = LEVELS[LEVELS.index(level) + 1 :]
    kept = (each for each in later if not each.of and not each.reads_samples)
    return next((each for each in kept if each.name != level.stored_name), None)


def _instant(text: str, *, now: datetime, zone: tzinfo, is_end: bool) -> datetime:
    relative = _RELATIVE.match(text)
    try:
        if relative:
            instant = now
            if relative["count"]:
                instant -= int(relative["count"]) * UNITS[relative["unit"]]
            if relative["rounded"]:
                instant = _rounded(instant.astimezone(zone), relative["rounded"], is_end=is_end)
        elif _EPOCH_MILLISECONDS.match(text):
            instant = datetime.fromtimestamp(int(text) / 1000, UTC)
        else:
            instant = datetime.fromisoformat(text)
            instant = instant if instant.tzinfo else _of_wall_clock(instant, zone)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise RangeError(f"“{text[:40]}” is not a time: try now-6h, 2026-11-23 08:00 or now/d.") from error


def _of_wall_clock(wall: datetime, zone: tzinfo) -> datetime:
    """Return when a clock of the zone shows a time: the first of two, the change for one it jumps over."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    # The second lies before the change, the first behind it.
    change = _rounded(second, "h", is_end=False)
    while change.astimezone(zone).utcoffset() != first.astimezone(zone).utcoffset():
        change += _ZONE_GRID
    return change


def _rounded(instant: datetime, unit: str, *, is_end: bool) -> datetime:
    """Return the start of the unit that holds the instant; for an end, the start of the next one."""
    floor = instant.replace(second=0, microsecond=0)
    if unit != "m":
        floor = floor.replace(minute=0)
    if unit in "dwMy":
        floor = floor.replace(hour=0)
    if unit == "w":
        floor -= timedelta(days=floor.weekday())
    if unit in "My":
        floor = floor.replace(day=1)
    if unit == "y":
        floor = floor.replace(month=1)
    if not is_end:
        return floor
    if unit == "y":
        return floor.replace(year=floor.year + 1)
    if unit == "M":
        year = floor.year + floor.month // MONTH_COUNT
        return floor.replace(year=year, month=floor.month % MONTH_COUNT + 1)
    return floor + UNITS[unit]
