# SPDX-License-Identifier: Apache-2.0
"""What the page of a host says where figures are missing: unknown, young, on their way, out of the range."""

from datetime import datetime

from dashboard.components.host_words import host_path
from dashboard.pages.host.queries import HostNow
from dashboard.parts.markup import Element, clean, h
from dashboard.queries import HostSpan
from dashboard.timerange import TimeRange

# So many messages on a publisher's disk are a backlog, and not a tick on its way.
BACKLOG_MESSAGE_COUNT = 10


def unknown_host(host: str) -> Element:
    """Return the page of a host that never reported."""
    return h(
        "section",
        h("h2", f"No host “{clean(host, 64)}”"),
        h(
            "p",
            "No publisher with this id has ever reported. Ids are lower case, as in its settings.",
        ),
        h("p", h("a", "All hosts", href="/", class_="button")),
        class_="guide",
    )


def still_arriving(host: HostNow) -> Element | None:
    """Return the words for a host whose past is on its way, None where nothing more of it is expected."""
    if host.is_catching_up and host.sampled_at is not None:
        return h(
            "p",
            h("strong", "Its history is still arriving"),
            ": up to ",
            h("time", "", class_="clock", datetime=host.sampled_at.isoformat()),
            " it is here, the rest shows by itself (or the clock of this host is behind).",
            class_="hint",
        )
    waiting = host.spool_message_count or 0
    if host.freshness == "fresh" and waiting >= BACKLOG_MESSAGE_COUNT:
        return h(
            "p",
            h("strong", "Some of its past is still arriving"),
            f": its publisher has {waiting} messages to send, and gaps fill as they come.",
            class_="hint",
        )
    return None


def young_host(host: str, first_seen_at: datetime, window: TimeRange) -> Element | None:
    """Return the words for a range that lies mostly before a host's first sample, None for another."""
    missing = first_seen_at - window.start
    if missing < (window.end - window.start) / 2 or first_seen_at >= window.end:
        return None
    is_sliding = window.is_live and window.from_text.startswith("now-") and "/" not in window.from_text
    full_at = first_seen_at + (window.end - window.start)
    return h(
        "p",
        h(
            "strong",
            "Its samples begin at ",
            h("time", "", class_="clock", datetime=first_seen_at.isoformat()),
        ),
        "; nothing is missing before. ",
        *(
            (
                "This range is full at ",
                h("time", "", class_="clock", datetime=full_at.isoformat()),
                ". ",
            )
            if is_sliding
            else ()
        ),
        h(
            "a",
            "Show all since then",
            href=f"{host_path(host)}?from={int(first_seen_at.timestamp() * 1000)}&to=now",
            class_="button button--small",
        ),
        class_="hint",
    )


def no_samples(host: str, span: HostSpan, window: TimeRange, reason: str) -> Element:
    """Return the words for a range without samples, with the way to the nearest ones."""
    offers = []
    for words, instant in (("before", span.before), ("after", span.after)):
        if instant is not None:
            half = int(window.window_seconds * 500)
            centre = int(instant.timestamp() * 1000)
            offers.append(
                h(
                    "a",
                    f"Nearest samples {words}: ",
                    h("time", "", class_="clock", datetime=instant.isoformat()),
                    href=f"{host_path(host)}?from={centre - half}&to={centre + half}",
                    class_="button",
                )
            )
    return h(
        "div",
        h("strong", "No samples in this range."),
        h("p", reason),
        h("p", *offers) if offers else h("p", "There are none nearby either."),
        class_="nothing",
    )
