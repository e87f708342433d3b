# SPDX-License-Identifier: Apache-2.0
"""How a viewer wants the map of hosts: what fills a cell, its size, how cells are grouped, which are shown.

All of it stands in the address: ``fill``, ``size``, ``group`` and the filter ``q``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from dashboard.components.table_feed import PARAMETER, read_filter
from dashboard.filters.fields import HOST_FIELDS
from dashboard.filters.tree import Node
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.markup import Element, clean, h

HEALTH, CPU, MEMORY, EQUAL, NONE = "health", "cpu", "memory", "equal", "none"
TAG = "tag:"
# More prefixes of tags than these are no grouping that a person chooses from.
OFFERED_TAG_COUNT = 6


class Fill(NamedTuple):
    """What a cell shows as its level: a figure, None where a host has none, of a maximum, in a unit.

    A maximum of 0 tints whole cells: the lower a health is, the more it has to be seen.
    """

    label: str
    unit: str
    level: Callable[[FleetHost], float | None]
    maximum: int = 100


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else ratio * 100


FILLS = {
    HEALTH: Fill("health", " of 100", lambda host: host.health_score, 0),
    CPU: Fill("CPU", "\N{NO-BREAK SPACE}%", lambda host: _percent(host.cpu_busy_ratio)),
    MEMORY: Fill("memory", "\N{NO-BREAK SPACE}%", lambda host: _percent(host.memory_used_ratio)),
    "disk": Fill("disk", "\N{NO-BREAK SPACE}%", lambda host: _percent(host.disk_busy_ratio)),
    "temp": Fill("temperature", "\N{NO-BREAK SPACE}°C", lambda host: host.cpu_temperature_celsius),
}
SIZES = {EQUAL: "equal", CPU: "CPUs", MEMORY: "memory"}


class MapView(NamedTuple):
    """What a map shows; anything that an address does not say, or says wrongly, is as it is by itself."""

    fill: str = HEALTH
    size: str = EQUAL
    group: str = NONE
    wanted: Node | None = None


def read_view(search: str) -> MapView:
    """Return what an address asks for; raise FilterError for a filter that cannot be read."""
    return read_choices(search)._replace(wanted=read_filter(search, HOST_FIELDS))


def read_choices(search: str) -> MapView:
    """Return what an address asks for but its filter."""
    asked = {name: values[0] for name, values in parse_qs(search.removeprefix("?")).items()}
    fill, size, group = asked.get("fill", HEALTH), asked.get("size", EQUAL), asked.get("group", NONE)
    is_known = group in {NONE, HEALTH} or (group.startswith(TAG) and len(group) <= len(TAG) + 64)
    return MapView(
        fill if fill in FILLS else HEALTH,
        size if size in SIZES else EQUAL,
        group if is_known else NONE,
    )


def tag_prefixes(hosts: Iterable[FleetHost]) -> list[str]:
    """Return the prefixes that most hosts have a tag of: ``rack`` of ``rack:a3``."""
    prefixes = ({tag.split(":", 1)[0] for tag in host.tags if ":" in tag} for host in hosts)
    counts = Counter(prefix for of_host in prefixes for prefix in of_host)
    return [prefix for prefix, _ in counts.most_common(OFFERED_TAG_COUNT)]


def controls(view: MapView, search: str, prefixes: Sequence[str], count_words: str) -> Element:
    """Return the choices as links, how many hosts are shown, and the way to the table of the same hosts."""
    asked = parse_qs(search.removeprefix("?"))
    filtered_by = asked.get(PARAMETER, [""])[0]

    def address(name: str, value: str, usual: str) -> str:
        chosen = {"fill": (view.fill, HEALTH), "size": (view.size, EQUAL), "group": (view.group, NONE)}
        chosen[name] = (value, usual)
        words = {each: word for each, (word, by_itself) in chosen.items() if word != by_itself}
        if filtered_by:
            words[PARAMETER] = filtered_by
        return f"/?{urlencode(words)}" if words else "/"

    def choices(name: str, label: str, words: dict[str, str], chosen: str, usual: str) -> Element:
        links = [
            h(
                "a",
                clean(word, 32),
                class_="choice",
                href=address(name, value, usual),
                aria_current="true" if value == chosen else None,
            )
            for value, word in words.items()
        ]
        return h("p", h("span", label, class_="quiet"), *links, class_="map-choice")

    groups = {NONE: "none", HEALTH: "health"} | {f"{TAG}{prefix}": prefix for prefix in prefixes}
    table = f"/hosts?{urlencode({PARAMETER: filtered_by})}" if filtered_by else "/hosts"
    return h(
        "div",
        h("h2", "Hosts"),
        choices("fill", "Fill", {name: fill.label for name, fill in FILLS.items()}, view.fill, HEALTH),
        choices("size", "Size", SIZES, view.size, EQUAL),
        choices("group", "Group", groups, view.group, NONE),
        h(
            "p",
            h("span", count_words, role="status"),
            " ",
            h("a", "as a table", href=table),
            class_="map-count",
        ),
        _legend(),
        class_="map-head",
    )


def _legend() -> Element:
    words = (
        ("good", "good"),
        ("strained", "strained"),
        ("bad", "bad"),
        ("missing", "no figure"),
        ("stale", "silent, its last figure"),
        ("arriving", "catching up"),
    )
    return h(
        "ul",
        *(
            h("li", h("span", class_=f"cell-look cell-look--{name}", aria_hidden="true"), word)
            for name, word in words
        ),
        class_="map-legend",
        aria_label="how cells look",
    )
