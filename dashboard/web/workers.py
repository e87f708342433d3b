# SPDX-License-Identifier: Apache-2.0
"""Answers from threads, each within a time.

Every page has workers of its own, so that slow charts do not stop the grid. An answer that is late goes on
being made: what it found is kept by its cache and serves the next question.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


class Workers:
    """A number of threads and the time that an answer may take."""

    def __init__(self, name: str, *, count: int, deadline_seconds: float) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)
        self._deadline_seconds = deadline_seconds

    async def answer(self, produce: Callable[[], Answer], *, late: Callable[[], Answer]) -> Answer:
        """Return what ``produce`` returns, or what ``late`` says when the time is over."""
        work = asyncio.get_running_loop().run_in_executor(self._pool, produce)
        try:
            return await asyncio.wait_for(work, self._deadline_seconds)
        except TimeoutError:
            return late()
