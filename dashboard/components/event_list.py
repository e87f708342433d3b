# SPDX-License-Identifier: Apache-2.0
"""What happened on a host, as a list in words."""

from collections.abc import Sequence

from dashboard.parts.markup import Element, clean, h
from dashboard.queries import HostEvent

LISTED_EVENT_COUNT = 200


def event_words(event: HostEvent) -> str:
    """Return an event in words: what happened, to whom, why."""
    words = clean(event.kind.replace("_", " "))
    who = f" {clean(event.domain_name, 64)}" if event.domain_name else ""
    why = f" ({clean(event.detail)})" if event.detail else ""
    return f"{words}{who}{why}"


def unlisted_count(events: Sequence[HostEvent]) -> int:
    """Return how many older events of the range there are beside these."""
    return events[0].total_count - len(events) if events else 0


def event_list(events: Sequence[HostEvent]) -> Element:
    """Return the events, newest first, and how many are not shown."""
    if not events:
        return h("p", "Nothing happened in this range.", class_="quiet")
    left = unlisted_count(events)
    return h(
        "div",
        h(
            "p",
            h("strong", f"The newest {len(events)} of {events[0].total_count}"),
            f"; {left} older {'one is' if left == 1 else 'ones are'} not listed: choose a shorter range.",
            class_="events-cut",
        )
        if left
        else None,
        h("ol", *(_item(event) for event in events), class_="events"),
    )


def _item(event: HostEvent) -> Element:
    return h(
        "li",
        h("time", "", class_="clock", datetime=event.time.isoformat()),
        h("span", clean(event.kind.replace("_", " ")), class_="event__kind"),
        h("span", clean(event.domain_name, 64), class_="event__name") if event.domain_name else None,
        h("span", clean(event.detail), class_="event__detail") if event.detail else None,
    )
