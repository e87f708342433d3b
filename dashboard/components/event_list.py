# SPDX-License-Identifier: Apache-2.0
"""What happened on a host: a list, and marks above the chart."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.markup import Element, clean, h
from dashboard.queries import HostEvent

LISTED_EVENT_COUNT = 200
# More marks than this would hide each other; neighbours share one.
MARK_COUNT = 100


class EventMark(NamedTuple):
    """One mark on the time axis: an instant and what happened there."""

    time_seconds: float
    event_count: int
    text: str


def event_words(event: HostEvent) -> str:
    """Return an event in words: what happened, to whom, why."""
    words = clean(event.kind.replace("_", " "))
    who = f" {clean(event.domain_name, 64)}" if event.domain_name else ""
    why = f" ({clean(event.detail)})" if event.detail else ""
    return f"{words}{who}{why}"


def event_marks(events: Sequence[HostEvent], start_seconds: float, end_seconds: float) -> list[EventMark]:
    """Return at most MARK_COUNT marks, in order of time; events that fall together share one."""
    width = (end_seconds - start_seconds) / MARK_COUNT
    bins: dict[int, list[HostEvent]] = {}
    for event in sorted(events, key=lambda item: item.time):
        bins.setdefault(int((event.time.timestamp() - start_seconds) / width), []).append(event)
    marks = []
    for together in bins.values():
        texts = [event_words(event) for event in together[:5]]
        if len(together) > len(texts):
            texts.append(f"and {len(together) - len(texts)} more")
        instant = sum(event.time.timestamp() for event in together) / len(together)
        marks.append(EventMark(instant, len(together), "\n".join(texts)))
    return marks


def event_list(events: Sequence[HostEvent]) -> Element:
    """Return the events, newest first, and how many are not shown."""
    if not events:
        return h("p", "Nothing happened in this range.", class_="quiet")
    total = events[0].total_count
    return h(
        "div",
        h("ol", *(_item(event) for event in events), class_="events"),
        h("p", f"The newest {len(events)} of {total}; choose a shorter range for the others.", class_="quiet")
        if total > len(events)
        else None,
    )


def _item(event: HostEvent) -> Element:
    return h(
        "li",
        h("time", "", class_="clock", datetime=event.time.isoformat()),
        h("span", clean(event.kind.replace("_", " ")), class_="event__kind"),
        h("span", clean(event.domain_name, 64), class_="event__name") if event.domain_name else None,
        h("span", clean(event.detail), class_="event__detail") if event.detail else None,
    )
