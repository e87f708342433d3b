# SPDX-License-Identifier: Apache-2.0
"""What the VMs of a host took: the level that is read, the columns of the chart, the words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from dashboard.errors import DatabaseUnavailableError, QueryTimeoutError
from dashboard.pages.host.feed import HostFeed
from dashboard.pages.host.kept_places import KeptPlaces
from dashboard.pages.host.stack import ResidentCount, Stack, StackCurve, stack_level
from dashboard.pages.host.stack_figures import ALL_PLACE, OTHERS_PLACE, STACK_FIGURES, stack_figure
from dashboard.pages.host.stack_table import stack_table
from dashboard.parts.markup import texts
from dashboard.timerange import LEVELS, RAW, TimeRange
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.row_database import VIEW, ask, host_database, host_feed
from tests.unit.dashboard.rows import NOW

CPU = STACK_FIGURES[0]
CHOICES = {figure.name: f"/host/hv1?by={figure.name}" for figure in STACK_FIGURES}
FIVE_MINUTES = LEVELS[2]


def curve(place: int, name: str | None = None, **changes: Any) -> StackCurve:
    """Return a curve of one core at two instants."""
    known = StackCurve(
        place=place,
        domain_id=None if name is None else place,
        uuid=None if name is None else f"00000000-0000-4000-8000-{place:012x}",
        name=name,
        domain_count={OTHERS_PLACE: 2, ALL_PLACE: 12}.get(place, 1),
        mean=1.0,
        greatest=None if name is None else 2.0,
        steal_ratio=None if name is None else 0.01,
        sufferer_uuid="00000000-0000-4000-8000-000000000009",
        sufferer_name="quiet",
        sufferer_steal_ratio=0.2,
        times_seconds=[1000.0, 1300.0],
        amounts=[1.0, None],
    )
    return known._replace(**changes)


def ranged(hours: float) -> TimeRange:
    """Return a range of so many hours."""
    end = datetime(2026, 11, 23, 8, tzinfo=UTC)
    return TimeRange("", "", end - timedelta(hours=hours), end)


@pytest.mark.parametrize(
    ("finest", "domain_count", "hours", "expected"),
    [
        ("raw", 50, 1.0, "raw"),
        # Buckets of a minute are never asked for.
        ("raw", 50, 2.0, "5m"),
        ("1m", 3, 6.0, "5m"),
        ("5m", 50, 24.0, "5m"),
        ("5m", 90, 24.0, "1h"),
        ("1h", 50, 24.0 * 7, "1h"),
        ("1d", 50, 24.0 * 365 * 9, "1d"),
    ],
)
def test_few_enough_rows_are_read(finest: str, domain_count: int, hours: float, expected: str) -> None:
    """The more VMs and the longer the range, the coarser; never finer than the chart."""
    level = next(level for level in LEVELS if level.name == finest)
    assert expected == stack_level(level, domain_count, ranged(hours), 10.0).name


def test_a_sample_stands_at_its_time_and_a_bucket_in_all_of_it() -> None:
    """Rows of a chart that is finer than the stack have the value of their bucket; a gap has none."""
    times = np.array([700.0, 1000.0, 1100.0, 1299.0, 1300.0, 1700.0])
    of_samples = Stack(CPU, RAW, (curve(1, "a"),)).columns(times)["vms_cpu_1"]
    of_buckets = Stack(CPU, FIVE_MINUTES, (curve(1, "a"),)).columns(times)["vms_cpu_1"]
    assert [False, True, False, False, False, False] == list(np.isfinite(of_samples))
    assert [False, True, True, True, False, False] == list(np.isfinite(of_buckets))
    assert not np.isfinite(Stack(CPU, RAW, (curve(1, "a"),)).columns(times)["vms_cpu_2"]).any()
    assert {} == Stack(CPU, RAW).columns(times)


def test_words_say_who_took_most_and_who_waited() -> None:
    """The first and the one with most steal are named and linked, with shares of what all took."""
    stack = Stack(CPU, RAW, (curve(1, "<b>noisy"), curve(OTHERS_PLACE, mean=0.5), curve(ALL_PLACE, mean=2.0)))
    tree = stack_table(stack, CHOICES, "?tz=UTC")
    words = texts(tree)
    assert "<b>noisy  took most: 1\u00a0cores of the 2\u00a0cores" in words
    assert "(50\u00a0%)" in words
    assert "quiet  waited most for a CPU: 20\u00a0% of the time." in words
    assert "other VMs (2)" in words
    assert "all VMs (12)" in words
    links = [link[1]["href"] for link in find(tree, "a", "cell-name")]
    assert ["/vm/00000000-0000-4000-8000-000000000001?tz=UTC"] == links
    chosen = [texts(link) for link in find(tree, "a", "choice") if "aria-current" in link[1]]
    assert ["CPU"] == chosen


def test_nobody_waits_where_steal_is_small_or_another_thing_is_shown() -> None:
    """A percent of the time is not noticed, and memory is not waited for."""
    little = curve(1, "a", sufferer_steal_ratio=0.009)
    assert "waited" not in texts(stack_table(Stack(CPU, RAW, (little, curve(ALL_PLACE))), CHOICES, ""))
    memory = Stack(stack_figure("memory"), RAW, (curve(1, "a"), curve(ALL_PLACE)))
    assert "waited" not in texts(stack_table(memory, CHOICES, ""))


def test_nothing_is_said_of_what_is_not_known() -> None:
    """No VM, or none with a figure, is a sentence of its own; so is a question that took too long."""
    assert "No VM was seen here" in texts(stack_table(Stack(CPU, RAW), CHOICES, ""))
    unknown = Stack(CPU, RAW, (curve(1, "a", mean=None, greatest=None), curve(ALL_PLACE, mean=None)))
    words = texts(stack_table(unknown, CHOICES, ""))
    assert "No VM took any CPU in this range, as far as is known." in words
    assert "n/a" in words
    slow = Stack(CPU, RAW, failure="Too slow.")
    assert "Too slow." in texts(stack_table(slow, CHOICES, ""))


def test_the_chart_of_a_host_has_the_stack_that_its_address_names() -> None:
    """The panel, the names of its curves and the choice follow ``by``; an unknown one is CPU."""
    curves = [curve(1, "noisy", times_seconds=[NOW.timestamp() - 10], amounts=[1.5]), curve(ALL_PLACE)]
    database = host_database(host_resident_count=[ResidentCount(2)], host_stack_raw=curves)
    for search, name in (("", "cpu"), ("&by=disk", "disk"), ("&by=nonsense", "cpu")):
        answer, chart = host_feed(database).answer(ask(search=f"?from=now-1h&to=now{search}"), VIEW)
        assert chart is not None
        assert chart.picture is not None
        assert f"vms_{name}" in [panel.key for panel in chart.picture.panels]
        assert {f"vms_{name}_1": "noisy", f"vms_{name}_{ALL_PLACE}": "all VMs"} == chart.picture.names
        (link,) = [
            each for each in find(answer.parts["stack"].tree, "a", "choice") if "aria-current" in each[1]
        ]
        assert link[1]["href"] == f"/host/hv1?from=now-1h&to=now&by={name}"


def test_a_stack_that_is_too_slow_leaves_the_chart() -> None:
    """The host's own curves are there; the words say what is missing. An outage is one of the whole chart."""
    database = host_database(host_resident_count=[ResidentCount(2)])
    database.failing = {"host_stack_raw": QueryTimeoutError("Too slow.")}
    answer, chart = host_feed(database).answer(ask(), VIEW)
    assert chart is not None
    assert "Too slow. Choose a shorter range." in texts(answer.parts["stack"].tree)
    database.failing = {"host_stack_raw": DatabaseUnavailableError("gone")}
    answer, chart = host_feed(database).answer(ask(), VIEW)
    assert chart is None
    assert answer.banner is not None


