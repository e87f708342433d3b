# SPDX-License-Identifier: Apache-2.0
"""The parts of a host's page that are no chart."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dashboard.components.event_list import event_list
from dashboard.components.event_strip import event_marks, event_strip
from dashboard.pages.host.domain_table import domain_table
from dashboard.pages.host.host_facts import (
    collector_remarks,
    collector_troubles,
    host_facts,
    host_head,
)
from dashboard.parts.markup import texts
from dashboard.queries import HostEvent
from dashboard.timerange import TimeRange
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.rows import NOW, host_domain, host_now


def event(seconds: float, kind: str = "domain_started", total: int = 1) -> HostEvent:
    """Return an event so many seconds after eight."""
    at = datetime(2026, 11, 23, 8, tzinfo=UTC) + timedelta(seconds=seconds)
    return HostEvent(at, kind, "vm<1>", "booted", total, "hv1", None)


def test_a_vm_that_is_off_has_no_figures() -> None:
    """Off is a dash, which is neither 0 nor n/a."""
    tree = domain_table([host_domain("a", state_name="shut off", state_reason_name="destroyed")])
    assert "shut off (destroyed)" in texts(tree)
    assert len(find(tree, "td", "off")) >= 8
    assert "n/a" in texts(domain_table([host_domain("a", cpu_ratio=None)]))


def test_a_paused_vm_keeps_its_figures() -> None:
    """Only a VM that is off has none: one that is paused still holds its memory."""
    for state_name in ("paused", "crashed", "pmsuspended", "in shutdown"):
        tree = domain_table([host_domain("a", state_name=state_name, memory_resident_bytes=1024**3)])
        assert [] == find(tree, "td", "off")
        assert "1\u00a0GiB" in texts(tree)


def test_a_vm_known_from_events_alone_is_na() -> None:
    """Before its first sample nothing is known of a VM, which is not the same as off."""
    changes = {"state_name": None, "sampled_at": None, "freshness": "stale", "cpu_ratio": None}
    tree = domain_table([host_domain("a", **changes)])
    assert "not sampled yet" in texts(tree)
    assert [] == find(tree, "td", "off")
    assert len(find(tree, "td", "missing")) == 10


def test_a_vm_that_libvirt_has_stopped_telling_of_is_stale() -> None:
    """An old row says since when, and what the state was, instead of passing for the present."""
    tree = domain_table([host_domain("a", freshness="stale")])
    assert 1 == len(find(tree, "tr", "row--stale"))
    assert "unknown; running" in texts(tree)
    assert NOW.isoformat() == find(tree, "time", "age")[0][1]["datetime"]


def test_memory_of_the_guest_has_its_age() -> None:
    """A figure that the guest reported long ago says how old it is."""
    fresh = domain_table([host_domain("a", memory_used_bytes=1024**3, memory_age_seconds=3.0)])
    old = domain_table([host_domain("a", memory_used_bytes=1024**3, memory_age_seconds=600.0)])
    assert "old" not in texts(fresh)
    assert "10\u00a0min old" in texts(old)


def test_an_outcome_says_what_it_means() -> None:
    """A reading that failed is marked, with words for what happened."""
    tree = domain_table([host_domain("a", outcome="timed_out")])
    (cell,) = find(tree, "td", "cell-warning")
    assert "timed out" == texts(cell)
    assert "QEMU did not answer" in cell[1]["title"]
    reason = "internal error: cannot get the statistics of a disk that has gone"
    (cell,) = find(
        domain_table([host_domain("a", outcome="partial", outcome_reason=reason)]), "td", "cell-warning"
    )
    assert "partial internal error" in texts(cell)
    assert reason in cell[1]["title"]


def test_no_vms_is_a_sentence() -> None:
    """An empty table is words."""
    assert "No VMs on this host now." == texts(domain_table([]))


def test_collectors_that_gave_nothing_are_listed_with_reasons() -> None:
    """What could not be read is said with its reason; collectors that are well are not."""
    collectors = [
        {"name": "host_cpu", "outcome": "ok"},
        {"name": "temperature", "outcome": "unavailable", "reason": "no sensor"},
        {"name": "pressure", "outcome": "failed", "reason": "EIO"},
    ]
    tree = collector_troubles(host_now(collectors=collectors))
    assert tree is not None
    words = texts(tree)
    assert "2 collectors gave nothing" in words
    assert "no sensor" in words
    assert "host_cpu" not in words
    assert collector_troubles(host_now()) is None


def test_remarks_of_collectors_that_are_well_are_listed() -> None:
    """A source that was read says what it left out or did not believe, and is no trouble."""
    collectors = [
        {"name": "host_cpu", "outcome": "ok"},
        {"name": "disks", "outcome": "ok", "reason": "sda: 3 counters fell <b>\u202e"},
        {"name": "pressure", "outcome": "failed", "reason": "EIO"},
    ]
    tree = collector_remarks(host_now(collectors=collectors))
    assert tree is not None
    assert "1 collector remarks on its figures disks : sda: 3 counters fell <b>\ufffd" == texts(tree)
    assert collector_remarks(host_now(collectors=collectors[::2])) is None


@pytest.mark.parametrize(
    ("owner", "tags", "expected"),
    [
        ("shop", ["prod", "tier:1"], "shop · prod · tier:1"),
        ("<b>\u202e", [], "<b>\ufffd"),
        (None, ["prod"], "prod"),
        ("x" * 255, ["prod"], f"{'x' * 79}…"),
    ],
)
def test_a_vm_shows_its_owner_and_tags(owner: str | None, tags: list[str], expected: str) -> None:
    """They stand below its name, as text, and no longer than a line bears."""
    (note,) = find(domain_table([host_domain("a", owner=owner, tags=tags)]), "span", "cell-note")

    assert expected == texts(note)
    assert [] == find(domain_table([host_domain("a")]), "span", "cell-note")


def test_facts_that_are_not_known_are_na() -> None:
    """A fact the publisher did not send is n/a."""
    words = texts(host_facts(host_now(kernel=None, uptime_seconds=90_000.0)))
    assert "Kernel n/a" in words
    assert "1\u00a0d\u00a01\u00a0h" in words


def test_a_host_shows_its_tags() -> None:
    """They are a fact like others; without any there is no line of them."""
    assert "Tags rack:a3, ssd" in texts(host_facts(host_now(tags=["rack:a3", "ssd"])))
    assert "Tags" not in texts(host_facts(host_now()))


def test_a_clock_that_is_ahead_is_said() -> None:
    """A sample from the future tells of a wrong clock, and not of a fast network."""
    assert "clock ahead by 42\u00a0s" in texts(host_facts(host_now(lag_seconds=-42.0)))
    behind = host_now(lag_seconds=600.3, clock_offset_seconds=-600.1)
    assert "clock behind by 10\u00a0min" in texts(host_facts(behind))
    assert "Arrives after 120\u00a0ms" in texts(host_facts(host_now(lag_seconds=0.12)))


@pytest.mark.parametrize(
    ("synchronised", "error_seconds", "expected"),
    [
        (True, 0.0015, "Clock at most 1.5\u00a0ms off"),
        (True, None, "Clock kept in time"),
        (False, None, "Clock not kept in time"),
        (None, None, "Clock n/a"),
    ],
)
def test_a_host_says_whether_its_clock_is_kept_in_time(
    synchronised: bool | None,
    error_seconds: float | None,
    expected: str,
) -> None:
    """How far it may be off as the daemon has it; a publisher of before says nothing."""
    host = host_now(clock_synchronised=synchronised, clock_error_seconds=error_seconds)

    assert expected in texts(host_facts(host))


def test_a_simulated_host_is_marked() -> None:
    """The head of its page carries the mark that its card has."""
    assert find(host_head(host_now(is_simulated=True)), "span", "badge")
    assert [] == find(host_head(host_now()), "span", "badge")


def test_a_silent_host_says_so() -> None:
    """The head of the page says that nothing arrives, and since when."""
    words = texts(host_head(host_now(freshness="stale")))
    assert "Silent: last seen" in words
    assert "unknown" in words


def test_events_that_crowd_share_a_mark() -> None:
    """Marks never hide each other, whatever the times are, and no event is lost."""
    crowds = ([*range(3600)], [0, 29, 58, 60, 3000, 3001, 3002, 3040], [0, 20, 40, 41, 42, 43, 44])
    for times in crowds:
        marks = event_marks([event(seconds) for seconds in reversed(times)], 30.0)
        distances = [after.time_seconds - before.time_seconds for before, after in pairwise(marks)]
        assert all(distance >= 30 for distance in distances)
        assert len(times) == sum(mark.event_count for mark in marks)
    crowd = event_marks([event(seconds) for seconds in crowds[0]], 30.0)
    assert 40 < len(crowd)
    assert f"and {crowd[0].event_count - 5} more" in crowd[0].text


def test_the_strip_of_marks_says_what_it_leaves_out() -> None:
    """Where the oldest mark stands, the number of those before it is told."""
    start = datetime(2026, 11, 23, 8, tzinfo=UTC)
    window = TimeRange("now-1h", "now", start, start + timedelta(hours=1))
    events = [event(1800, total=500)]
    strip = event_strip(event_marks(events, 30.0), events, window)
    (more,) = find(strip, "span", "event-more")
    assert ("499 older, not marked", "--at:0.50000") == (texts(more), more[1]["style"])
    assert [] == find(event_strip(event_marks([event(1)], 30.0), [event(1)], window), "span", "event-more")


def test_a_cut_list_of_events_says_so() -> None:
    """The list names how many there are."""
    assert "The newest 1 of 500 ; 499 older ones are not listed" in texts(event_list([event(1, total=500)]))
    assert "Nothing happened in this range." == texts(event_list([]))


def test_a_contested_domain_names_the_other_hosts() -> None:
    """The table says which other hosts report the VM as running."""
    tree = domain_table([host_domain("a", contested_by=["hv2", "hv3"])])
    assert "also on hv2, hv3" in str(tree)
