# SPDX-License-Identifier: Apache-2.0
"""What the main thread of a page did, task by task, by Chromium's own tracing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
TASK, FRAME = "RunTask", "FireAnimationFrame"


class Trace:
    """CPU milliseconds of the main thread. Other processes do not count, however busy the machine is."""

    def __init__(self) -> None:
        self.tasks: list[float] = []
        self.frames: list[float] = []

    def read(self, text: bytes) -> None:
        """Take what the tracing wrote: of the thread that drew most frames."""
        events = [each for each in json.loads(text)["traceEvents"] if "tdur" in each]
        drawn = [_thread(each) for each in events if each["name"] == FRAME]
        thread = max(set(drawn), key=drawn.count)
        for name, found in ((TASK, self.tasks), (FRAME, self.frames)):
            found += [
                each["tdur"] / 1000 for each in events if each["name"] == name and _thread(each) == thread
            ]


def _thread(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[Trace]:
    """Trace a page during a block, which draws frames; the trace is read behind it."""
    trace = Trace()
    browser.start_tracing(page=page, categories=CATEGORIES)
    yield trace
    trace.read(browser.stop_tracing())
