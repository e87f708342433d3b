# SPDX-License-Identifier: Apache-2.0
"""What is missing in a range: as a strip above the chart, and as a table with the reasons."""

from datetime import UTC, datetime, tzinfo
from math import floor

from dashboard import units
from dashboard.charts.drawing import MARKS_PIXELS
from dashboard.pages.host.coverage.flaw import LABELS, LACKS, Flaw
from dashboard.pages.host.coverage.reading import Coverage
from dashboard.parts.markup import Element, clean, h
from dashboard.timerange import TimeRange

# The events' line, and that of what is missing below it.
STRIP_PIXELS = 2 * MARKS_PIXELS + 4
# More rows would not be read. The strip has a link for each.
LISTED_COUNT = 60
_REASON_LETTERS = 400


def covered(coverage: Coverage) -> str:
    """Return the part of a range that has samples: never 100 % where some are missing."""
    if coverage.missing_seconds <= 0:
        return f"100{units.GAP}%"
    share = max(0.0, 1 - coverage.missing_seconds / coverage.expected_seconds)
    return f"{floor(share * 1000) / 10:.1f}{units.GAP}%"


def coverage_strip(coverage: Coverage, window: TimeRange, zone: tzinfo) -> Element:
    """Return one link per stretch, as long as it lasted, to its row of the table."""
    if not coverage.expected_seconds:
        return h("div", class_="flaws")
    links = [_link(flaw, number, window, zone) for number, flaw in _numbered(coverage)]
    words = covered(coverage)
    title = f"{words} of the time has samples"
    at, share = _at(coverage.start_seconds, window), 100 * coverage.expected_seconds / window.window_seconds
    return h(
        "div",
        h("span", words, class_="flaws__words", title=title),
        h(
            "div",
            h("div", class_="flaws__ground", style=f"width:{share:.3f}%"),
            class_="flaw",
            style=f"--at:{at:.5f}",
        ),
        *reversed(links),
        class_="flaws",
    )


def coverage_part(coverage: Coverage, window: TimeRange) -> Element:
    """Return how much of a range is there in words, and a table of what is missing, newest first."""
    if not coverage.expected_seconds:
        return h(
            "p", "This range ends before the first sample of this host: nothing is missing.", class_="quiet"
        )
    left = len(coverage.flaws) - LISTED_COUNT
    return h(
        "div",
        h("p", *_summary(coverage), class_="flaws__summary"),
        _table(coverage, window) if coverage.flaws else None,
        h("p", f"{left} older not listed: choose a shorter range.", class_="quiet") if left > 0 else None,
    )


def _summary(coverage: Coverage) -> list[Element | str]:
    looked = "every sample was looked at"
    if coverage.bucket_seconds:
        looked = (
            f"samples were counted per {units.duration(coverage.bucket_seconds)}; "
            "which of them came late is told of shorter ranges"
        )
    if not coverage.flaws:
        return [h("strong", "Nothing is missing in this range"), f": {covered(coverage)} covered; {looked}."]
    words: list[Element | str] = [h("strong", f"{covered(coverage)} covered"), ": "]
    missing = coverage.missing_seconds
    words.append(f"{units.duration(missing)} without samples" if missing else "no sample is missing")
    if coverage.lacking_domain_seconds:
        words.append(f", {units.duration(coverage.lacking_domain_seconds)} without figures of all VMs")
    return [*words, f"; {looked}."]


def _table(coverage: Coverage, window: TimeRange) -> Element:
    heads = [h("th", words, scope="col") for words in ("What", "Why", "From", "Until")]
    rows = [
        h(
            "tr",
            h(
                "th",
                h("span", class_=f"flaw__mark flaw__link--{flaw.kind}"),
                LABELS[flaw.kind],
                h("span", f"{_how_long(flaw)}, {LACKS[flaw.kind]}", class_="cell-note"),
                scope="row",
            ),
            h("td", clean(flaw.reason, _REASON_LETTERS), class_="prose"),
            h("td", _instant(flaw.start_seconds)),
            h("td", "still" if flaw.is_open and window.is_live else _instant(flaw.end_seconds)),
            id=f"flaw-{number}",
        )
        for number, flaw in _numbered(coverage)
    ]
    return h(
        "table",
        h("caption", "What is missing in this range, newest first", class_="unseen"),
        h("thead", h("tr", *heads)),
        h("tbody", *rows),
        class_="table",
    )


def _numbered(coverage: Coverage) -> list[tuple[int, Flaw]]:
    return list(enumerate(coverage.flaws[:LISTED_COUNT], 1))


def _how_long(flaw: Flaw) -> str:
    """Return how long a flaw lasts, and how much of it is missing where that is less."""
    length = units.duration(flaw.length_seconds)
    missing = units.duration(flaw.missing_seconds)
    return length if missing == length or not flaw.missing_seconds else f"{missing} of {length}"


def _link(flaw: Flaw, number: int, window: TimeRange, zone: tzinfo) -> Element:
    until = "now" if flaw.is_open and window.is_live else _clock(flaw.end_seconds, zone)
    words = (
        f"{LABELS[flaw.kind]} {_clock(flaw.start_seconds, zone)} to {until}, {_how_long(flaw)}, "
        f"{LACKS[flaw.kind]}: {clean(flaw.reason, _REASON_LETTERS)}"
    )
    link = h(
        "a",
        href=f"#flaw-{number}",
        class_=f"flaw__link flaw__link--{flaw.kind}",
        style=f"width:{100 * flaw.length_seconds / window.window_seconds:.3f}%",
        title=words,
        aria_label=words,
    )
    return h("div", link, class_="flaw", style=f"--at:{_at(flaw.start_seconds, window):.5f}")


def _at(seconds: float, window: TimeRange) -> float:
    """Return where an instant lies in the range, 0 to 1."""
    return (seconds - window.start.timestamp()) / window.window_seconds


def _clock(seconds: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _instant(seconds: float) -> Element:
    return h("time", "", class_="clock", datetime=datetime.fromtimestamp(seconds, UTC).isoformat())
