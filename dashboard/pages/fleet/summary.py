# SPDX-License-Identifier: Apache-2.0
"""The strip above the grid: hosts and VMs by state."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dashboard.components.domain_mark import domain_mark, state_counts, state_rank
from dashboard.pages.fleet.queries import CardDomains, FleetHost
from dashboard.parts.markup import Element, h

STATE_ORDER = ("good", "strained", "bad", "unknown", "stale")


def summary(hosts: Sequence[FleetHost], domains: Iterable[CardDomains]) -> Element:
    """Return the counts: each host is in one of them, and how many of all are late is said beside them."""
    health = Counter(_state(host) for host in hosts)
    late = sum(host.freshness == "late" for host in hosts)
    states: Counter[str] = Counter()
    for each in domains:
        states.update(state_counts(each.state_names, each.freshnesses))
    return h(
        "div",
        h(
            "section",
            h("h2", h("strong", str(len(hosts))), " host" if len(hosts) == 1 else " hosts"),
            h(
                "ul",
                *(_count(f"dot dot--{word}", word, health[word]) for word in STATE_ORDER if health[word]),
                _count("dot dot--late", "of them late", late) if late else None,
            ),
            class_="counts",
            aria_label="hosts by state",
        ),
        h(
            "section",
            h("h2", h("strong", str(states.total())), " VM" if states.total() == 1 else " VMs"),
            h(
                "ul",
                *(
                    h("li", domain_mark(word), h("strong", str(states[word])), f" {word}")
                    for word in sorted(states, key=lambda state: (state_rank(state), state))
                ),
            ),
            class_="counts",
            aria_label="VMs by state",
        ),
        class_="summary",
    )


def _state(host: FleetHost) -> str:
    """Return the one word that a host is counted under; of one that never sent a sample nothing is known."""
    if host.freshness == "stale" and host.sampled_at is not None:
        return "stale"
    return "unknown" if host.freshness == "stale" else host.health_state or "unknown"


def _count(mark: str, word: str, count: int) -> Element:
    return h("li", h("span", class_=mark, aria_hidden="true"), h("strong", str(count)), f" {word}")
