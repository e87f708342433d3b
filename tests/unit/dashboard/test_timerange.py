# SPDX-License-Identifier: Apache-2.0
"""Reading ranges from the URL and matching them with a level."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.errors import RangeError
from dashboard.timerange import (
    LEVELS,
    MAXIMUM_BUCKET_COUNT,
    MAXIMUM_SAMPLE_COUNT,
    MAXIMUM_WINDOW,
    choose_level,
    coarser,
    parse,
)

NOW = datetime(2026, 11, 23, 8, 30, 15, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now-6h", NOW - timedelta(hours=6)),
        ("now-90s", NOW - timedelta(seconds=90)),
        ("now/d", datetime(2026, 11, 23, tzinfo=UTC)),
        ("now-1d/d", datetime(2026, 11, 22, tzinfo=UTC)),
        ("now/w", datetime(2026, 11, 23, tzinfo=UTC)),
        ("now/M", datetime(2026, 11, 1, tzinfo=UTC)),
        ("now/y", datetime(2026, 1, 1, tzinfo=UTC)),
        ("1795420800000", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23 08:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00:00+01:00", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_starts_are_read(text: str, expected: datetime) -> None:
    """Relative, rounded, epoch and ISO texts name instants."""
    end = NOW + timedelta(minutes=1)
    assert expected == parse(text, end.isoformat(), now=NOW).start


def test_an_end_rounds_up() -> None:
    """``now/d`` as an end is the end of the day."""
    assert datetime(2026, 11, 24, tzinfo=UTC) == parse("now/d", "now/d", now=NOW).end


def test_december_rolls_over() -> None:
    """The end of this month in December is the first of January."""
    december = datetime(2026, 12, 5, tzinfo=UTC)
    assert datetime(2027, 1, 1, tzinfo=UTC) == parse("now/M", "now/M", now=december).end


def test_texts_without_offset_are_of_the_zone() -> None:
    """A typed time is one of the clock on the wall."""
    assert datetime(2026, 7, 1, 6, tzinfo=UTC) == parse("2026-07-01 08:00", "now", now=NOW, zone=BERLIN).start


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2026-03-29 02:30", "2026-03-29 03:30", "Europe/Berlin", ("01:00", "01:30")),
        ("2026-03-29 01:30", "2026-03-29 02:30", "Europe/Berlin", ("00:30", "01:00")),
        ("2026-10-25 02:30", "2026-10-25 03:30", "Europe/Berlin", ("00:30", "02:30")),
        ("2026-10-25 02:30+01:00", "2026-10-25 03:30", "Europe/Berlin", ("01:30", "02:30")),
        ("2026-03-08 02:15", "2026-03-08 04:00", "America/New_York", ("07:00", "08:00")),
        ("2026-10-04 02:15", "2026-10-04 03:00", "Australia/Lord_Howe", ("15:30", "16:00")),
    ],
)
def test_times_near_a_change_of_the_clocks_are_what_a_person_means(
    start: str, end: str, zone: str, expected: tuple[str, str]
) -> None:
    """A time that the clocks jump over is that of the change; of two the first, unless it has an offset."""
    found = parse(start, end, now=NOW, zone=ZoneInfo(zone))

    assert expected == (f"{found.start:%H:%M}", f"{found.end:%H:%M}")


def test_the_day_of_the_clock_change_has_25_hours() -> None:
    """Midnight to midnight in a zone follows the zone."""
    autumn = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert 25 * 3600 == parse("now/d", "now/d", now=autumn, zone=BERLIN).window_seconds


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("tomorrow", "now"),
        ("now-6x", "now"),
        ("now", "now-1h"),
        ("'; DROP", "now"),
        ("now+1h", "now"),
    ],
)
def test_nonsense_is_refused_in_words(start: str, end: str) -> None:
    """A text that is no time, and an end before its start, are refused."""
    with pytest.raises(RangeError):
        parse(start, end, now=NOW)


def test_empty_texts_mean_the_last_half_hour() -> None:
    """A URL without a range shows the last half hour, live; at a tick of two seconds every sample of it."""
    window = parse("", None, now=NOW)
    assert "raw" == choose_level(window.window_seconds, 2.0).name
    assert (timedelta(minutes=30), True) == (window.end - window.start, window.is_live)


def test_a_range_is_clamped() -> None:
    """No range is longer than what may be asked, or shorter than a few samples."""
    assert (
        parse("2000-01-01", "now", now=NOW).end - parse("2000-01-01", "now", now=NOW).start <= MAXIMUM_WINDOW
    )
    assert parse("now-6h", "99999999999999", now=NOW).end <= NOW + timedelta(days=366)
    assert 10 <= parse("now-1s", "now", now=NOW).window_seconds


@pytest.mark.parametrize(
    ("expected", "window", "tick_seconds"),
    [
        ("raw", timedelta(hours=1), 10),
        ("raw", timedelta(hours=4), 10),
        ("1m", timedelta(hours=6), 10),
        ("1m", timedelta(hours=12), 10),
        ("5m", timedelta(hours=24), 10),
        ("5m", timedelta(hours=3), 2),
        ("1m", timedelta(hours=24), 30),
        ("raw", timedelta(hours=24), 60),
        ("1m", timedelta(hours=1), 1),
        ("5m", timedelta(days=3), 10),
        ("15m", timedelta(days=7), 10),
        ("15m", timedelta(days=15), 10),
        ("1h", timedelta(days=30), 10),
        ("3h", timedelta(days=90), 10),
        ("1d", timedelta(days=365), 10),
    ],
)
def test_the_level_is_the_finest_that_fits(expected: str, window: timedelta, tick_seconds: float) -> None:
    """At most about 1,500 buckets are read, and made from at most 4,500 samples, whatever the range."""
    level = choose_level(window.total_seconds(), tick_seconds)
    assert expected == level.name
    assert window.total_seconds() / (level.bucket_seconds or tick_seconds) <= MAXIMUM_BUCKET_COUNT
    assert not level.reads_samples or window.total_seconds() / tick_seconds <= MAXIMUM_SAMPLE_COUNT


@pytest.mark.parametrize(
    ("expected", "width_pixels"), [("15m", 1300), ("15m", 400), ("1h", 300), ("3h", 80), ("1d", 10)]
)
def test_averages_fit_the_width(expected: str, width_pixels: int) -> None:
    """A week on a phone has fewer of them; each has at least half a pixel."""
    assert expected == choose_level(7 * 86_400.0, 10, width_pixels).name


def test_what_is_not_kept_any_more_may_be_in_a_coarser_level() -> None:
    """Levels that are made of others are kept as long as these, and those of samples as long as samples."""
    found = {level.name: coarser(level) for level in LEVELS}
    names = {name: None if level is None else level.name for name, level in found.items()}
    assert {
        "raw": "5m",
        "1m": "5m",
        "5m": "1h",
        "15m": "1h",
        "1h": "1d",
        "3h": "1d",
        "1d": None,
    } == names
