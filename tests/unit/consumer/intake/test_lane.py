# SPDX-License-Identifier: Apache-2.0
"""When flushes of a lane are handed over, and what is held back."""

import queue
import time
from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest

from consumer.intake.batcher import FlushLimits
from consumer.intake.budget import HostBudgets, Rate
from consumer.intake.lane import Lane
from consumer.intake.room import Room

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


def lane(message_count: int = 3) -> Lane:
    """Return a lane whose flushes are due at so many messages."""
    encoder: Any = Mock()
    encoder.encode_all.return_value = {}
    return Lane(lambda: encoder, FlushLimits(1_000, message_count, 3_600.0), lambda _host: False, 5.0)


def test_each_day_has_its_flush() -> None:
    """Days that come side by side do not make each other's flushes small."""
    subject = lane()
    for _ in range(2):
        for day in (MONDAY, TUESDAY):
            subject.note(subject.flush_for(day), 1, time.monotonic())
    assert subject.push()
    with pytest.raises(queue.Empty):
        subject.get(0.01)

    subject.note(subject.flush_for(TUESDAY), 1, time.monotonic())
    assert subject.push()
    assert TUESDAY == subject.get(1.0).day


def test_one_waits_for_the_storing_thread_and_the_next_makes_the_lane_full() -> None:
    """The intake learns of it without waiting."""
    subject = lane(1)
    for _ in range(2):
        subject.note(subject.flush_for(None), 1, 0.0)
        taken = subject.push()
    assert (False, True) == (taken, subject.is_full)

    subject.get(1.0)
    assert subject.push()
    assert not subject.is_full


def test_days_without_end_do_not_stay_open() -> None:
    """The flush that was opened first goes when there are too many."""
    subject = lane(100)
    for day in range(1, 10):
        subject.note(subject.flush_for(date(2026, 11, day)), 1, time.monotonic())
    assert subject.push()
    assert date(2026, 11, 1) == subject.get(1.0).day


def test_a_narrow_limit_makes_a_flush_due() -> None:
    """While live messages come, what is late is stored in small portions."""
    subject = lane(100)
    flush = subject.flush_for(MONDAY)
    flush.deliveries.append(Mock())
    subject.note(flush, 1, time.monotonic(), message_limit=1)
    assert subject.push()
    assert subject.get(1.0) is flush


def test_a_host_beyond_its_budget_keeps_its_rate() -> None:
    """Ten seconds' worth come at once, then as many as the rate allows; others are not concerned."""
    budgets = HostBudgets(Rate(2.0, 1e9))
    at_once = [budgets.exceeds("hv001", 1, 0.0) for _ in range(30)]
    later = [budgets.exceeds("hv001", 1, 1.0) for _ in range(5)]

    assert [False] * 20 + [True] * 10 == at_once
    assert [False] * 2 + [True] * 3 == later
    assert not budgets.exceeds("hv002", 1, 1.0)


def test_a_budget_of_bytes_counts_bytes() -> None:
    """A single message always passes."""
    budgets = HostBudgets(Rate(1e9, 100.0))

    assert [False, True] == [budgets.exceeds("hv001", 5_000, 0.0) for _ in range(2)]


def test_room_is_of_what_is_parked_and_what_is_about_to_be() -> None:
    """The table says what all consumers have parked."""
    room = Room(100)
    assert room.take(60)
    assert not room.take(60)
    room.note_parked(60)
    room.measure(0)
    assert room.take(100)
