# SPDX-License-Identifier: Apache-2.0
"""The map of cells: what an address asks for, the cells in their order, what of them is news."""

import pytest

from dashboard.errors import FilterError
from dashboard.pages.fleet.cell_history import CellHistory
from dashboard.pages.fleet.feed import CARD_HOST_COUNT_MAX, HOST_CARDS, MAP_CONTROLS, FleetFeed
from dashboard.pages.fleet.map_cells import shown
from dashboard.pages.fleet.map_view import MapView, controls, read_choices, read_view
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.contract import NO_LEVEL, CellNews, Request, Seen, written
from dashboard.parts.markup import texts
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.row_database import RowDatabase, fleet_database, holding
from tests.unit.dashboard.rows import GIB, NOW, fleet_host

LARGE = CARD_HOST_COUNT_MAX + 1


def large(**changes: list[FleetHost]) -> RowDatabase:
    """Return a fleet that is too large for cards."""
    hosts = [fleet_host(f"hv{number:03d}") for number in range(LARGE)]
    return fleet_database(fleet_hosts=hosts, card_domains=[], **changes)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("", MapView()),
        ("?fill=cpu&size=memory&group=tag:rack", MapView("cpu", "memory", "tag:rack")),
        ("?fill=x&size=x&group=x", MapView()),
        (f"?group=tag:{'x' * 65}", MapView()),
    ],
)
def test_an_address_says_what_is_wanted(search: str, expected: MapView) -> None:
    """What it does not say, or says wrongly, is as it is by itself; a filter is read or refused."""
    assert expected == read_choices(search)
    assert read_view(f"{search or '?'}&q=cpu>80").wanted is not None
    with pytest.raises(FilterError):
        read_view("?q=cpu>>80")


def test_choices_are_links_that_keep_the_rest() -> None:
    """Each choice is an address with the others as they are; what is usual is not in it."""
    view = read_choices("?fill=cpu&group=health")
    tree = controls(view, "?fill=cpu&group=health&q=cpu>80", ["rack"], "3 of 61 hosts")
    found = {texts(link): link[1]["href"] for link in find(tree, "a")}
    assert "/?fill=memory&group=health&q=cpu%3E80" in {link[1]["href"] for link in find(tree, "a")}
    assert "/?fill=cpu&group=tag%3Arack&q=cpu%3E80" == found["rack"]
    assert "/?fill=cpu&q=cpu%3E80" == found["none"]
    assert "/hosts?q=cpu%3E80" == found["as a table"]
    assert "3 of 61 hosts" in texts(tree)


def test_cells_show_figure_and_state() -> None:
    """No figure, zero, stale and catching up are told apart."""
    hosts = [
        fleet_host("a", cpu_busy_ratio=0.424),
        fleet_host("b", cpu_busy_ratio=None, health_state="bad"),
        fleet_host("c", cpu_busy_ratio=0.0, health_state="strained"),
        fleet_host("d", cpu_busy_ratio=0.5, freshness="stale", stale_at=None),
        fleet_host("e", freshness="stale", is_catching_up=True),
        fleet_host("f", health_state=None),
    ]
    cells, levels, states, stale_seconds = shown(MapView(fill="cpu"), hosts)
    assert list("abcdef") == cells.keys
    assert [42, NO_LEVEL, 0, 50, 42, 42] == levels
    assert [0, 2, 1, 4, 5, 3] == states
    assert [int(NOW.timestamp()) + 50, 0] == [stale_seconds[0], stale_seconds[3]]
    assert ("CPU", "\u00a0%", 100, [], []) == (
        cells.fill,
        cells.unit,
        cells.maximum,
        cells.edges,
        cells.groups,
    )


