# SPDX-License-Identifier: Apache-2.0
"""What is logged of the rollups, and how often."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consumer.rollups.report import Report
from consumer.rollups.steps import LevelProgress

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Logged:
    """A report with a clock of the test's own, and the events that it logs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.report = Report(lambda: self.seconds)
        for level in ("info", "warning"):
            monkeypatch.setattr(
                self.report._log,
                level,
                lambda event, **keys: self.events.append((event, keys)),
                raising=False,
            )

    def tell(self, at: float, lag_seconds: float, *, moved_seconds: float = 0.0) -> list[str]:
        """Return the events of a look at a time, with the finest level so far behind."""
        self.seconds = at
        self.events.clear()
        target = NOW + timedelta(seconds=moved_seconds + lag_seconds)
        waits_from = NOW + timedelta(seconds=moved_seconds)
        self.report.tell(
            [
                LevelProgress("host_samples", "5m", waits_from, target, waits_from),
                LevelProgress("domain_samples", "5m", target, target, None),
                LevelProgress("host_samples", "1h", NOW - timedelta(days=1), target, NOW - timedelta(days=1)),
            ]
        )
        return [event for event, _ in self.events]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Logged:
    """Give a report."""
    return Logged(monkeypatch)


def test_a_bucket_that_has_just_ended_is_no_news(logged: Logged) -> None:
    """The finest level alone counts: the others follow it."""
    assert [] == logged.tell(0.0, 1_200.0)


def test_a_backfill_tells_how_far_it_is_each_minute(logged: Logged) -> None:
    """As long as it moves, and once more when it is done."""
    assert ["rollups_catch_up"] == logged.tell(0.0, 90_000.0)
    assert [] == logged.tell(30.0, 80_000.0, moved_seconds=10_000.0)
    assert ["rollups_catch_up"] == logged.tell(60.0, 70_000.0, moved_seconds=20_000.0)
    assert ["rollups_caught_up"] == logged.tell(120.0, 300.0, moved_seconds=89_700.0)
    assert [] == logged.tell(180.0, 300.0, moved_seconds=89_700.0)


def test_a_standstill_is_a_warning_every_ten_minutes(logged: Logged) -> None:
    """With the time from which on samples wait."""
    assert ["rollups_catch_up"] == logged.tell(0.0, 1_201.0)
    assert [] == logged.tell(300.0, 1_501.0)
    assert ["rollups_behind"] == logged.tell(600.0, 1_801.0)
    assert [("rollups_behind", {"waits_from": NOW.isoformat(), "lag_seconds": 1_801.0})] == logged.events
    assert [] == logged.tell(900.0, 2_101.0)
    assert ["rollups_behind"] == logged.tell(1_200.0, 2_401.0)


def test_what_was_done_is_summed_up(logged: Logged) -> None:
    """Every ten minutes, where anything was done; samples that came too late are told at once."""
    logged.report.note(6.0, filled_count=700)
    logged.report.note(6.0, late_count=3, late_row_count=63)
    assert [] == logged.tell(599.0, 0.0)
    assert ["rolled_up"] == logged.tell(600.0, 0.0)
    expected = {"row_count": 700, "late_count": 3, "late_row_count": 63, "busy_ratio": 0.02}
    assert [("rolled_up", expected)] == logged.events
    assert [] == logged.tell(1_200.0, 0.0)

    logged.report.tell_unserved(0)
    logged.report.tell_unserved(2)
    assert [("late_not_rolled_up", {"note_count": 2})] == logged.events


def test_what_fails_is_summed_up_once_in_a_while(logged: Logged) -> None:
    """All that failed in a round, with one of the errors; after a round without, one is news."""
    failures = {"host_samples 5m": "no space left", "domain_samples 5m": "no space left"}
    logged.report.tell_failures(failures)
    logged.report.tell_failures(failures)
    expected = {"failed": ["domain_samples 5m", "host_samples 5m"], "error": "no space left"}
    assert [("rollups_failed", expected)] == logged.events

    logged.report.tell_failures({})
    logged.report.tell_failures(failures)
    assert [("rollups_failed", expected)] * 2 == logged.events
