# SPDX-License-Identifier: Apache-2.0
"""What happened on a host or to a VM, as a list in words."""

from collections.abc import Sequence

from dashboard.components.domain_words import domain_link
from dashboard.components.host_words import host_path
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


def event_list(
    events: Sequence[HostEvent], query: str = "", *, names_host: bool = False, names_domain: bool = True
) -> Element:
    """Return the events, newest first, and how many are not shown.

    Each names its VM, its host, or both; ``query`` is what of the address goes along there.
    """
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
        h(
            "ol",
            *(_item(event, query, names_host=names_host, names_domain=names_domain) for event in events),
            class_="events",
        ),
    )


def _item(event: HostEvent, query: str, *, names_host: bool, names_domain: bool) -> Element:
    domain = _domain(event, query) if names_domain else None
    return h(
        "li",
        h("time", "", class_="clock", datetime=event.time.isoformat()),
        h("span", clean(event.kind.replace("_", " ")), class_="event__kind"),
        h("span", _host(event, query), class_="event__name") if names_host else None,
        None if domain is None else h("span", domain, class_="event__name"),
        h("span", clean(event.detail), class_="event__detail") if event.detail else None,
    )


def _host(event: HostEvent, query: str) -> Element:
    return h("a", event.host, href=host_path(event.host) + query)


def _domain(event: HostEvent, query: str) -> Element | str | None:
    """Return the VM that an event names; one that did not live on the host has no page known here."""
    name = clean(event.domain_name, 64) if event.domain_name else None
    if event.domain_uuid is None:
        return name
    return domain_link(event.domain_uuid, name or event.domain_uuid, query)
