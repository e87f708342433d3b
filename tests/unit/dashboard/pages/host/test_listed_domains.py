# SPDX-License-Identifier: Apache-2.0
"""The list of a host's VMs: its order, and what it is of a past range."""

from datetime import timedelta
from typing import Any

import pytest

from dashboard.errors import QueryTimeoutError
from dashboard.pages.host.domain_order import DomainSort, in_places, next_sort, read_sort, sorted_domains
from dashboard.pages.host.past_domains import PastDomain
from dashboard.pages.host.queries import HostDomain
from dashboard.parts.markup import Element, texts
from dashboard.queries import SampleSpan
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.row_database import VIEW, RowDatabase, ask, host_database, host_feed
from tests.unit.dashboard.rows import NOW, host_domain

PAST = "?from=now-2h&to=now-1h"


def past_domain(name: str, **changes: Any) -> PastDomain:
    """Return a VM an hour ago."""
    unknown: dict[str, Any] = dict.fromkeys(PastDomain._fields)
    known = {"uuid": f"u-{name}", "name": name, "state_name": "running", "cpu_cores": 0.5, "outcome": "ok"}
    return PastDomain(**{**unknown, **known, "sampled_at": NOW - timedelta(hours=1), **changes})


def running(name: str, cpu_cores: float) -> HostDomain:
    """Return a VM of now."""
    return host_domain(name, uuid=f"u-{name}", cpu_cores=cpu_cores)


def listed(database: RowDatabase, search: str = "?from=now-1h&to=now") -> Element:
    """Return the list of a page."""
    return host_feed(database).answer(ask(search=search), VIEW).update.parts["vms"].tree


def names(tree: Element) -> list[str]:
    """Return the names in a list, in their order."""
    return [texts(link) for link in find(tree, "a", "cell-name")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "-cores"),
        ("steal", "steal"),
        ("-name", "-name"),
        ("-nonsense", "-cores"),
        ("", "-cores"),
    ],
)
def test_an_order_is_read_from_the_address(text: str | None, expected: str) -> None:
    """A column, maybe the other way round; what there is not is the usual order."""
    assert expected == read_sort(text).text


def test_what_is_not_known_comes_last_either_way() -> None:
    """Neither the greatest nor the least is one that is not known; equals are by name."""
    domains = [
        host_domain("c", cpu_cores=None),
        host_domain("b", cpu_cores=1.0),
        host_domain("a", cpu_cores=1.0),
        host_domain("d", cpu_cores=2.0),
    ]
    for is_descending, expected in ((True, "dabc"), (False, "abdc")):
        found = sorted_domains(domains, DomainSort("cores", is_descending))
        assert list(expected) == [domain.name for domain in found]


def test_a_head_leads_to_the_greatest_first_and_then_back() -> None:
    """Of words the first letter comes first."""
    assert "-steal" == next_sort("steal", DomainSort()).text
    assert "steal" == next_sort("steal", DomainSort("steal", is_descending=True)).text
    assert "name" == next_sort("name", DomainSort()).text


def test_rows_keep_their_places_while_live() -> None:
    """A new sample changes figures and no places; who has come since is last."""
    database = host_database(host_domains=[running("a", 2.0), running("b", 1.0)])
    feed = host_feed(database)
    first = feed.answer(ask(), VIEW).update.parts["vms"].tree
    database.rows["host_domains"] = [
        running("c", 9.0),
        running("b", 3.0),
        running("a", 2.0),
    ]
    second = feed.answer(ask(), VIEW).update.parts["vms"].tree
    assert (["a", "b"], ["a", "b", "c"]) == (names(first), names(second))
    assert ["b"] == [domain.name for domain in in_places([host_domain("b")], {})]


def test_the_vms_of_a_past_range_are_those_of_its_end() -> None:
    """They are asked for by the end of the range; those of now are not shown."""
    there = [past_domain("small"), past_domain("big", cpu_cores=2.0), past_domain("silent", sampled_at=None)]
    there[2] = there[2]._replace(state_name=None, cpu_cores=None)
    tree = listed(host_database(host_domains_at=there), PAST)
    assert ["big", "small", "silent"] == names(tree)
    words = texts(tree)
    assert "the end of this range:  each at its last sample of the 15\u00a0min before." in words
    assert (NOW - timedelta(hours=1)).isoformat() == find(tree, "time", "clock")[0][1]["datetime"]
    assert "not known: no sample then" in words
    assert "vm1" not in words


def test_where_samples_are_gone_the_finest_buckets_that_are_kept_are_taken() -> None:
    """Levels are asked one after the other, until a VM has something."""
    gone = [SampleSpan(None, NOW)]
    database = host_database(host_domains_at=[past_domain("a", sampled_at=None)], host_span=gone)
    database.rows["host_domains_mean"] = [past_domain("a")]
    assert "each with means of 5\u00a0min: samples are no longer kept." in texts(listed(database, PAST))
    database.rows["host_domains_mean"] = [past_domain("a", sampled_at=None)]
    database.views.clear()
    assert "each at its last sample" in texts(listed(database, PAST))
    asked = [view for view in database.views if view is not None]
    assert ["domain_samples_5m", "domain_samples_1h", "domain_samples_1d"] == asked[:3]


def test_a_host_that_was_silent_has_no_means_of_before() -> None:
    """There are samples from before it: none are missing because of their age."""
    database = host_database(host_domains_at=[past_domain("a", sampled_at=None, state_name=None)])
    assert "not known: no sample then" in texts(listed(database, PAST))
    assert "host_domains_mean" not in database.asked


def test_nobody_there_and_no_time_to_look_are_said() -> None:
    """A range before any VM is a sentence, and a question that takes too long is another."""
    database = host_database(host_domains_at=[])
    assert "No VM is known to have lived here at" in texts(listed(database, PAST))
    database.failing = {"host_domains_at": QueryTimeoutError("Too slow.")}
    assert "Too slow." in texts(listed(database, PAST))


def test_a_range_that_cannot_be_read_lists_those_of_now() -> None:
    """Nonsense has no end."""
    assert ["vm1"] == names(listed(host_database(), "?from=nonsense&to=now"))
