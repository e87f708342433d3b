# SPDX-License-Identifier: Apache-2.0
"""Answers within a time."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dashboard.web.workers import Workers


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
    """Return an answer, from a thread of its own: other tests keep an event loop on this one."""

    async def once() -> str:
        return await workers.answer(produce, late=lambda: "late")

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(once())).result()
