# SPDX-License-Identifier: Apache-2.0
"""Coroutines on a thread of their own: the browser of other tests keeps an event loop on the main one."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


def on_own_loop(begin: Callable[[], Coroutine[Any, Any, _Answer]]) -> _Answer:
    """Return what a coroutine returns; what it raises is raised here."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(begin())).result()  # noqa: TID251 - a thread of its own
