# SPDX-License-Identifier: Apache-2.0
"""What of a host is missing in a range and why: of samples one by one, and of counted buckets."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

import pytest

from dashboard.history.rows import Watch
from dashboard.pages.host.coverage.bar import coverage_part, coverage_strip, covered
from dashboard.pages.host.coverage.queries import BusyDomains, SampledBucket, SampledReport, StretchReport
from dashboard.pages.host.coverage.reading import Coverage, Looked, read_coverage
from dashboard.parts.markup import texts
from dashboard.queries import HostEvent
from dashboard.timerange import LEVELS, RAW, TimeRange
from tests.unit.dashboard.pages.fleet.test_host_card import find
from tests.unit.dashboard.row_database import host_database
from tests.unit.dashboard.rows import NOW, sampled_report

TICK = 10.0
END = NOW.timestamp()
HOUR = TimeRange("now-1h", "now", NOW - timedelta(hours=1), NOW)
DAY = TimeRange("now-1d", "now", NOW - timedelta(days=1), NOW)
WATCH = Watch(TICK, END - 1e7)


def samples(*gaps: tuple[int, int], seconds: int = 3700, **changes: object) -> list[SampledReport]:
    """Return samples of an hour without those between so many seconds before its end, both left out."""
    times = range(seconds, 0, -int(TICK))
    kept = [ago for ago in times if not any(until < ago < since for since, until in gaps)]
    return [sampled_report(END - ago, **changes) for ago in kept]


def changed(rows: Sequence[SampledReport], since: int, until: int = 0, **changes: Any) -> list[SampledReport]:
    """Return rows of which those between so many seconds before the end say something else."""
    return [row._replace(**changes) if until <= END - row.time_seconds <= since else row for row in rows]


def coverage(
    rows: Sequence[SampledReport], watch: Watch = WATCH, window: TimeRange = HOUR, **changes: Any
) -> Coverage:
    """Return what is missing by samples."""
    about = {name: changes.pop(name) for name in ("is_catching_up", "is_simulated") if name in changes}
    looked = Looked(7, window, RAW, watch, changes.pop("events", ()), **{"is_catching_up": False} | about)
    return read_coverage(host_database(host_coverage_raw=list(rows), **changes), looked, NOW)


def kinds(found: Coverage) -> list[tuple[str, float, float]]:
    """Return kind, seconds before the end, and length of what is missing."""
    return [(flaw.kind, END - flaw.start_seconds, flaw.length_seconds) for flaw in found.flaws]


def numbered(rows: Sequence[SampledReport]) -> list[SampledReport]:
    """Return rows that are numbered as they stand: what is between them was never made."""
    return [row._replace(sequence=number) for number, row in enumerate(rows)]


def test_nothing_is_missing() -> None:
    """It is said in words, and as a figure."""
    found = coverage(samples())
    assert ((), "100\u00a0%") == (found.flaws, covered(found))
    assert "Nothing is missing in this range : 100\u00a0% covered" in texts(coverage_part(found, HOUR))


def test_a_silent_publisher() -> None:
    """No sample, and nothing says why: as the chart hatches it."""
    found = coverage(numbered(samples((1800, 1320))))
    assert [("silent", 1800, 480)] == kinds(found)
    assert "nothing says why" == found.flaws[0].reason
    assert "86.6\u00a0%" == covered(found)
    words = texts(coverage_part(found, HOUR))
    assert "Publisher silent" in words
    assert "8\u00a0min, no sample" in words


def test_a_silence_that_goes_on() -> None:
    """It has no end yet, and begins with the newest sample."""
    watch = WATCH._replace(silent_since_seconds=END - 600)
    found = coverage(samples((600, -1))[:], watch)
    assert [("silent", 600, 600)] == kinds(found)
    assert "still" in texts(coverage_part(found, HOUR))
    coming = coverage(samples((600, -1)), WATCH, is_catching_up=True)
    assert ["coming"] == [flaw.kind for flaw in coming.flaws]
    assert 600 == coming.missing_seconds


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"boot_id": "another"}, "silent", "another boot"),
        ({"dropped_message_count": 30}, "lost", "gave up 30 messages"),
        ({"sequence": 10_000_000_000}, "lost", "numbered and never arrived"),
        ({"missed_tick_count": 47}, "silent", "left out 47 ticks"),
        ({"epoch": "another"}, "silent", "new spool"),
        ({"cpu_seconds": 0.1}, "silent", "publisher was started anew"),
    ],
)
def test_the_edges_of_a_gap_say_why(changes: dict[str, Any], kind: str, words: str) -> None:
    """Another boot, messages given up or lost, ticks left out, another spool, another process."""
    (flaw,) = coverage(changed(numbered(samples((1800, 1320))), 1320, **changes)).flaws
    assert kind == flaw.kind
    assert words in flaw.reason


def test_numbers_that_never_arrived_are_counted() -> None:
    """Samples are numbered at each tick; those of the gap are missing."""
    (flaw,) = coverage(samples((1800, 1320))).flaws
    assert ("lost", "47 messages were numbered and never arrived") == (flaw.kind, flaw.reason)


def test_two_events_explain_no_gap() -> None:
    """The end and the start of a publisher are numbered too, and are no lost samples."""
    rows = numbered(samples((1800, 1770)))
    rows = [row._replace(sequence=(row.sequence or 0) + 2 * (END - row.time_seconds < 1775)) for row in rows]
    assert [("silent", "nothing says why")] == [(flaw.kind, flaw.reason) for flaw in coverage(rows).flaws]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("publisher_stopping", "its publisher was stopped"), ("host_suspended", "the host was suspended")],
)
def test_an_event_says_why(kind: str, words: str) -> None:
    """What ended the samples is known where it was told."""
    event = HostEvent(NOW - timedelta(seconds=1795), kind, None, None, 1, "hv1", None)
    (flaw,) = coverage(numbered(samples((1800, 1320))), events=[event]).flaws
    assert words == flaw.reason


def test_a_clock_that_was_set_forward_leaves_nothing_out() -> None:
    """No time passed for the consumer: the stretch is empty, and nothing is missing of it."""
    rows = numbered(samples((1800, 1320)))
    # Before it the clock was behind by what it was set forward, less the tick that passed.
    rows = [
        row._replace(received_seconds=row.time_seconds + (470.1 if END - row.time_seconds >= 1800 else 0.1))
        for row in rows
    ]
    found = coverage(rows)
    assert [("clock", 1800, 480), ("clock", 3600, 1825)] == kinds(found)
    assert "set forward by 7\u00a0min" in found.flaws[0].reason
    assert "behind by 7\u00a0min" in found.flaws[1].reason
    assert 0 == found.missing_seconds
    assert "no sample is missing" in texts(coverage_part(found, HOUR))


def test_what_a_spool_held_back_came_late() -> None:
    """All of it arrived at once: nothing is missing any more."""
    rows = [
        row._replace(received_seconds=END - 1200, spool_message_count=3)
        if 1200 <= END - row.time_seconds <= 1800
        else row
        for row in samples()
    ]
    found = coverage(rows)
    assert ["late"] == [flaw.kind for flaw in found.flaws]
    assert "up to 10\u00a0min late" in found.flaws[0].reason
    assert (0, "100\u00a0%") == (found.missing_seconds, covered(found))
    assert () == coverage(rows, is_simulated=True).flaws


def test_a_clock_that_is_ahead() -> None:
    """What comes before it was sampled tells of the clock."""
    rows = [row._replace(received_seconds=row.time_seconds - 42) for row in samples()]
    (flaw,) = coverage(rows).flaws
    assert ("clock", True) == (flaw.kind, "ahead by 42\u00a0s" in flaw.reason)


def test_libvirt_was_away() -> None:
    """The host was sampled and its VMs were not, with the reason as it was told."""
    rows = changed(
        samples(),
        1800,
        1210,
        has_domains=False,
        hypervisor_state="disconnected",
        hypervisor_reason="no answer",
    )
    found = coverage(rows)
    assert [("libvirt", 1800, 600)] == kinds(found)
    assert ("no answer", 600, 0) == (
        found.flaws[0].reason,
        found.lacking_domain_seconds,
        found.missing_seconds,
    )
    assert "10\u00a0min without figures of all VMs" in texts(coverage_part(found, HOUR))


def test_a_busy_vm_is_named() -> None:
    """Figures that lack for no VM that was busy are no flaw."""
    rows = changed(samples(), 1800, 1210, lacks_domains=True)
    busy = [BusyDomains(1, ["<b>web\u202e", "db"], ["busy", "timed_out"])]
    (flaw,) = coverage(rows, host_busy_domains=busy).flaws
    assert ("busy", 600) == (flaw.kind, flaw.length_seconds)
    assert "<b>web\ufffd busy: its monitor was held by another job; db timed out" in flaw.reason
    assert () == coverage(rows).flaws


def test_before_the_first_sample_nothing_is_missing() -> None:
    """What is expected begins with it, and so does the ground of the strip."""
    young = WATCH._replace(first_seen_seconds=END - 900)
    found = coverage(samples(seconds=900), young)
    assert ((), 900) == (found.flaws, found.expected_seconds)
    (ground,) = find(coverage_strip(found, HOUR, UTC), "div", "flaws__ground")
    assert "width:25.000%" == ground[1]["style"]
    unborn = coverage([], WATCH._replace(first_seen_seconds=END + 5))
    assert "before the first sample" in texts(coverage_part(unborn, HOUR))


def test_a_past_range_shows_only_its_past() -> None:
    """A silence of now is none of an hour that was whole."""
    past = TimeRange("", "", NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    rows = [sampled_report(END - ago) for ago in range(7210, 3600, -10)]
    watch = WATCH._replace(silent_since_seconds=END - 3610)
    assert () == coverage(rows, watch, past).flaws


def test_the_strip_leads_to_the_table() -> None:
    """Each stretch is a link as wide as it lasted, with all words, to its row."""
    found = coverage(numbered(samples((1800, 1320))))
    (link,) = find(coverage_strip(found, HOUR, UTC), "a", "flaw__link")
    assert ("#flaw-1", "width:13.333%") == (link[1]["href"], link[1]["style"])
    assert (
        "Publisher silent 2026-11-23 08:00:00 to 2026-11-23 08:08:00, 8\u00a0min, no sample: nothing says why"
        == link[1]["aria-label"]
    )
    assert "'id': 'flaw-1'" in str(coverage_part(found, HOUR))


def bucket(ago: int, sample_count: int = 30, **changes: Any) -> SampledBucket:
    """Return a bucket of five minutes that began so many seconds before the end."""
    found = SampledBucket(END - ago, 10.0, 10.0, sample_count, sample_count, 0)
    return found._replace(**changes)


def counted_day(buckets: Sequence[SampledBucket], watch: Watch = WATCH, **changes: Any) -> Coverage:
    """Return what is missing of a day by its buckets of five minutes."""
    looked = Looked(7, DAY, LEVELS[2], watch, (), is_catching_up=False)
    return read_coverage(host_database(host_coverage_rollup=list(buckets), **changes), looked, NOW)


def whole_day(*without: int) -> list[SampledBucket]:
    """Return the buckets of a day but those that began so many seconds before its end."""
    return [bucket(ago) for ago in range(86_400, 0, -300) if ago not in without]


def said(side: str, **changes: Any) -> StretchReport:
    """Return what a publisher said at one side of the first stretch."""
    values = sampled_report(END - 7200)._asdict()
    values |= {"number": 1, "side": side, **changes}
    values["received_seconds"] = values["time_seconds"]
    return StretchReport(**{name: values[name] for name in StretchReport._fields})


def test_a_day_counts_samples() -> None:
    """A gap that begins within a bucket is as long as its samples say."""
    assert () == counted_day(whole_day()).flaws
    day = [
        row._replace(sample_count=12) if row.time_seconds == END - 7200 else row
        for row in whole_day(6900, 6600)
    ]
    found = counted_day(day)
    assert [("silent", 7200, 900)] == kinds(found)
    assert 780 == pytest.approx(found.missing_seconds)
    words = texts(coverage_part(found, DAY))
    assert "13\u00a0min of 15\u00a0min, no sample" in words
    assert "counted per 5\u00a0min" in words


def test_a_day_asks_the_reports_for_reasons() -> None:
    """The same edges say the same of a long range."""
    reports = [said("before"), said("after", time_seconds=END - 6300, boot_id="another")]
    (flaw,) = counted_day(whole_day(7200, 6900, 6600), host_stretch_reports=reports).flaws
    assert "another boot" in flaw.reason
    lost = [said("before", sequence=5), said("after", time_seconds=END - 6300, sequence=100)]
    (flaw,) = counted_day(whole_day(7200, 6900, 6600), host_stretch_reports=lost).flaws
    assert ("lost", "94 messages were numbered and never arrived") == (flaw.kind, flaw.reason)


def test_a_range_within_a_gap_asks_for_its_edges() -> None:
    """What was said around it lies outside, and says the same as of a range that holds it all."""
    reports = [said("before"), said("after", time_seconds=END + 90, boot_id="another")]
    inner = TimeRange("", "", NOW - timedelta(minutes=50), NOW - timedelta(minutes=20))
    found = coverage([], window=inner, host_stretch_reports=reports)
    assert [("silent", 3000, 1800)] == kinds(found)
    assert "another boot" in found.flaws[0].reason


def test_a_day_whose_end_is_on_its_way() -> None:
    """While a host sends its past, what is not here yet is none of its silence."""
    day = [row for row in whole_day() if row.time_seconds < END - 3600]
    looked = Looked(7, DAY, LEVELS[2], WATCH, (), is_catching_up=True)
    found = read_coverage(host_database(host_coverage_rollup=day), looked, NOW)
    assert [("coming", 3600, 3600)] == kinds(found)


def test_a_day_tells_of_libvirt_and_of_vms() -> None:
    """Samples without VMs are libvirt's; those that lack some are asked for their VMs."""
    day = [
        row._replace(domain_sample_count=15)
        if row.time_seconds == END - 7200
        else row._replace(lacking_sample_count=3)
        if row.time_seconds == END - 3600
        else row
        for row in whole_day()
    ]
    found = counted_day(
        day,
        host_stretch_reports=[said("within", hypervisor_state="disconnected", hypervisor_reason="hung")],
        host_busy_domains=[BusyDomains(1, ["web"], ["busy"])],
    )
    assert [("busy", 3600, 300), ("libvirt", 7200, 300)] == kinds(found)
    assert "hung" == found.flaws[1].reason
    assert 180 == pytest.approx(found.lacking_domain_seconds)


