# SPDX-License-Identifier: Apache-2.0
"""What an open page takes of its browser as time goes by: CPU of its main thread, and memory."""

import time
from statistics import median
from typing import NamedTuple

from playwright.sync_api import CDPSession, Page

READING_COUNT = 12
# The first answers fill caches, and the first collections move what stays.
OPENING_SHARE = 0.1
EDGE_COUNT = 4


class Reading(NamedTuple):
    """A page at one moment, after a collection of what it no longer uses."""

    at_seconds: float
    main_thread_seconds: float
    heap_bytes: int
    node_count: int
    listener_count: int


class Watch(NamedTuple):
    """The readings of a page, in the order of time."""

    readings: list[Reading]

    @property
    def busy_share(self) -> float:
        """How much of the time its main thread computed; the collections are a thousandth of ten minutes."""
        first, last = self.readings[0], self.readings[-1]
        elapsed = last.at_seconds - first.at_seconds
        return (last.main_thread_seconds - first.main_thread_seconds) / elapsed

    @property
    def heap_growth_bytes(self) -> float:
        """How much more the last readings have than the first, by their medians."""
        heaps = [each.heap_bytes for each in self.readings]
        return median(heaps[-EDGE_COUNT:]) - median(heaps[:EDGE_COUNT])

    @property
    def node_growth_count(self) -> float:
        """The same of elements, texts and listeners."""
        counts = [each.node_count + each.listener_count for each in self.readings]
        return median(counts[-EDGE_COUNT:]) - median(counts[:EDGE_COUNT])

    def words(self) -> str:
        """Return it all in one line, with each heap: a leak goes on, and what fills caches ends."""
        heaps = " ".join(f"{each.heap_bytes / 1e6:.1f}" for each in self.readings)
        return (
            f"main thread {self.busy_share:.1%}; heap {self.heap_growth_bytes / 1e6:+.2f} MB ({heaps});"
            f" nodes and listeners {self.node_growth_count:+.0f}"
        )


def watched(page: Page, seconds: float) -> Watch:
    """Look at an open page for a while. It is asked for nothing but its figures."""
    session = page.context.new_cdp_session(page)
    # The thread's own CPU time: other processes on the machine do not count.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("HeapProfiler.enable")
    page.wait_for_timeout(seconds * OPENING_SHARE * 1000)
    readings: list[Reading] = []
    for number in range(READING_COUNT):
        if number:
            page.wait_for_timeout(seconds * (1 - OPENING_SHARE) / (READING_COUNT - 1) * 1000)
        session.send("HeapProfiler.collectGarbage")
        found = _metrics(session)
        reading = Reading(
            time.monotonic(),
            found["TaskDuration"],
            round(found["JSHeapUsedSize"]),
            round(found["Nodes"]),
            round(found["JSEventListeners"]),
        )
        readings.append(reading)
    session.detach()
    return Watch(readings)


def _metrics(session: CDPSession) -> dict[str, float]:
    found = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in found}