def test_cells_are_grouped_and_sized() -> None:
    """What needs a look comes first; tags by prefix, those without last; an area stands for memory."""
    hosts = [
        fleet_host("a", tags=["rack:b", "ssd"], memory_total_bytes=256 * GIB),
        fleet_host("b", tags=["ssd"], health_state="bad", memory_total_bytes=None),
        fleet_host("c", tags=["rack:a"]),
        fleet_host("d", tags=["rack:b"], health_state="strained"),
    ]
    by_rack = shown(MapView(group="tag:rack", size="memory"), hosts).cells
    assert [("rack:a", 1), ("rack:b", 2), ("without rack:", 1)] == [
        (group.title, group.count) for group in by_rack.groups
    ]
    assert (["c", "a", "d", "b"], [32, 64, 32, 16]) == (by_rack.keys, by_rack.edges)
    by_health = shown(MapView(group="health"), hosts).cells
    assert ["bad", "strained", "good"] == [group.title for group in by_health.groups]
    assert ["b", "d", "a", "c"] == by_health.keys


def test_only_cells_that_changed_are_news() -> None:
    """A browser gets what differs from what it holds, and everything when cells came, went or moved."""
    history = CellHistory()
    hosts = [fleet_host(name) for name in "abc"]
    view = MapView(fill="cpu")
    first = history.take(shown(view, hosts))
    seen = Seen(feed=first.feed, cursor=first.cursor)
    assert history.take(shown(view, hosts)).news(seen) is None
    hosts[1] = fleet_host("b", cpu_busy_ratio=0.9)
    second = history.take(shown(view, hosts))
    stale_second = int(NOW.timestamp()) + 50
    assert CellNews(places=[1], levels=[90], states=[0], stale_seconds=[stale_second]) == second.news(seen)
    assert second.news(Seen(feed="another", cursor=second.cursor)) == second.news(Seen())
    whole = history.take(shown(view, hosts[:2])).news(seen)
    assert whole is not None
    assert whole.all is not None
    assert (["a", "b"], [42, 90]) == (whole.all.keys, whole.levels)


def test_a_large_fleet_has_a_map_and_no_cards() -> None:
    """No VM is asked for its name then; the map comes with its choices, and later only its news."""
    database = large()
    feed = FleetFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1, search="?fill=cpu"))
    assert "card_domains" not in database.asked
    assert (HOST_CARDS in first.lists, first.templates) == (False, None)
    assert f"{LARGE} hosts" in texts(first.parts[MAP_CONTROLS].tree)
    assert LARGE == len(written(first)["cells"]["all"]["keys"])
    database.rows["fleet_hosts"][7] = fleet_host("hv007", cpu_busy_ratio=1.0)
    second = feed.answer(Request(number=2, search="?fill=cpu", seen=holding(first)))
    assert {"places": [7], "levels": [100], "states": [0]}.items() <= written(second)["cells"].items()
    another = feed.answer(Request(number=3, search="?fill=memory", seen=holding(first)))
    assert {50} == set(written(another)["cells"]["levels"])


def test_a_filter_leaves_hosts_out_and_a_wrong_one_all() -> None:
    """Rows that nobody asked for are not shown; the words say how many there are of how many."""
    database = large(hosts=[fleet_host("hv001"), fleet_host("hv003"), fleet_host("new")])
    feed = FleetFeed(database, keep_seconds=0)
    found = feed.answer(Request(number=1, search="?q=hv00"))
    assert ["hv001", "hv003"] == written(found)["cells"]["all"]["keys"]
    assert f"2 of {LARGE} hosts" in texts(found.parts[MAP_CONTROLS].tree)
    wrong = feed.answer(Request(number=2, search="?q=cpu>>", seen=holding(found)))
    assert [] == written(wrong)["cells"]["all"]["keys"]
    assert "the filter cannot be read" in texts(wrong.parts[MAP_CONTROLS].tree)
    again = feed.answer(Request(number=3, search="?q=cpu>>", seen=holding(wrong)))
    assert again.cells is None


def test_a_fleet_that_shrinks_has_cards_again() -> None:
    """What stood there for the map goes."""
    database = large()
    feed = FleetFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1))
    del database.rows["fleet_hosts"][2:]
    second = feed.answer(Request(number=2, seen=holding(first)))
    assert [MAP_CONTROLS] == second.gone
    assert {"hv000", "hv001"} == second.lists[HOST_CARDS].trees.keys()
    assert second.templates is not None
