# SPDX-License-Identifier: Apache-2.0
"""Waits for a change to show on the page, while something else waits for it to show in the view."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

from loadgen.scenario.condition import is_shown
from loadgen.scenario.scenario import Shows
from loadgen.scenario.viewer import COLUMNS, Viewer

# An answer may have been taken a period before. The page requests at the next one, and it has to be answered.
_PERIODS = 3
_ANYWHERE = "host"


class Target(NamedTuple):
    """Which VM has to show what; ``host`` is where it was before the change."""

    shows: Shows
    uuid: str
    host: str


class PageWatch:
    """The page, watched on a thread of its own; a context manager that ends it."""

    def __init__(self, viewer: Viewer, target: Target, view_limit_seconds: float) -> None:
        self._viewer = viewer
        self._target = target
        self._ended = threading.Event()
        self._threads = ThreadPoolExecutor(max_workers=1)
        self._seconds: Future[float | None] | None = None
        self.limit_seconds = view_limit_seconds + _PERIODS * viewer.refresh_seconds
        self._before = self._value()
        self.shown_before = is_shown(target.shows, self._before, self._before)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._threads.shutdown()

    def begin(self, begin: float) -> None:
        """Request at each period from now on; ``begin`` is the monotonic time of the onset."""
        self._seconds = self._threads.submit(self._wait, begin)

    def seconds(self) -> float | None:
        """Wait until it is shown, and return how long after the onset; None if too late. Raise PageError."""
        return None if self._seconds is None else self._seconds.result()

    def _wait(self, begin: float) -> float | None:
        beat_seconds = self._viewer.refresh_seconds
        while (elapsed := time.monotonic() - begin) <= self.limit_seconds:
            # A browser whose answer is late leaves requests out and keeps its rhythm.
            if self._ended.wait(beat_seconds - elapsed % beat_seconds):
                break
            if is_shown(self._target.shows, self._value(), self._before):
                return time.monotonic() - begin
        return None

    def _value(self) -> object:
        shows, uuid, host = self._target
        if shows.column != _ANYWHERE:
            return self._viewer.value(host, uuid, shows.column)
        places = shows.among or ()
        return next((place for place in places if self._viewer.value(place, uuid, _ANYWHERE)), None)


def is_on_page(shows: Shows) -> bool:
    """Tell whether a page shows what a change is about."""
    return shows.column in {*COLUMNS, _ANYWHERE}
