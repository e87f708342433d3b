# SPDX-License-Identifier: Apache-2.0
"""What the page of a VM answers, with a database of rows in memory."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from dashboard.charts.contract import Picture
from dashboard.errors import DatabaseUnavailableError, QueryTimeoutError
from dashboard.history.charted_answer import Answer
from dashboard.pages.vm.feed import is_vm_page, read_uuid
from dashboard.pages.vm.queries import VmPercentiles
from dashboard.parts.contract import NOTICE
from dashboard.parts.markup import texts
from tests.unit.dashboard.row_database import VIEW, holding, showing
from tests.unit.dashboard.rows import NOW
from tests.unit.dashboard.vm_rows import (
    MOVED_AT,
    PATH,
    UUID,
    ask_vm,
    disk,
    filled,
    times,
    vm_database,
    vm_feed,
    vm_now,
    vm_point,
)

PARTS = {"head", "facts", "note", "disks", "interfaces", "neighbours", "life", "events"}


def part(answer: Answer, name: str) -> str:
    """Return the words of a part."""
    return " ".join(texts(answer.update.parts[name].tree).split())


def picture(answer: Answer) -> Picture:
    """Return the picture of an answer's chart."""
    assert answer.chart is not None
    assert answer.chart.picture is not None
    return answer.chart.picture


def test_a_vm_page_has_all_its_parts() -> None:
    """Head, facts, chart, devices, neighbours, stays and events come at first; names stay text."""
    answer = vm_feed(vm_database()).answer(ask_vm(), VIEW)
    assert answer.update.parts.keys() == PARTS
    assert part(answer, "head").startswith(f"web {UUID}")
    assert "Now running · on hv2 since" in part(answer, "head")
    assert "Now, sampled" in part(answer, "facts")
    assert "<i>db</i> 1.50 75 %" in part(answer, "neighbours")
    assert "old <b>web</b>" in part(answer, "life")
    assert "hv2" in part(answer, "events")


def test_the_head_names_the_host_before() -> None:
    """Where a VM came from is said whatever the range; coming back to the same host is no move."""
    moved = vm_feed(vm_database(vm_now=[vm_now(host_before="hv1")])).answer(ask_vm(), VIEW)
    assert re.search(r"on hv2 since .*, before on hv1", part(moved, "head"))
    same = vm_feed(vm_database(vm_now=[vm_now(host_before="hv2")])).answer(ask_vm(), VIEW)
    assert "before on" not in part(same, "head")


def test_each_question_is_asked_once() -> None:
    """Ten at first; while nothing is new three of them a tick, none of samples."""
    database = vm_database()
    feed = vm_feed(database)
    first = feed.answer(ask_vm(), VIEW)
    assert Counter(database.asked) == Counter(
        {
            "vm_now": 1,
            "vm_start": 1,
            "vm_stays": 1,
            "vm_names": 1,
            "vm_events": 1,
            "vm_neighbours": 1,
            "vm_disks": 1,
            "vm_interfaces": 1,
            "vm_samples_raw": 1,
            "vm_interface_raw": 1,
        }
    )
    database.asked.clear()
    second = feed.answer(ask_vm(2, seen=holding(first.update)), showing(first.chart))
    assert database.asked == ["vm_now", "vm_events", "vm_stays"]
    assert (second.update.parts, second.chart) == ({}, None)


def test_a_new_sample_is_a_new_chart_that_keeps_its_rows() -> None:
    """A live tick sends the row that came, not the chart again."""
    database = vm_database()
    feed = vm_feed(database)
    first = feed.answer(ask_vm(), VIEW)
    database.rows["vm_now"] = [vm_now(sampled_at=NOW + timedelta(seconds=1))]
    database.rows["vm_samples_raw"] = [*database.rows["vm_samples_raw"], vm_point(NOW.timestamp())]
    chart = feed.answer(ask_vm(2, seen=holding(first.update)), showing(first.chart)).chart
    assert chart is not None
    assert chart.rows is not None
    assert 360 == chart.rows.kept_count


