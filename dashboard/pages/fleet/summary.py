# SPDX-License-Identifier: Apache-2.0
"""The head of the page: hosts and VMs by state. Each count opens the list of what it counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from dashboard.components.domain_mark import (
    NOT_SAMPLED,
    STATE_UNKNOWN,
    domain_mark,
    present_state,
    state_rank,
)
from dashboard.pages.fleet.queries import DomainStates, FleetHost
from dashboard.parts.markup import Child, Element, h

STATE_ORDER = ("good", "strained", "bad", "unknown", "stale")
CATCHING_UP = "catching up"
HOSTS_PATH, VMS_PATH = "/hosts", "/vms"
# What the filter of the list calls a state, where that is not the word of libvirt.
_FILTER_WORDS = {STATE_UNKNOWN: "unknown", NOT_SAMPLED: "unknown"}


def list_path(path: str, filtered_by: str) -> str:
    """Return the address of a list with a filter."""
    return f"{path}?{urlencode({'q': filtered_by})}"


def summary(hosts: Sequence[FleetHost], found: Iterable[DomainStates]) -> Element:
    """Return the counts: each host is in one of them, and how many of all are late is said beside them."""
    health = Counter(CATCHING_UP if host.is_catching_up else host.state for host in hosts)
    late = sum(host.freshness == "late" for host in hosts)
    states = domain_states(found)
    domain_count = states.total()
    return h(
        "div",
        h(
            "section",
            h("h2", _all(len(hosts), "host", "hosts", HOSTS_PATH)),
            h(
                "ul",
                *(_host_count(word, health[word]) for word in (*STATE_ORDER, CATCHING_UP) if health[word]),
                _count(_dot("late"), "of them late", late) if late else None,
            ),
            class_="counts",
            aria_label="hosts by state",
        ),
        h(
            "section",
            h("h2", _all(domain_count, "VM", "VMs", VMS_PATH)),
            h(
                "ul",
                *(
                    _domain_count(word, states[word])
                    for word in sorted(states, key=lambda state: (state_rank(state), state))
                ),
            ),
            class_="counts",
            aria_label="VMs by state",
        ),
        class_="summary",
    )


def domain_states(found: Iterable[DomainStates]) -> Counter[str]:
    """Return how many VMs are in each state; of those of a silent host none is known."""
    counts: Counter[str] = Counter()
    for each in found:
        counts[present_state(each.state_name, "stale" if each.is_stale else "fresh")] += each.domain_count
    return counts


def _all(count: int, one: str, many: str, path: str) -> Element:
    return h("a", h("strong", f"{count:,}"), f" {one if count == 1 else many}", href=path)


def _host_count(word: str, count: int) -> Element:
    filtered_by = f"state:{'stale' if word == CATCHING_UP else word}"
    mark = _dot("waiting" if word == CATCHING_UP else word)
    return _count(mark, word, count, list_path(HOSTS_PATH, filtered_by))


def _domain_count(word: str, count: int) -> Element:
    named = _FILTER_WORDS.get(word, word)
    path = list_path(VMS_PATH, f'state:"{named}"' if " " in named else f"state:{named}")
    return _count(domain_mark(word), word, count, path)


def _dot(word: str) -> Element:
    return h("span", class_=f"dot dot--{word}", aria_hidden="true")


def _count(mark: Element, word: str, count: int, path: str | None = None) -> Element:
    words: tuple[Child, ...] = (mark, h("strong", f"{count:,}"), f" {word}")
    return h("li", *words) if path is None else h("li", h("a", *words, href=path))
