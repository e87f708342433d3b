# SPDX-License-Identifier: Apache-2.0
"""What needs attention: the worst hosts and the VMs that suffer, each with its reason and what that is of."""

from collections.abc import Sequence

from dashboard import units
from dashboard.components.domain_words import domain_link, domain_path
from dashboard.components.health_circle import OBJECT_LETTERS_MAX, reason_words
from dashboard.components.host_words import host_path
from dashboard.pages.fleet.queries import FleetHost, SufferingDomain
from dashboard.pages.fleet.summary import HOSTS_PATH, VMS_PATH, list_path
from dashboard.parts.markup import Child, Element, clean, h

LISTED_HOST_COUNT = 10
LISTED_DOMAIN_COUNT = 10
SHOWN_REASON_COUNT = 3
# From here on a VM suffers: the first is where a host loses points for it, too.
STEAL_RATIO_MIN = 0.1
LATENCY_SECONDS_MIN = 0.05
_ALL_HOSTS = "state:bad or state:strained or state:stale"
_ALL_DOMAINS = (
    f"state:crashed or state:paused or steal>={STEAL_RATIO_MIN * 100:g} or lat>={LATENCY_SECONDS_MIN * 1e3:g}"
)
# The most urgent first.
_RANKS = {"bad": 0, "stale": 1, "strained": 2}


def worst_hosts(hosts: Sequence[FleetHost]) -> list[FleetHost]:
    """Return the hosts that need attention, the worst first; one that sends its past does not."""
    found = [host for host in hosts if host.state in _RANKS and not host.is_catching_up]
    return sorted(found, key=_badness)


def attention(hosts: Sequence[FleetHost], domains: Sequence[SufferingDomain]) -> Element:
    """Return the two lists, or one line where there is nothing in them."""
    worst = worst_hosts(hosts)
    if not worst and not domains:
        return h(
            "section",
            h("h2", "Needs attention"),
            h("p", "Nothing: every host is well, and no VM suffers.", class_="quiet"),
            class_="card attention",
        )
    return h(
        "section",
        h("h2", "Needs attention"),
        h(
            "div",
            _list(
                "Hosts",
                [_host(host) for host in worst[:LISTED_HOST_COUNT]],
                len(worst),
                list_path(HOSTS_PATH, _ALL_HOSTS),
                "Every host is well.",
            ),
            _list(
                "VMs",
                [_domain(domain) for domain in domains],
                domains[0].total_count if domains else 0,
                list_path(VMS_PATH, _ALL_DOMAINS),
                "No VM suffers.",
            ),
            class_="attention__lists",
        ),
        class_="card attention",
    )


def _badness(host: FleetHost) -> tuple[float, float, str]:
    rank = _RANKS[host.state]
    if host.state == "stale":
        # The one that fell silent last comes first: somebody took the others out of service long ago.
        return rank, -(host.sampled_at.timestamp() if host.sampled_at else 0.0), host.host
    return rank, 0.0 if host.health_score is None else host.health_score, host.host


def _list(title: str, items: Sequence[Element], count: int, path: str, nothing: str) -> Element:
    if not items:
        return h("div", h("h3", title), h("p", nothing, class_="quiet"))
    left = count - len(items)
    return h(
        "div",
        h("h3", title),
        h("ol", *items, class_="worst"),
        h("p", h("a", f"and {left:,} more", href=path), class_="quiet") if left > 0 else None,
    )


def _host(host: FleetHost) -> Element:
    link = h("a", host.host, href=host_path(host.host), class_="worst__name")
    mark = h("span", class_=f"dot dot--{host.state}", aria_hidden="true")
    if host.state == "stale":
        at = "" if host.sampled_at is None else host.sampled_at.isoformat()
        return h(
            "li",
            h("span", mark, link, h("span", host.state, class_="worst__score"), class_="worst__who"),
            h(
                "span",
                "silent, last seen ",
                h("time", "", class_="age", datetime=at, data_suffix=" ago"),
                class_="worst__why",
            ),
        )
    reasons = host.health_reasons or []
    left = len(reasons) - SHOWN_REASON_COUNT
    return h(
        "li",
        h("span", mark, link, h("span", _score(host), class_="worst__score"), class_="worst__who"),
        h(
            "span",
            *(h("span", *_reason(item, host.host), class_="reason") for item in reasons[:SHOWN_REASON_COUNT]),
            h("span", f"and {left} more", class_="reason quiet") if left > 0 else None,
            class_="worst__why",
        ),
    )


def _score(host: FleetHost) -> str:
    return host.state if host.health_score is None else f"{host.state}, {host.health_score} of 100"


def _reason(item: dict[str, object], host: str) -> list[Child]:
    """Return a reason in words, its object as a link: a VM to its page, what is of the host to the host's."""
    words = reason_words(item)
    found = item.get("object")
    if not isinstance(found, dict):
        return [words]
    name = clean(str(found.get("name") or ""), OBJECT_LETTERS_MAX)
    uuid = found.get("uuid")
    path = domain_path(str(uuid)) if uuid else host_path(host)
    if not name or not words.endswith(name):
        return [words]
    return [words.removesuffix(name), h("a", name, href=path)]


def _domain(domain: SufferingDomain) -> Element:
    return h(
        "li",
        h(
            "span",
            domain_link(domain.uuid, clean(domain.name, OBJECT_LETTERS_MAX), class_="worst__name"),
            class_="worst__who",
        ),
        h(
            "span",
            *(h("span", words, class_="reason") for words in suffering_words(domain)),
            h("span", "on ", h("a", domain.host, href=host_path(domain.host)), class_="reason"),
            class_="worst__why",
        ),
    )


def suffering_words(domain: SufferingDomain) -> list[str]:
    """Return why a VM is among them."""
    words = []
    if domain.is_crashed:
        words.append("crashed")
    if domain.is_paused_by_error:
        words.append("paused by an I/O error")
    if domain.steal_ratio is not None:
        words.append(f"waited for a CPU {units.percent(domain.steal_ratio)} of the time")
    if domain.block_latency_seconds is not None:
        words.append(f"disk latency {units.latency(domain.block_latency_seconds)}")
    return words
