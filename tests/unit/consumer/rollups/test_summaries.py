# SPDX-License-Identifier: Apache-2.0
"""Which steps the fleet and the windows of VMs take, against steps that do as the database does."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consumer.errors import DatabaseAway
from consumer.rollups import summaries
from consumer.rollups.report import Report
from consumer.rollups.steps import Filled, WindowStep
from consumer.rollups.summaries import Summaries

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


class Clock:
    """Stands for the time, which passes in steps and pauses alone."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        """Tell."""
        return self.seconds

    def pause(self, seconds: float) -> None:
        """Let it pass."""
        self.seconds += seconds


class Database:
    """Stands for the steps: windows with so many VMs are due; each VM and bucket takes its time."""

    def __init__(
        self, clock: Clock, due: Iterable[tuple[str, int]] = (), *, behind_count: int = 0, seconds_each: float
    ) -> None:
        self._clock = clock
        self._due = list(due)
        self._seconds_each = seconds_each
        self.done = NOW - behind_count * FIVE_MINUTES
        self.asked: list[int] = []
        self.made: list[tuple[str, int]] = []
        self.is_others_turn = False

    def fill_windows(self, count: int) -> WindowStep | None:
        """Make some VMs of the first window that is due."""
        self.asked.append(count)
        if self.is_others_turn:
            return None
        if not self._due:
            return WindowStep(None, 0, is_whole=False)
        name, left = self._due[0]
        written = min(left, count)
        self._clock.pause(written * self._seconds_each)
        self._due[0] = (name, left - written)
        is_whole = written < count
        if is_whole:
            del self._due[0]
        self.made.append((name, written))
        return WindowStep(name, written, is_whole)

    def fill_fleet(self, count: int) -> Filled | None:
        """Make some buckets."""
        self.asked.append(count)
        if self.is_others_turn:
            return None
        self._clock.pause(count * self._seconds_each)
        self.done = min(NOW, self.done + count * FIVE_MINUTES)
        return Filled(self.done, NOW, count)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the time."""
    clock = Clock()
    monkeypatch.setattr(summaries, "time", clock)
    return clock


def made_by(clock: Clock) -> Any:
    """Return what makes them."""
    return Summaries(Report(), clock.pause)


def test_all_that_is_due_is_made(clock: Clock) -> None:
    """One window after the other, the parts as large as take a second, until none is due."""
    database = Database(clock, [("1h", 3000), ("24h", 100)], seconds_each=0.0001)

    assert not made_by(clock).fill_windows(database)
    assert [("1h", 250), ("1h", 500), ("1h", 1000), ("1h", 1250), ("24h", 100)] == database.made
    # A longer window begins with a small part again: each VM takes longer.
    assert [250, 500, 1000, 2000, 250, 250] == database.asked


def test_a_long_window_takes_turns_with_the_levels(clock: Clock) -> None:
    """A round gives it a quarter of a minute, pauses included, and more is due at once."""
    database = Database(clock, [("30d", 50_000)], seconds_each=0.004)
    makes = made_by(clock)

    assert makes.fill_windows(database)
    assert 15.0 <= clock.seconds <= 18.0
    assert {250} == set(database.asked)
    assert makes.fill_windows(database)


def test_a_part_that_fails_is_tried_half_as_large(clock: Clock) -> None:
    """It may have been too much for the time that a statement has."""
    makes = made_by(clock)

    class Failing(Database):
        def fill_windows(self, count: int) -> WindowStep | None:
            super().fill_windows(count)
            raise DatabaseAway("it took too long", sqlstate="57014")

    database = Failing(clock, [("1h", 1000)], seconds_each=0.0)
    for _ in range(2):
        with pytest.raises(DatabaseAway):
            makes.fill_windows(database)
    assert [250, 125] == database.asked


def test_another_worker_is_left_alone(clock: Clock) -> None:
    """Neither is tried again before the next round, as large as before."""
    database = Database(clock, [("1h", 1000)], behind_count=5, seconds_each=0.0)
    database.is_others_turn = True
    makes = made_by(clock)

    assert not makes.fill_windows(database)
    assert not makes.fill_fleet(database)
    assert not makes.fill_windows(database)
    assert not makes.fill_fleet(database)
    assert [250, 288, 250, 288] == database.asked


def test_the_fleet_is_made_as_far_as_its_hosts(clock: Clock) -> None:
    """A day at a time, unless that takes long; years of it take turns with the rest."""
    database = Database(clock, behind_count=300, seconds_each=0.001)
    makes = made_by(clock)

    assert not makes.fill_fleet(database)
    assert NOW == database.done
    assert [288, 288] == database.asked

    slow = Database(clock, behind_count=100_000, seconds_each=0.01)
    assert makes.fill_fleet(slow)
    assert [288, 144, 144] == slow.asked[:3]
    assert slow.done < NOW
