# SPDX-License-Identifier: Apache-2.0
"""What the threads do while the database is away."""

import threading
from collections.abc import Callable

import pytest

from consumer.backoff import Backoff
from consumer.database_retry import DatabaseRetry, Stopped
from consumer.errors import DatabaseAway, DataRefused


class Intake:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.stopping, self.give_up = threading.Event(), threading.Event()
        self.retry = DatabaseRetry(
            pause=lambda: self.told.append("pause"),
            resume=lambda: self.told.append("resume"),
            stopping=self.stopping,
            give_up=self.give_up,
        )


def failing(times: int, error: Exception) -> Callable[[], str]:
    """Return an action that fails so many times before it succeeds."""
    left = [error] * times

    def action() -> str:
        if left:
            raise left.pop()
        return "through"

    return action


def test_without_an_outage_nobody_is_told() -> None:
    """An action that succeeds pauses nothing."""
    intake = Intake()

    assert intake.retry.run(failing(0, DatabaseAway())) == "through"
    assert [] == intake.told


def test_an_outage_pauses_once_and_resumes_once() -> None:
    """However often it is tried, the intake stops at the first failure and goes on at the first success."""
    intake = Intake()

    assert intake.retry.run(failing(3, DatabaseAway("gone"))) == "through"
    assert ["pause", "resume"] == intake.told


def test_the_last_thread_to_get_through_resumes() -> None:
    """With two threads waiting, one that is through does not let deliveries in for the other."""
    intake = Intake()
    database_is_back, second_waits = threading.Event(), threading.Event()

    def second_action() -> None:
        if not database_is_back.is_set():
            second_waits.set()
            raise DatabaseAway("gone")

    second = threading.Thread(target=intake.retry.run, args=[second_action])
    second.start()
    assert second_waits.wait(10)
    intake.retry.run(failing(1, DatabaseAway("gone")))
    assert ["pause"] == intake.told
    database_is_back.set()
    second.join(10)

    assert ["pause", "resume"] == intake.told


def test_waiting_ends_when_the_process_does() -> None:
    """A consumer that is asked to end does not wait for a database."""
    intake = Intake()
    intake.give_up.set()

    with pytest.raises(Stopped):
        intake.retry.run(failing(1, DatabaseAway("gone")))


def test_a_consumer_that_ends_takes_no_more() -> None:
    """A database that comes back meanwhile gets what is in hand, and the queue keeps the rest."""
    intake = Intake()
    intake.stopping.set()

    assert intake.retry.run(failing(2, DatabaseAway("gone"))) == "through"
    assert ["pause"] == intake.told


def test_what_is_no_outage_is_not_waited_out() -> None:
    """Rows that the database refuses will be refused again."""
    with pytest.raises(DataRefused):
        Intake().retry.run(failing(1, DataRefused("too long")))


def test_waits_double_up_to_the_limit() -> None:
    """Each wait lies in the upper half of its step; a reset begins anew."""
    backoff = Backoff(1.0, 5.0, draw=lambda: 1.0)

    assert [1.0, 2.0, 4.0, 5.0, 5.0] == [backoff.next_seconds() for _ in range(5)]
    backoff.reset()
    assert backoff.next_seconds() == 1.0
    assert Backoff(1.0, 5.0, draw=lambda: 0.0).next_seconds() == 0.5
