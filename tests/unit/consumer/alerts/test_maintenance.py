# SPDX-License-Identifier: Apache-2.0
"""When maintenance is under way: by the clock on the wall, on every day of the year."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from consumer.alerts.withheld.maintenance import Maintenance, Window, window
from consumer.alerts.withheld.selector import Selector

MINUTE = timedelta(minutes=1)
SAID_AT = datetime(2026, 1, 1, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")
ZONES = [
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
]


def recurring(
    at: str, hours: float, days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6), zone: str = "UTC"
) -> Maintenance:
    """Return a maintenance on days of the week."""
    return Maintenance(
        maintenance_id=1,
        selector=Selector(host="hv1"),
        reason="backup",
        starts_at=SAID_AT,
        weekdays=days,
        time_of_day=time.fromisoformat(at),
        duration_seconds=round(hours * 3600),
        zone=zone,
        said_by="anna",
        said_at=SAID_AT,
    )


def once(starts_at: datetime, ends_at: datetime) -> Maintenance:
    """Return a maintenance of one window."""
    return structs.replace(
        recurring("00:00", 1), starts_at=starts_at, ends_at=ends_at, weekdays=None, time_of_day=None
    )


def utc(text: str) -> datetime:
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_once_is_from_its_start_until_its_end() -> None:
    """Without the end itself; after it there is none, before it the one that comes."""
    maintenance = once(utc("2026-11-03 20:00"), utc("2026-11-03 22:00"))
    only = Window(utc("2026-11-03 20:00"), utc("2026-11-03 22:00"))

    assert only == window(maintenance, utc("2026-11-03 19:59"))
    assert only == window(maintenance, utc("2026-11-03 20:00"))
    assert only == window(maintenance, utc("2026-11-03 21:59"))
    assert window(maintenance, utc("2026-11-03 22:00")) is None


def test_what_spans_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    """Tuesday from 22:00 for six hours is there on Wednesday at 3, and not on Tuesday at 3."""
    tuesdays = recurring("22:00", 6, (1,), "Europe/Vienna")
    began = datetime(2026, 11, 3, 22, tzinfo=VIENNA)

    assert Window(began, began + timedelta(hours=6)) == window(tuesdays, began + timedelta(hours=5))
    before = window(tuesdays, began - timedelta(hours=19))
    assert before is not None
    assert began == before.starts_at


@pytest.mark.parametrize(
    ("day", "at", "starts", "ends"),
    [
        # The clocks are put forward from 2:00 to 3:00: half past two is half past three.
        ("2026-03-29", "02:30", "2026-03-29 01:30", "2026-03-29 02:30"),
        ("2026-03-29", "01:30", "2026-03-29 00:30", "2026-03-29 01:30"),
        ("2026-03-29", "03:00", "2026-03-29 01:00", "2026-03-29 02:00"),
        # They are put back from 3:00 to 2:00: half past two comes twice, and both are meant.
        ("2026-10-25", "02:30", "2026-10-25 00:30", "2026-10-25 02:30"),
        ("2026-10-25", "03:00", "2026-10-25 02:00", "2026-10-25 03:00"),
        ("2026-10-24", "02:30", "2026-10-24 00:30", "2026-10-24 01:30"),
    ],
)
def test_days_on_which_the_clocks_change(day: str, at: str, starts: str, ends: str) -> None:
    """An hour of each."""
    days = (date.fromisoformat(day).weekday(),)

    assert Window(utc(starts), utc(ends)) == window(recurring(at, 1, days, "Europe/Vienna"), utc(starts))


def test_it_is_bounded_by_what_it_is_said_for() -> None:
    """One that is said while it would be under way holds at once, and ends with its end."""
    said = utc("2026-11-03 23:00")
    maintenance = structs.replace(recurring("22:00", 4), starts_at=said, ends_at=utc("2026-11-05 23:30"))

    assert Window(said, utc("2026-11-04 02:00")) == window(maintenance, said)
    assert Window(utc("2026-11-05 22:00"), utc("2026-11-05 23:30")) == window(
        maintenance, utc("2026-11-05 03:00")
    )
    assert window(maintenance, utc("2026-11-05 23:30")) is None
    ended = structs.replace(maintenance, ended_at=utc("2026-11-04 01:00"))
    assert window(ended, utc("2026-11-04 01:00")) is None
    ahead = structs.replace(recurring("22:00", 4), starts_at=utc("2027-05-01 12:00"))
    assert Window(utc("2027-05-01 22:00"), utc("2027-05-02 02:00")) == window(ahead, said)


@pytest.mark.parametrize("changes", [{"zone": "Europe/Nowhere"}, {"zone": "../etc"}, {"weekdays": ()}])
def test_what_is_not_understood_is_never(changes: dict[str, object]) -> None:
    """It holds nothing back."""
    assert window(structs.replace(recurring("22:00", 4), **changes), utc("2026-11-03 23:00")) is None


def slow_windows(maintenance: Maintenance, now: datetime) -> Iterator[Window]:
    """Give the windows about an instant by looking at the clock on the wall in each minute."""
    zone = ZoneInfo(maintenance.zone)
    duration = timedelta(seconds=maintenance.duration_seconds or 0)
    begins = maintenance.time_of_day
    assert begins is not None
    day = (now - duration).astimezone(zone).date() - timedelta(days=1)
    while day <= now.astimezone(zone).date() + timedelta(days=1):
        noon = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)
        minutes = [noon + each * MINUTE for each in range(-15 * 60, 15 * 60)]
        wall = [each.astimezone(zone).replace(tzinfo=None) for each in minutes]
        wanted = datetime.combine(day, begins)
        found = [each for each, shown in zip(minutes, wall, strict=True) if shown == wanted]
        if not found:
            jump = next(place for place, shown in enumerate(wall) if shown > wanted)
            # So long after the jump as it is after the last minute that there is.
            found = [minutes[jump] + (wanted - wall[jump - 1] - MINUTE)]
        if day.weekday() in (maintenance.weekdays or ()):
            yield Window(min(found), max(found) + duration)
        day += timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES)
def test_it_is_what_the_clock_on_the_wall_says(zone: str) -> None:
    """At random instants of the days about every change of the clocks, and of others."""
    dice = random.Random(zone)  # noqa: S311 - nothing secret
    year = datetime(2026, 1, 10, tzinfo=UTC)
    offsets = [(year + timedelta(days=each)).astimezone(ZoneInfo(zone)).utcoffset() for each in range(500)]
    changes = [each for each in range(1, 500) if offsets[each] != offsets[each - 1]] or [100]
    for _ in range(25):
        maintenance = recurring(
            f"{dice.choice([0, 1, 1, 2, 2, 3, 23]):02}:{dice.choice([0, 15, 30, 59]):02}",
            dice.choice([0.5, 1, 3, 25, 49]),
            tuple(sorted(dice.sample(range(7), dice.randrange(1, 8)))),
            zone,
        )
        now = year + timedelta(days=dice.choice(changes) + dice.choice([-2, -1, -1, 0, 0, 1]))
        now += MINUTE * dice.randrange(1440)
        under_way = [each for each in slow_windows(maintenance, now) if each.starts_at <= now < each.ends_at]
        found = window(maintenance, now)
        assert found is not None
        expected = max(under_way, key=lambda each: each.ends_at, default=None)
        assert expected == (found if found.starts_at <= now else None), (maintenance, now)
