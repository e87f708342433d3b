# SPDX-License-Identifier: Apache-2.0
"""When a flush has its fill of days."""

from datetime import UTC, datetime, timedelta

from consumer.intake.days import DAYS_MAX, Days

DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_flush_is_full_with_its_eighth_day() -> None:
    """However many messages each day has."""
    days = Days()
    for number in range(DAYS_MAX):
        assert not days.full
        for hour in range(3):
            days.add(DAY + timedelta(days=number, hours=hour))

    assert days.full


def test_a_day_ends_at_midnight_utc() -> None:
    """As the chunks of the tables do."""
    days = Days()
    for number in range(DAYS_MAX - 1):
        days.add(DAY + timedelta(days=number))
    days.add(datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC))
    assert not days.full

    days.add(datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert days.full
