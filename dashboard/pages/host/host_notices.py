# SPDX-License-Identifier: Apache-2.0
"""What the page of a host says where figures are missing: unknown, or on their way."""

from dashboard.pages.host.queries import HostNow
from dashboard.parts.markup import Element, clean, h

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