def test_a_move_is_marked_and_breaks_no_line() -> None:
    """The strip has both hosts, a line stands where the VM moved, and nothing is missing there."""
    found = picture(vm_feed(vm_database()).answer(ask_vm(), VIEW))
    assert (MOVED_AT.timestamp(),) == found.moves_seconds
    assert () == found.gaps
    assert "/host/hv1?from=now-1h&to=now" in str(found.marks)
    assert "width:66.667%" in str(found.marks)


def test_what_was_off_is_no_gap() -> None:
    """Samples that say off are told from samples that are missing."""
    points = [vm_point(at, off_share=1.0, cpu_ratio=None) for at in times(30)]
    database = vm_database(vm_samples_raw=[*[vm_point(at) for at in times(330)[:200]], *points])
    gaps = picture(vm_feed(database).answer(ask_vm(), VIEW)).gaps
    assert [False, True] == [gap.is_off for gap in sorted(gaps, key=lambda each: each.start_seconds)][-2:]


def test_between_two_stays_nothing_is_missing() -> None:
    """A VM that was undefined for ten minutes has no samples of them, and none are expected."""
    late, early = vm_database().rows["vm_stays"]
    gone_at = MOVED_AT - timedelta(minutes=10)
    points = [vm_point(at) for at in times() if not gone_at.timestamp() <= at < MOVED_AT.timestamp()]
    gaps = {
        is_known: picture(
            vm_feed(
                vm_database(
                    vm_samples_raw=points,
                    vm_stays=[late, early._replace(valid_to=gone_at)] if is_known else [late, early],
                )
            ).answer(ask_vm(), VIEW)
        ).gaps
        for is_known in (True, False)
    }
    assert (0, 1) == (len(gaps[True]), len(gaps[False]))


@pytest.mark.parametrize(
    ("search", "disks", "subject", "asked"),
    [
        ("?from=now-1h&to=now", 2, "", 0),
        ("?from=now-1h&to=now&disk=vdb", 2, "vdb", 1),
        ("?from=now-1h&to=now&disk=none-such", 2, "", 0),
        ("?from=now-1h&to=now", 1, "vda", 1),
    ],
)
def test_the_chart_shows_all_disks_or_one(search: str, disks: int, subject: str, asked: int) -> None:
    """The address names a disk; without it all are shown together, and an only one with all that is known."""
    database = vm_database(vm_disks=[disk(name, disks) for name in ("vda", "vdb")[:disks]])
    answer = vm_feed(database).answer(ask_vm(search=search), VIEW)
    (traffic,) = [panel for panel in picture(answer).panels if panel.key == "disk_traffic"]
    assert (subject, asked) == (traffic.subject, database.asked.count("vm_disk_raw"))
    has_size = any(panel.key == "disk_size" for panel in picture(answer).panels)
    assert has_size == bool(subject)


def test_links_to_devices_keep_the_rest_of_the_address() -> None:
    """Range, zone and the other kind's device go along, encoded."""
    search = "?from=now-1h&to=now&tz=utc&interface=a%26b"
    tree = str(vm_feed(vm_database()).answer(ask_vm(search=search), VIEW).update.parts["disks"].tree)
    assert f"{PATH}?from=now-1h&to=now&tz=utc&interface=a%26b&disk=vdb" in tree


def test_an_unknown_uuid_is_said() -> None:
    """Also what is no UUID; of that the database is not asked."""
    database = vm_database(vm_now=[])
    for text, asked in ((UUID, 1), ("<b>web</b>", 0)):
        database.asked.clear()
        answer = vm_feed(database).answer(ask_vm(path=f"/vm/{text}"), VIEW)
        assert f"No VM “{text}”" in part(answer, NOTICE)
        assert asked == len(database.asked)


def test_a_vm_that_is_gone_leads_to_its_last_hour() -> None:
    """Its head says since when and where it was; a range behind its end says that it was gone."""
    gone = {"removed_at": NOW - timedelta(days=1), "freshness": None, "sampled_at": None, "state_name": None}
    database = vm_database(vm_now=[vm_now(**gone)], vm_samples_raw=[], vm_stays=[])
    answer = vm_feed(database).answer(ask_vm(), VIEW)
    assert "Gone since" in part(answer, "head")
    assert "it was last on hv2 . Its last hour" in part(answer, "head")
    assert "No figures of now" in part(answer, "facts")
    assert "The VM was gone by then" in texts(picture(answer).nothing)
    assert () == picture(answer).gaps


