# SPDX-License-Identifier: Apache-2.0
"""What happened to a host between two readings, as far as readings tell: pure."""

from collections.abc import Container
from typing import Final

from publisher.collectors.reading import HostReading
from publisher.rates.counter import increase
from publisher.rates.host import SHORTEST_SUSPEND_SECONDS, Moment
from publisher.unsent_event import EventFacts

OOM_KILL: Final = "oom_kill"
SUSPENDED: Final = "host_suspended"
CPU_ONLINE_CHANGED: Final = "cpu_online_changed"


def host_events(
    before: tuple[Moment, HostReading],
    after: tuple[Moment, HostReading],
    *,
    doubted: Container[str] = (),
) -> list[EventFacts]:
    """Return the events between two readings of one boot, also across a gap that has no rates.

    ``doubted`` are the sources of which some counter was not believed: they tell nothing.
    """
    (earlier, previous), (later, current) = before, after
    if earlier.boot_id != later.boot_id:
        return []
    events: list[EventFacts] = []
    kills = increase(
        previous.swap.oom_kill_total if previous.swap else None,
        current.swap.oom_kill_total if current.swap else None,
    )
    if kills and "swap" not in doubted:
        detail = f"the kernel killed {kills} process{'es' if kills > 1 else ''} for lack of memory"
        events.append(EventFacts(kind=OOM_KILL, detail=detail, attributes={"oom_kill_count": str(kills)}))
    slept_seconds = later.suspended_seconds - earlier.suspended_seconds
    if slept_seconds > SHORTEST_SUSPEND_SECONDS:
        seconds = f"{slept_seconds:.0f}"
        events.append(
            EventFacts(
                kind=SUSPENDED,
                detail=f"the host slept for {seconds} s",
                attributes={"slept_seconds": seconds},
            )
        )
    old = previous.cpu.online_count if previous.cpu else None
    new = current.cpu.online_count if current.cpu else None
    if old is not None and new is not None and old != new:
        attributes = {"cpu_online_count": str(new), "previous_cpu_online_count": str(old)}
        detail = f"{new} CPUs are online, {old} were"
        events.append(EventFacts(kind=CPU_ONLINE_CHANGED, detail=detail, attributes=attributes))
    return events
