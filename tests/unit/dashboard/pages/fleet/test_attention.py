# SPDX-License-Identifier: Apache-2.0
"""What needs attention: in which order, why, and where its links lead."""

from datetime import timedelta

from dashboard.pages.fleet.attention import LISTED_HOST_COUNT, attention, worst_hosts
from dashboard.parts.markup import Element, texts
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.rows import NOW, fleet_host, suffering_domain

FULL = {
    "rule": "filesystem",
    "points": 40,
    "text": "file system 97 % full: /srv",
    "object": {"kind": "filesystem", "name": "/srv"},
}
WAITING = {
    "rule": "vm_steal",
    "points": 30,
    "text": "waited for CPU 24 %: <b>web</b>",
    "object": {"kind": "domain", "name": "<b>web</b>", "uuid": "u-1"},
}
OLD = {"rule": "cpu", "points": 30, "text": "CPU 99 % busy"}


def links(tree: Element) -> list[tuple[str, str]]:
    """Return words and address of each link, in order."""
    return [(texts(link), link[1]["href"]) for link in find(tree, "a")]


def test_the_worst_comes_first() -> None:
    """Bad ones by their score, then those that fell silent, the last one first, then strained ones."""
    hosts = [
        fleet_host("good"),
        fleet_host("strained", health_state="strained", health_score=60),
        fleet_host("gone long ago", freshness="stale", sampled_at=NOW - timedelta(days=9)),
        fleet_host("gone", freshness="stale"),
        fleet_host("bad", health_state="bad", health_score=30),
        fleet_host("worst", health_state="bad", health_score=5),
        fleet_host("past", freshness="stale", is_catching_up=True),
        fleet_host("never", freshness="stale", sampled_at=None, health_state=None),
    ]
    expected = ["worst", "bad", "gone", "gone long ago", "strained"]
    assert expected == [host.host for host in worst_hosts(hosts)]


def test_each_reason_names_and_links_what_it_is_of() -> None:
    """A file system leads to its host, a VM to its page; names are text; older reasons have none."""
    bad = fleet_host("hv1", health_state="bad", health_score=0, health_reasons=[FULL, WAITING, OLD, OLD])
    vms = [
        suffering_domain("db", is_paused_by_error=True, host="hv2"),
        suffering_domain("app", steal_ratio=0.24, block_latency_seconds=0.3),
    ]
    tree = attention([bad], vms)
    words = " ".join(texts(tree).replace("\u00a0", " ").split())
    assert (
        "hv1 bad, 0 of 100 file system 97 % full: /srv waited for CPU 24 %: <b>web</b> CPU 99 % busy" in words
    )
    assert "and 1 more" in words
    assert "paused by an I/O error" in words
    assert "waited for a CPU 24 % of the time disk latency 300 ms" in words
    assert [
        ("hv1", "/host/hv1"),
        ("/srv", "/host/hv1"),
        ("<b>web</b>", "/vm/u-1"),
        ("db", "/vm/uuid-of-db"),
        ("hv2", "/host/hv2"),
        ("app", "/vm/uuid-of-app"),
        ("hv1", "/host/hv1"),
    ] == links(tree)


def test_what_is_not_listed_is_counted_and_linked() -> None:
    """Ten are shown of each; the rest are a link to their list."""
    hosts = [fleet_host(f"hv{number}", health_state="bad", health_score=1) for number in range(12)]
    tree = attention(hosts, [suffering_domain("a", is_crashed=True, total_count=31)])
    assert LISTED_HOST_COUNT + 1 == len(find(tree, "li"))
    found = [(words, path.split("?")[0]) for words, path in links(tree) if words.startswith("and ")]
    assert [("and 2 more", "/hosts"), ("and 30 more", "/vms")] == found


def test_nothing_to_do_is_said_in_one_line() -> None:
    """A fleet that is well has no empty lists."""
    tree = attention([fleet_host()], [])
    assert "Nothing: every host is well, and no VM suffers." in texts(tree)
    assert [] == find(tree, "ol")
