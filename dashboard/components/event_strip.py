# SPDX-License-Identifier: Apache-2.0
"""What happened on a host, as marks above its chart."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.components.event_list import event_words, unlisted_count
from dashboard.parts.markup import Element, h
from dashboard.queries import HostEvent
from dashboard.timerange import TimeRange

# Room for a finger and for a count of three digits; events that are closer than this share a mark.
MARK_PIXELS = 26


class EventMark(NamedTuple):
    """One mark on the time axis: an instant and what happened there."""

    time_seconds: float
    event_count: int
    text: str


def event_marks(events: Sequence[HostEvent], apart_seconds: float) -> list[EventMark]:
    """Return the marks in order of time; events share one where two would be closer than that."""
    groups: list[list[HostEvent]] = []
    for event in sorted(events, key=lambda item: item.time):
        groups.append([event])
        # A group that grows moves towards its neighbour, and may have to join it too.
        while len(groups) > 1 and _middle(groups[-1]) - _middle(groups[-2]) < apart_seconds:
            late = groups.pop()
            groups[-1] += late
    marks = []
    for together in groups:
        texts = [event_words(event) for event in together[:5]]
        if len(together) > len(texts):
            texts.append(f"and {len(together) - len(texts)} more")
        marks.append(EventMark(_middle(together), len(together), "\n".join(texts)))
    return marks


def _middle(together: Sequence[HostEvent]) -> float:
    return sum(event.time.timestamp() for event in together) / len(together)


def event_strip(marks: Sequence[EventMark], events: Sequence[HostEvent], window: TimeRange) -> Element:
    """Return the marks and how many events are older than the oldest; the style sheet knows the margins."""
    left = unlisted_count(events)
    return h(
        "div",
        h(
            "span",
            f"{left} older, not marked",
            class_="event-more",
            title=f"{left} events of this range are older than the marks: choose a shorter range",
            style=f"--at:{_share(marks[0].time_seconds, window)}",
        )
        if left and marks
        else None,
        *(
            h(
                "button",
                str(mark.event_count) if mark.event_count > 1 else "",
                type="button",
                class_="event-mark",
                style=f"--at:{_share(mark.time_seconds, window)}",
                title=mark.text,
                aria_label=mark.text,
                data_event=f"{mark.time_seconds:.3f}",
            )
            for mark in marks
        ),
    )


def _share(seconds: float, window: TimeRange) -> str:
    """Return where an instant lies in the range, 0 to 1."""
    return f"{(seconds - window.start.timestamp()) / window.window_seconds:.5f}"
