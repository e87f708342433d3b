# SPDX-License-Identifier: Apache-2.0
"""Which steps a round takes, against steps that do as the database does, in no time."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consumer.errors import DatabaseAway, DataRefused
from consumer.rollups import filling
from consumer.rollups.filling import Filling
from consumer.rollups.report import Report
from consumer.rollups.steps import Applied, Filled, LevelProgress, WindowStep

FIVE_MINUTES = timedelta(minutes=5)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Database:
    """Stands for the steps: one table, whose buckets of 5 minutes are filled in as announced."""

    is_lost = False

    def __init__(self, *, behind_count: int, note_count: int = 0) -> None:
        self.done = NOW - behind_count * FIVE_MINUTES
        self.announced = self.done
        self.note_count = note_count
        self.others_turn = False
        self.gate_held_count = 0
        self.asked: list[str] = []
        self.older: list[int] = []

    def older_consumers(self) -> list[int]:
        """Tell what the test says."""
        return self.older

    def announce(self) -> datetime | None:
        """Announce six hours at a time."""
        self.asked.append("announce")
        if self.gate_held_count:
            self.gate_held_count -= 1
            raise DatabaseAway("a flush holds the gate", sqlstate="55P03")
        if self.others_turn:
            return None
        self.announced = min(NOW, self.done + timedelta(hours=6))
        return self.announced

    def progress(self) -> list[LevelProgress]:
        """Tell how far it is."""
        waits_from = self.done if self.done < NOW else None
        return [LevelProgress("host_samples", "5m", self.done, NOW, waits_from)]

    def fill(self, _progress: LevelProgress, bucket_count: int) -> Filled | None:
        """Fill in as much as is asked for."""
        self.asked.append("fill")
        if self.others_turn:
            return None
        self.done = min(self.announced, self.done + bucket_count * FIVE_MINUTES)
        return Filled(self.done, self.announced, bucket_count)

    def apply_late(self, note_count: int) -> Applied | None:
        """Settle as many notes as is asked for."""
        self.asked.append("late")
        applied = min(note_count, self.note_count)
        self.note_count -= applied
        return Applied(applied, 0, applied)

    def fill_fleet(self, _bucket_count: int) -> Filled | None:
        """Have nothing to do."""
        return Filled(NOW, NOW, 0)

    def fill_windows(self, _domain_count: int) -> WindowStep | None:
        """Have nothing to do."""
        return WindowStep(None, 0, False)


class Rounds:
    """Rounds on the stand-in."""

    def __init__(self, database: Any, stopping: threading.Event | None = None) -> None:
        self.filling = Filling(Report(), stopping or threading.Event())
        self._database = database

    def round(self) -> bool:
        """Do one."""
        return self.filling.round(self._database)

    @property
    def failed(self) -> list[str]:
        """What failed in the last one."""
        return list(self.filling._failures)


class ManyTables(Database):
    """Two levels of three tables, of which the first cannot be filled in."""

    def __init__(self) -> None:
        super().__init__(behind_count=3)
        tables = ("domain_samples", "host_disk_samples", "host_samples")
        self.dones = {(table, level): self.done for level in ("5m", "1h") for table in tables}

    def progress(self) -> list[LevelProgress]:
        """Tell how far each is."""
        return [
            LevelProgress(table, level, done, NOW, done if done < NOW else None)
            for (table, level), done in self.dones.items()
        ]

    def fill(self, progress: LevelProgress, _bucket_count: int) -> Filled | None:
        """Fill in all but the first."""
        self.asked.append(progress.name)
        if progress.name == "domain_samples 5m":
            raise DataRefused("value out of range\nCONTEXT:  SQL statement, long")
        self.dones[progress.relation, progress.level] = NOW
        return Filled(NOW, NOW, 1)


def test_nothing_is_due() -> None:
    """A round without anything to do asks three questions."""
    database = Database(behind_count=0)

    assert not Rounds(database).round()
    assert ["announce", "late"] == database.asked


def test_a_backfill_goes_on_without_a_wait_until_it_is_done() -> None:
    """What is announced is filled in, and the next round follows at once; the last one ends it."""
    database = Database(behind_count=200)
    subject = Rounds(database)
    answers = [subject.round() for _ in range(4)]

    assert [True, True, False, False] == answers
    assert database.done == NOW
    # 12 buckets at first, then twice as many each time; and one step in vain, as no more is announced.
    assert 7 == database.asked.count("fill")


def test_notes_are_applied_to_the_last() -> None:
    """However many there are."""
    database = Database(behind_count=0, note_count=2 * filling._NOTE_COUNT_MAX + 1)
    Rounds(database).round()

    assert 0 == database.note_count
    assert 3 == database.asked.count("late")


def test_another_worker_is_left_alone() -> None:
    """Nothing more is asked in this round; in the next one the other may be gone."""
    database = Database(behind_count=3)
    subject = Rounds(database)
    database.others_turn = True
    assert not subject.round()
    assert ["announce"] == database.asked

    database.others_turn = False
    subject.round()
    assert database.done == NOW


def test_a_flush_that_commits_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate is asked for again soon, some times; after that what was announced before is done."""
    monkeypatch.setattr(filling, "_ANNOUNCE_AGAIN_SECONDS", 0.0)
    database = Database(behind_count=1)
    database.gate_held_count = 4
    Rounds(database).round()
    assert database.done == NOW

    database.gate_held_count = 5
    database.asked.clear()
    subject = Rounds(database)
    assert not subject.round()
    assert ["announcement"] == subject.failed
    assert "late" == database.asked[-1]