def test_a_silent_host_is_silent_since_its_newest_sample() -> None:
    """Also where the bucket of that sample began before it."""
    day = [row for row in whole_day() if row.time_seconds < END - 3600]
    day[-1] = day[-1]._replace(sample_count=6)
    found = counted_day(day, WATCH._replace(silent_since_seconds=END - 3850))
    assert [("silent", 3850, 3850)] == kinds(found)


def test_long_ticks_are_no_gaps() -> None:
    """Samples that are farther apart than buckets are long leave empty ones between."""
    day = [
        bucket(ago, 1, interval_seconds=900.0, interval_seconds_mean=900.0) for ago in range(86_400, 0, -900)
    ]
    assert () == counted_day(day).flaws


def test_samples_that_are_no_longer_kept_are_counted() -> None:
    """An hour of last month has its buckets, and was no silence."""
    rows = {"host_coverage_raw": [], "host_coverage_rollup": [bucket(ago) for ago in range(3600, 0, -300)]}
    looked = Looked(7, HOUR, RAW, WATCH, (), is_catching_up=False)
    found = read_coverage(host_database(**rows), looked, NOW)
    assert ((), 300) == (found.flaws, found.bucket_seconds)


def test_a_share_is_never_rounded_up_to_all() -> None:
    """Ten seconds of a year are missing, and not none."""
    found = Coverage((), 0.0, 3e7, 10.0, 0.0, 0)
    assert "99.9\u00a0%" == covered(found)
