# SPDX-License-Identifier: Apache-2.0
"""The cells of the map: which hosts in which order, and what each shows. Pure."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from dashboard.pages.fleet.map_view import CPU, EQUAL, FILLS, HEALTH, TAG, MapView
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.contract import CELL_STATES, NO_LEVEL, CellGroup, CellMap
from dashboard.parts.markup import clean

EDGE_PIXELS, EDGE_PIXELS_MIN, EDGE_PIXELS_MAX = 32, 16, 64
# A cell has room for three digits.
LEVEL_MAX = 999
# What needs a look comes first.
_STATE_ORDER = ("bad", "strained", "unknown", "stale", "catching up", "good")
_PLACES = {state: place for place, state in enumerate(CELL_STATES)}


class Shown(NamedTuple):
    """A map at one moment: its cells in their order, and what each of them shows (contract.CellNews)."""

    cells: CellMap
    levels: list[int]
    states: list[int]
    stale_seconds: list[int]


def shown(view: MapView, hosts: Sequence[FleetHost]) -> Shown:
    """Return the map of these hosts."""
    edges = _edges(view.size, hosts)
    groups: dict[str, list[FleetHost]] = {}
    for host in sorted(hosts, key=lambda host: (-edges.get(host.host, 0), host.host)):
        groups.setdefault(_group(view.group, host), []).append(host)
    titles = sorted(groups, key=lambda title: _rank(view.group, title))
    ordered = [host for title in titles for host in groups[title]]
    fill = FILLS[view.fill]
    cells = CellMap(
        keys=[host.host for host in ordered],
        groups=[CellGroup(title=clean(title, 64), count=len(groups[title])) for title in titles if title],
        edges=[edges[host.host] for host in ordered] if edges else [],
        path="/host/",
        fill=fill.label,
        unit=fill.unit,
        maximum=fill.maximum,
    )
    return Shown(
        cells,
        [_level(fill.level(host)) for host in ordered],
        [_PLACES["catching up" if host.is_catching_up else host.state] for host in ordered],
        [0 if host.stale_at is None else int(host.stale_at.timestamp()) for host in ordered],
    )


def _level(figure: float | None) -> int:
    return NO_LEVEL if figure is None else min(max(round(figure), 0), LEVEL_MAX)


def _edges(size: str, hosts: Sequence[FleetHost]) -> Mapping[str, int]:
    """Return the edge of each cell by what its area stands for; nothing where all are of one size."""
    if size == EQUAL:
        return {}
    figures = {host.host: host.cpu_count if size == CPU else host.memory_total_bytes for host in hosts}
    known = [figure for figure in figures.values() if figure]
    middle = median(known) if known else 1
    return {host: _edge(figure, middle) for host, figure in figures.items()}


def _edge(figure: int | None, middle: float) -> int:
    if not figure:
        return EDGE_PIXELS_MIN
    return min(max(round(EDGE_PIXELS * math.sqrt(figure / middle)), EDGE_PIXELS_MIN), EDGE_PIXELS_MAX)


def _group(group: str, host: FleetHost) -> str:
    """Return the title of the group of a host, an empty one where nothing is grouped."""
    if group == HEALTH:
        return "catching up" if host.is_catching_up else host.state
    if not group.startswith(TAG):
        return ""
    prefix = f"{group.removeprefix(TAG)}:"
    return next((tag for tag in host.tags if tag.startswith(prefix)), f"without {prefix}")


def _rank(group: str, title: str) -> tuple[int, str]:
    if group == HEALTH:
        return _STATE_ORDER.index(title), title
    return int(title.startswith("without ")), title
