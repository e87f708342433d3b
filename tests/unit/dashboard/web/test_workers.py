# SPDX-License-Identifier: Apache-2.0
"""Answers within a time."""

import threading
from collections.abc import Callable

from dashboard.web.workers import Workers
from tests.unit.dashboard.own_loop import on_own_loop


def test_an_answer_in_time_is_given() -> None:
    """What was produced is the answer."""
    workers = Workers("test", count=1, deadline_seconds=30)
    assert "answer" == ask(workers, lambda: "answer")


def test_a_late_answer_is_said_and_holds_nobody_else() -> None:
    """When the time is over that is the answer; the workers of another page are free all the while."""
    end = threading.Event()
    slow, other = (Workers("test", count=1, deadline_seconds=seconds) for seconds in (0.05, 30))
    try:
        assert "late" == ask(slow, lambda: str(end.wait(timeout=30)))
        assert "answer" == ask(other, lambda: "answer")
    finally:
        end.set()


def ask(workers: Workers, produce: Callable[[], str]) -> str:
    """Return an answer."""

    async def once() -> str:
        return await workers.answer(produce, late=lambda: "late")

    return on_own_loop(once)