def test_a_table_that_cannot_be_filled_holds_no_other_up() -> None:
    """It is tried once a round, all the others are filled, and the round says what failed."""
    database = ManyTables()
    subject = Rounds(database)
    assert not subject.round()

    assert {"domain_samples 5m": "value out of range"} == subject.filling._failures
    assert 1 == database.asked.count("domain_samples 5m")
    behind = [progress.name for progress in database.progress() if progress.done < NOW]
    assert ["domain_samples 5m"] == behind


def test_late_samples_that_cannot_be_served_hold_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over is filled in."""
    database = Database(behind_count=3)

    def fail(_note_count: int) -> None:
        raise DataRefused("tuple decompression limit exceeded", certain=False)

    monkeypatch.setattr(database, "apply_late", fail)
    subject = Rounds(database)
    subject.round()
    assert ["late samples"] == subject.failed
    assert database.done == NOW


def test_many_late_samples_take_turns_with_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while it is filled in, and the rest of the notes follows at once."""
    monkeypatch.setattr(filling, "_LATE_SECONDS", 0.0)
    database = Database(behind_count=3, note_count=3 * filling._NOTE_COUNT_MAX)
    subject = Rounds(database)

    assert subject.round()
    assert ["announce", "late", "fill"] == database.asked[:3]
    assert database.note_count > 0
    while subject.round():
        pass
    assert 0 == database.note_count


def test_a_lost_connection_ends_the_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other step could be taken on it."""
    database = Database(behind_count=3)

    def lose(*_arguments: Any) -> None:
        raise DatabaseAway("the connection is lost")

    monkeypatch.setattr(database, "fill", lose)
    monkeypatch.setattr(database, "is_lost", True)
    with pytest.raises(DatabaseAway):
        Rounds(database).round()


def test_a_consumer_that_ends_takes_no_further_step() -> None:
    """The step under way is the last one."""
    database, stopping = Database(behind_count=100), threading.Event()
    stopping.set()
    Rounds(database, stopping).round()

    assert ["announce", "late"] == database.asked


def test_a_step_that_does_nothing_ends_the_round() -> None:
    """A round is never endless, whatever the database answers."""
    database = Database(behind_count=3)
    database.fill = lambda *_: Filled(database.done, NOW, 0)  # type: ignore[method-assign]

    assert not Rounds(database).round()


def test_nothing_is_announced_while_an_older_consumer_stores() -> None:
    """It does not note what comes late; the samples wait until it has ended."""
    database = Database(behind_count=3)
    database.older = [7]
    subject = Rounds(database)
    assert not subject.round()
    assert [] == database.asked

    database.older = []
    subject.round()
    assert database.done == NOW


def test_the_first_rollups_wait_for_what_a_new_fleet_has_spooled() -> None:
    """Where nothing was ever filled in, and only there."""
    database = Database(behind_count=3)
    later = Filling(Report(), threading.Event(), first_after_seconds=600.0)
    later.round(database)  # type: ignore[arg-type] # the stand-in
    assert database.done == NOW

    database.done = filling._NEVER
    later.round(database)  # type: ignore[arg-type] # the stand-in
    assert database.done == filling._NEVER
    Rounds(database).round()
    assert database.done > filling._NEVER


def test_a_step_that_fails_is_tried_half_as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have taken too long; both kinds, down to one, and up again when they are quick."""
    database = Database(behind_count=12)
    asked: list[int] = []

    def fail(*arguments: Any) -> None:
        asked.append(arguments[-1])
        raise DatabaseAway("it took too long", sqlstate="57014")

    subject = Rounds(database)
    monkeypatch.setattr(database, "fill", fail)
    for _ in range(6):
        subject.round()
        assert ["host_samples 5m"] == subject.failed
    assert [12, 6, 3, 1, 1, 1] == asked

    monkeypatch.undo()
    monkeypatch.setattr(database, "apply_late", fail)
    asked.clear()
    for _ in range(2):
        subject.round()
        assert ["late samples"] == subject.failed
    assert [2_000, 1_000] == asked

    # Another session's turn is no failure.
    monkeypatch.setattr(database, "apply_late", asked.append)
    for _ in range(2):
        subject.round()
    assert [2_000, 1_000, 500, 500] == asked

    monkeypatch.undo()
    subject.round()
    assert database.done == NOW
