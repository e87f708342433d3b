# SPDX-License-Identifier: Apache-2.0
"""What the grid page answers, with a database of rows in memory."""

from datetime import timedelta

import pytest

from dashboard.pages.fleet.feed import HOST_CARDS, SUMMARY, FleetFeed
from dashboard.pages.fleet.overview import CPU
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.contract import NOTICE, Items, Request, Seen
from dashboard.parts.markup import texts
from tests.unit.dashboard.row_database import (
    fleet_database,
    holding,
)
from tests.unit.dashboard.rows import NOW, fleet_host


def test_a_new_browser_gets_the_whole_grid() -> None:
    """Order, summary and all cards come at first."""
    answer = FleetFeed(fleet_database(), keep_seconds=0).answer(Request(number=1))
    cards = answer.lists[HOST_CARDS]
    assert ["hv1", "hv2"] == cards.order
    assert {"hv1", "hv2"} == cards.trees.keys()
    assert "2 hosts" in " ".join(texts(answer.parts[SUMMARY].tree).split())


def test_later_only_what_changed_is_sent() -> None:
    """A browser that is up to date gets what differs of the cards that changed, and nothing else."""
    database = fleet_database()
    feed = FleetFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1))
    database.rows["fleet_hosts"] = [fleet_host("hv1"), fleet_host("hv2", cpu_busy_ratio=0.9)]
    second = feed.answer(Request(number=2, seen=holding(first)))
    cards = second.lists[HOST_CARDS]
    assert (["hv2"], {}, None) == (list(cards.changes), cards.trees, cards.order)
    assert {CPU} == second.parts.keys()
    assert "90" in str(cards.changes["hv2"])
    assert "hv2" not in str(cards.changes["hv2"])


def test_a_browser_that_missed_a_version_gets_the_whole_card() -> None:
    """What differs from a version that it never held would be of no use to it."""
    database = fleet_database()
    feed = FleetFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1))
    for ratio in (0.7, 0.8):
        database.rows["fleet_hosts"] = [fleet_host("hv1"), fleet_host("hv2", cpu_busy_ratio=ratio)]
        feed.answer(Request(number=2))
    cards = feed.answer(Request(number=3, seen=holding(first))).lists[HOST_CARDS]
    assert (["hv2"], {}) == (list(cards.trees), cards.changes)


def test_only_a_browser_that_has_nothing_gets_the_templates() -> None:
    """What all cards have in common is sent once."""
    feed = FleetFeed(fleet_database(), keep_seconds=0)
    first = feed.answer(Request(number=1))
    assert first.templates is not None
    assert "host card" in first.templates
    assert feed.answer(Request(number=2, seen=holding(first))).templates is None


def test_figures_that_look_alike_are_no_news() -> None:
    """A change that no figure of a card shows sends nothing, also when it is followed by another one."""
    database = fleet_database()
    feed = FleetFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1))
    for ratio, expected in ((0.42001, set()), (0.42002, set()), (0.9, {"hv1"})):
        database.rows["fleet_hosts"] = [fleet_host("hv1", cpu_busy_ratio=ratio), fleet_host("hv2")]
        answer = feed.answer(Request(number=2, seen=holding(first)))
        assert expected == answer.lists[HOST_CARDS].changes.keys()


def test_age_alone_is_no_news() -> None:
    """That a sample grows older is counted by the browser and sends nothing."""
    now = NOW
    feed = FleetFeed(fleet_database(), keep_seconds=0, now=lambda: now)
    first = feed.answer(Request(number=1))
    now += timedelta(seconds=7)
    assert Items() == feed.answer(Request(number=2, seen=holding(first))).lists[HOST_CARDS]


def test_a_browser_of_another_process_starts_over() -> None:
    """A cursor of a feed that is gone counts for nothing."""
    feed = FleetFeed(fleet_database(), keep_seconds=0)
    answer = feed.answer(Request(number=9, seen=Seen(feed="another", cursor=500)))
    assert {"hv1", "hv2"} == answer.lists[HOST_CARDS].trees.keys()


def test_a_host_that_goes_away_leaves_the_order() -> None:
    """The order is sent anew when hosts come or go."""
    database = fleet_database()
    feed = FleetFeed(database, keep_seconds=0)
    first = feed.answer(Request(number=1))
    database.rows["fleet_hosts"] = [fleet_host("hv2")]
    assert ["hv2"] == feed.answer(Request(number=2, seen=holding(first))).lists[HOST_CARDS].order


def test_a_hundred_viewers_cost_one_query() -> None:
    """Within a period all viewers share what was read once."""
    database = fleet_database()
    feed = FleetFeed(database, keep_seconds=60)
    for number in range(100):
        feed.answer(Request(number=number))
    assert len(database.asked) == len(set(database.asked))


def silent(host: str, minutes: float) -> FleetHost:
    """Return a host that grew stale so many minutes ago."""
    sampled_at = NOW - timedelta(minutes=minutes, seconds=50)
    return fleet_host(
        host, freshness="stale", sampled_at=sampled_at, stale_at=sampled_at + timedelta(seconds=50)
    )


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ([silent("hv1", 3), silent("hv2", 4)], True),
        # One was taken out of service long ago.
        ([silent("hv1", 3), silent("hv2", 3.1), silent("hv3", 90_000)], True),
        ([silent("hv1", 3), silent("hv2", 4), fleet_host("hv3")], False),
        ([silent("hv1", 3), silent("hv2", 90)], False),
        ([silent("hv1", 3)], False),
        ([silent("hv1", 3), silent("hv2", 4), silent("hv3", 3)._replace(is_catching_up=True)], False),
        ([fleet_host("hv1", freshness="stale", sampled_at=None, stale_at=None)], False),
    ],
    ids=[
        "two",
        "two and one long gone",
        "one is heard",
        "one after the other",
        "a single one",
        "one catches up",
        "none ever",
    ],
)
def test_hosts_that_fall_silent_at_once_are_one_thing(hosts: list[FleetHost], *, expected: bool) -> None:
    """One banner says where to look, instead of grey cards alone; it goes when a host is heard again."""
    database = fleet_database(fleet_hosts=hosts, card_domains=[])
    feed = FleetFeed(database, keep_seconds=0)
    banner = feed.answer(Request(number=1)).banner
    assert expected == (banner is not None)
    if banner is not None:
        words = "".join(texts(banner))
        assert "All hosts fell silent at once" in words
        assert "Look at broker and consumer." in words
    database.rows["fleet_hosts"] = [*hosts, fleet_host("hv9")]
    assert feed.answer(Request(number=2)).banner is None


def test_an_empty_database_guides_the_first_run() -> None:
    """Without any host the page says how to start one."""
    answer = FleetFeed(fleet_database(fleet_hosts=[], card_domains=[]), keep_seconds=0).answer(
        Request(number=1)
    )
    words = texts(answer.parts[NOTICE].tree)
    assert "Waiting for the first sample" in words
    assert "kvmgrid-publisher run" in words