@pytest.mark.parametrize(
    ("search", "of_list"), [("?from=now-1h&to=now", []), ("?from=now-1h&to=now-5m", ["host_domains_at"])]
)
def test_the_questions_of_a_page_are_counted(search: str, of_list: list[str]) -> None:
    """Two are for the stack, and of a past range one for its VMs; the next viewer asks none of them."""
    database = host_database(host_resident_count=[ResidentCount(2)])
    feed = HostFeed(database, keep_seconds=60.0, now=lambda: NOW)
    feed.answer(ask(search=search), VIEW)
    of_devices = ["host_collectors", "host_filesystems", "host_disks", "host_interfaces"]
    of_chart = ["host_samples_raw", "host_coverage_raw", "host_resident_count", "host_stack_raw"]
    assert ["host_now", "host_domains", *of_list, "host_events", *of_devices, *of_chart] == database.asked
    feed.answer(ask(2, search=search), VIEW)
    assert 11 + len(of_list) == len(database.asked)


def test_places_are_kept_for_a_while() -> None:
    """A minute, or a part of a long range; then who takes most is asked anew."""
    now = 0.0
    places = KeptPlaces(lambda: now)
    places.keep("short", (3, 1))
    places.keep("long", (5,))
    places.keep("short", (9,))
    assert ((3, 1), (5,), ()) == (places.of("short", 600), places.of("long", 86_400), places.of("other", 600))
    now = 61.0
    assert ((), (5,)) == (places.of("short", 600), places.of("long", 86_400))
    places.keep("short", (9,))
    assert (9,) == places.of("short", 600)