def test_a_contested_uuid_is_said() -> None:
    """The others are named, and whose figures these are."""
    database = vm_database(vm_now=[vm_now(contested_by=["hv7"], contested_since=NOW)])
    head = part(vm_feed(database).answer(ask_vm(), VIEW), "head")
    assert "Contested: hv7 too reports a VM of this UUID as running since" in head
    assert "what hv2 reports" in head


def test_a_stale_vm_says_when_it_was_seen() -> None:
    """Its state is unknown, its figures are of then, and its chart ends in silence."""
    stale: dict[str, Any] = {"freshness": "stale", "sampled_at": NOW - timedelta(minutes=90)}
    database = vm_database(vm_now=[vm_now(**stale)], vm_samples_raw=[])
    answer = vm_feed(database).answer(ask_vm(), VIEW)
    assert "state unknown; running when last seen" in part(answer, "head")
    assert "When last seen," in part(answer, "facts")
    assert picture(answer).gaps[-1].is_silence


def test_a_past_range_has_who_was_there_then() -> None:
    """The neighbours are those of the range's end, also where the VM has moved since."""
    past = [stay for stay in vm_database().rows["vm_stays"] if stay.host == "hv1"]
    answer = vm_feed(vm_database(vm_stays=past)).answer(ask_vm(search="?from=now-3h&to=now-2h"), VIEW)
    end = (NOW - timedelta(hours=2)).isoformat()
    assert part(answer, "neighbours").startswith("On hv1 at")
    assert end in str(answer.update.parts["neighbours"].tree)


def test_long_ranges_read_rollups() -> None:
    """A year reads the views of days, for the chart, its devices and its neighbours."""
    database = vm_database(vm_samples_rollup=[], vm_disk_rollup=[])
    vm_feed(database).answer(ask_vm(search="?from=now-1y&to=now"), VIEW)
    assert {view for view in database.views if view} == {
        "domain_samples_1d",
        "domain_block_samples_1d",
        "domain_interface_samples_1d",
    }


def test_a_failure_leaves_what_was_found() -> None:
    """Away, the head stays under a banner; too slow, a shorter range is proposed and no other chart shown."""
    database = vm_database()
    database.failing = {"vm_samples_raw": DatabaseUnavailableError("gone")}
    away = vm_feed(database).answer(ask_vm(), VIEW)
    assert away.update.banner is not None
    assert away.update.parts.keys() == PARTS - {"note"}
    database.failing = {"vm_disks": QueryTimeoutError("Too slow.")}
    slow = vm_feed(database).answer(ask_vm(), VIEW)
    assert "Choose a shorter range." in part(slow, "note")
    assert slow.chart is not None
    assert slow.chart.picture is None


def test_addresses_of_vms() -> None:
    """A UUID is read in any of its usual forms."""
    assert is_vm_page(PATH)
    assert not is_vm_page("/vm/")
    assert UUID == read_uuid(UUID.upper()) == read_uuid(UUID.replace("-", ""))


def test_lines_are_percentiles_where_they_are_kept() -> None:
    """Of the figures that have them, the sum of all disks too; the others stay means, and one disk does."""
    hours = [NOW.timestamp() - 3600 * index for index in range(700, 0, -1)]
    points = [vm_point(at, cpu_ratio_max=0.5, block_read_bytes_per_second_max=9e6) for at in hours]
    percentiles = [
        filled(VmPercentiles, time_seconds=at, cpu_ratio_p95=0.51, block_read_bytes_per_second_p95=8e6)
        for at in hours
    ]
    database = vm_database(vm_samples_rollup=points, vm_percentiles=percentiles)
    month = "?from=now-30d&to=now&line=p95"
    answer = vm_feed(database).answer(ask_vm(search=month), VIEW)
    shown = picture(answer)
    assert ("p95", {"cpu_ratio", "disk_read_bytes_per_second"}) == (shown.statistic, set(shown.lined))
    assert "95th percentile of the means of 5 minutes" in part(answer, "note")
    assert "domain_samples_1h" in database.views
    one_disk = vm_feed(database).answer(ask_vm(search=f"{month}&disk=vda"), VIEW)
    assert ("cpu_ratio",) == picture(one_disk).lined
