# SPDX-License-Identifier: Apache-2.0
"""The instants so long before, where clocks are changed as well, and what an address says of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboard.errors import RangeError
from dashboard.history.before import Before, read_before
from dashboard.timerange import parse

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def week() -> Before:
    """Return the week before."""
    found = read_before("-7d")
    assert found is not None
    return found


def before(zone: str, shown: str, fold: int = 0) -> str | None:
    """Return what clocks showed, with their offset, at the instant a week before they showed this."""
    place = ZoneInfo(zone)
    instant = datetime.fromisoformat(shown).replace(tzinfo=place, fold=fold).timestamp()
    (found,) = week().instants(np.array([instant]), place)
    return None if np.isnan(found) else datetime.fromtimestamp(float(found), place).isoformat()


@pytest.mark.parametrize(
    ("zone", "shown", "expected"),
    [
        # Summer time ends on 25 October 2026 in Berlin, on 1 November in New York.
        (BERLIN, "2026-10-28T08:00", "2026-10-21T08:00:00+02:00"),
        (BERLIN, "2026-10-25T01:30", "2026-10-18T01:30:00+02:00"),
        (NEW_YORK, "2026-11-03T08:00", "2026-10-27T08:00:00-04:00"),
        (NEW_YORK, "2026-11-01T00:30", "2026-10-25T00:30:00-04:00"),
        # It begins on 29 March in Berlin, on 8 March in New York.
        (BERLIN, "2026-04-01T08:00", "2026-03-25T08:00:00+01:00"),
        (BERLIN, "2026-03-29T03:30", "2026-03-22T03:30:00+01:00"),
        (NEW_YORK, "2026-03-10T08:00", "2026-03-03T08:00:00-05:00"),
        (NEW_YORK, "2026-03-08T03:30", "2026-03-01T03:30:00-05:00"),
        # The hour that came twice a week before is its first; of one that did not come there is none.
        (BERLIN, "2026-11-01T02:30", "2026-10-25T02:30:00+02:00"),
        (NEW_YORK, "2026-11-08T01:30", "2026-11-01T01:30:00-04:00"),
        (BERLIN, "2026-04-05T02:30", None),
        (NEW_YORK, "2026-03-15T02:30", None),
    ],
)
def test_a_week_before_is_the_same_time_of_day(zone: str, shown: str, expected: str | None) -> None:
    """Also where the clocks were changed between the two."""
    assert expected == before(zone, shown)


@pytest.mark.parametrize(("zone", "shown"), [(BERLIN, "2026-10-25T02:30"), (NEW_YORK, "2026-11-01T01:30")])
def test_both_hours_of_an_autumn_day_stand_beside_the_same_one(zone: str, shown: str) -> None:
    """Clocks showed the time once, a week before."""
    assert before(zone, shown) == before(zone, shown, fold=1) is not None


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"])
def test_a_day_of_another_length_stands_beside_a_whole_day(zone: str, day: str) -> None:
    """A day of 23 or of 25 hours is compared with the 24 a week before."""
    place = ZoneInfo(zone)
    midnight = datetime.fromisoformat(day).replace(tzinfo=place)
    window = parse("now/d", "now/d", now=midnight + timedelta(hours=12), zone=place)
    found = week().window(window, place)
    assert found is not None
    assert midnight - timedelta(days=7) == found.start
    # The hour that the clocks left out has none beside it; the last one has.
    assert midnight - timedelta(days=6) == found.end


def test_hours_are_lengths_of_time() -> None:
    """A day of the calendar and 24 hours differ where the clocks are changed."""
    place = ZoneInfo(BERLIN)
    instant = np.array([datetime(2026, 10, 25, 12, tzinfo=place).timestamp()])
    hours, day = read_before("24h"), read_before("-1d")
    assert hours is not None
    assert day is not None
    assert 24 * 3600 == instant - hours.instants(instant, place)
    assert 25 * 3600 == instant - day.instants(instant, place)


@pytest.mark.parametrize(
    ("text", "words"),
    [("-7d", "7 d before"), ("4w", "28 d before"), ("-90m", "90 min before"), ("-36h", "36 h before")],
)
def test_lengths_are_said_in_words(text: str, words: str) -> None:
    """With and without its sign."""
    found = read_before(text)
    assert found is not None
    assert words == found.words.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-7x", "“x” at character 3 is none of s, m, h, d, w, M and y"),
        ("-7", "it ends where one of s, m, h, d, w, M and y should stand"),
        ("-7dd", "“d” at character 4 is too much"),
        ("week", "“w” at character 1 is no number"),
        ("-0d", "more than nothing"),
        ("-999999y", "ten years at most"),
    ],
)
def test_nonsense_is_refused_with_its_place(text: str, words: str) -> None:
    """What cannot be read is said with where it stands; nothing is nothing to compare with."""
    with pytest.raises(RangeError, match=words):
        read_before(text)
    assert read_before("") is None
