# SPDX-License-Identifier: Apache-2.0
"""Durations, times and days as people write them, and what they are told where they are not understood."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from consumer.alerts.withheld.times import (
    duration,
    moment,
    time_of_day,
    weekday_words,
    weekdays,
    zone_named,
    zone_of_machine,
)

VIENNA = ZoneInfo("Europe/Vienna")
# Half past nine in the evening there.
NOW = datetime(2026, 11, 3, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30m", 30),
        ("45min", 45),
        ("2h", 120),
        ("1d", 1440),
        ("1h30m", 90),
        ("1d 12h", 2160),
        ("1W", 10080),
        ("90s", 1.5),
    ],
)
def test_a_duration_has_units(text: str, minutes: float) -> None:
    """One or several."""
    assert timedelta(minutes=minutes) == duration(text)


@pytest.mark.parametrize("text", ["", "2", "h", "2x", "-2h", "2h3", "0m", "2.5h", "9999999d"])
def test_what_is_no_duration_is_told(text: str) -> None:
    """With what to write."""
    with pytest.raises(ValueError, match=r"30m, 2h, 1d or 1h30m|between a second and ten years"):
        duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-11-03T20:30"),
        # There it is 21:30.
        ("22:00", "2026-11-03T21:00"),
        ("21:30", "2026-11-04T20:30"),
        ("6:15", "2026-11-04T05:15"),
        ("2026-11-05T22:00", "2026-11-05T21:00"),
        ("2026-11-05 22:00", "2026-11-05T21:00"),
        ("2026-11-05", "2026-11-04T23:00"),
        ("2026-11-05T22:00Z", "2026-11-05T22:00"),
        ("2026-11-05T22:00-05:00", "2026-11-06T03:00"),
    ],
)
def test_a_time_is_the_next_or_the_one_that_is_named(text: str, expected: str) -> None:
    """In the zone that is given, unless it names one."""
    assert datetime.fromisoformat(expected).replace(tzinfo=UTC) == moment(text, NOW, VIENNA)


@pytest.mark.parametrize("text", ["25:00", "22:61", "tomorrow", "", "2026-13-01"])
def test_what_is_no_time_is_told(text: str) -> None:
    """With what to write."""
    with pytest.raises(ValueError, match="is no time; write 22:00, 2026-11-03T22:00 or 2026-11-03T22:00Z"):
        moment(text, NOW, VIENNA)


def test_a_time_of_day() -> None:
    """Of 24 hours."""
    assert [time(22), time(6, 5)] == [time_of_day("22:00"), time_of_day("6:05")]
    with pytest.raises(ValueError, match="'24:00' is no time of day; write 22:00"):
        time_of_day("24:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("weekdays", (0, 1, 2, 3, 4)),
        ("weekend", (5, 6)),
        ("mon,Thu", (0, 3)),
        ("tuesday, sun", (1, 6)),
        ("mon-wed", (0, 1, 2)),
        ("fri-mon", (0, 4, 5, 6)),
        ("weekend,mon", (0, 5, 6)),
    ],
)
def test_days_of_the_week(text: str, expected: tuple[int, ...]) -> None:
    """Names, spans, and words for some."""
    assert expected == weekdays(text)


def test_days_in_words() -> None:
    """As they are told back."""
    assert ["each day", "each mon, sun"] == [weekday_words(tuple(range(7))), weekday_words((0, 6))]
    with pytest.raises(
        ValueError, match="'mon,thurs,wedsday' are no days of the week; did you mean 'wednesday'"
    ):
        weekdays("mon,thurs,wedsday")
    with pytest.raises(ValueError, match="'monthly' are no days of the week"):
        weekdays("monthly")


def test_the_zone_of_the_machine(tmp_path: Path) -> None:
    """The variable, the link that distributions make, else UTC."""
    link = tmp_path / "localtime"
    assert "UTC" == zone_of_machine({}, link)
    (tmp_path / "zoneinfo/Europe").mkdir(parents=True)
    (tmp_path / "zoneinfo/Europe/Vienna").touch()
    link.symlink_to(tmp_path / "zoneinfo/Europe/Vienna")

    assert "Europe/Vienna" == zone_of_machine({"TZ": "nonsense"}, link)
    assert "Asia/Kolkata" == zone_of_machine({"TZ": ":Asia/Kolkata"}, link)
    with pytest.raises(ValueError, match="'Vienna' is no time zone; write one such as Europe/Vienna"):
        zone_named("Vienna")
