# SPDX-License-Identifier: Apache-2.0
"""The hosts that a VM lived on in a range: as a strip above its chart, as moves, and as a table."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from dashboard.charts.drawing import MARKS_PIXELS
from dashboard.components.host_words import host_path
from dashboard.pages.vm.queries import VmStay
from dashboard.parts.markup import Element, h
from dashboard.timerange import TimeRange

# The events' line, and the hosts' below it.
STRIP_PIXELS = 2 * MARKS_PIXELS + 4
HOW_WORDS = {
    "discovered": "found there",
    "migrated": "migrated there",
    "moved": "moved there",
    "returned": "came back",
}


def moves(stays: Sequence[VmStay], window: TimeRange) -> list[float]:
    """Return when a VM came to another host, in seconds since the epoch; stays are newest first."""
    return [
        late.valid_from.timestamp()
        for early, late in pairwise(reversed(stays))
        if early.host_id != late.host_id and window.start <= late.valid_from < window.end
    ]


def was_somewhere(stays: Sequence[VmStay], seconds: float) -> bool:
    """Whether a VM lived on a host at an instant; where the stays do not tell, it did."""
    at = datetime.fromtimestamp(seconds, UTC)
    between = [
        early.valid_to is not None and early.valid_to <= at < late.valid_from
        for early, late in pairwise(reversed(stays))
    ]
    return not any(between)


def stay_strip(stays: Sequence[VmStay], window: TimeRange, zone: tzinfo, query: str) -> Element:
    """Return one link per stay, as long as it was; ``query`` is the range, which goes along to the host."""
    return h("div", *(_stay(stay, window, zone, query) for stay in reversed(stays)), class_="stays")


def _stay(stay: VmStay, window: TimeRange, zone: tzinfo, query: str) -> Element:
    begin = max(stay.valid_from, window.start)
    end = window.end if stay.valid_to is None else min(stay.valid_to, window.end)
    share = (end - begin).total_seconds() / window.window_seconds
    at = (begin - window.start).total_seconds() / window.window_seconds
    until = "now" if stay.valid_to is None else _clock(stay.valid_to, zone)
    words = HOW_WORDS.get(stay.how, stay.how)
    title = f"{stay.host}: {_clock(stay.valid_from, zone)} to {until}, {words}"
    link = h(
        "a",
        stay.host,
        href=host_path(stay.host) + query,
        class_="stay__host",
        style=f"width:{100 * share:.3f}%",
        title=title,
        aria_label=title,
    )
    return h("div", link, class_="stay", style=f"--at:{at:.5f}")


def _clock(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def stay_table(stays: Sequence[VmStay], query: str) -> Element:
    """Return the stays of a range in words, newest first, and how many more there are."""
    if not stays:
        return h("p", "On no host in this range, as far as it was seen.", class_="quiet")
    left = stays[0].total_count - len(stays)
    rows = [
        h(
            "tr",
            h("th", h("a", stay.host, href=host_path(stay.host) + query), scope="row"),
            h("td", _instant(stay.valid_from)),
            h("td", "still there" if stay.valid_to is None else _instant(stay.valid_to)),
            h("td", HOW_WORDS.get(stay.how, stay.how)),
        )
        for stay in stays
    ]
    heads = [h("th", words, scope="col") for words in ("Host", "From", "Until", "How")]
    return h(
        "div",
        h("table", h("thead", h("tr", *heads)), h("tbody", *rows), class_="table"),
        h("p", f"{left} older not listed: choose a shorter range.", class_="quiet") if left else None,
    )


def _instant(instant: datetime) -> Element:
    return h("time", "", class_="clock", datetime=instant.isoformat())
