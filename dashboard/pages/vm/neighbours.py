# SPDX-License-Identifier: Apache-2.0
"""Who shared the host with a VM at the end of a range."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard import units
from dashboard.components.domain_words import domain_link
from dashboard.components.host_words import host_path
from dashboard.pages.vm.queries import VmNeighbour, VmStay
from dashboard.parts.markup import Element, h
from dashboard.timerange import Level, TimeRange

LEAST_SPAN_SECONDS = 300


class Moment(NamedTuple):
    """An instant on a host, and the mean of how many seconds before it counts."""

    stay: VmStay
    at: datetime
    span_seconds: int


def last_moment(stays: Sequence[VmStay], window: TimeRange, level: Level, now: datetime) -> Moment | None:
    """Return the last instant of a range at which a VM was on a host; stays are newest first."""
    if not stays:
        return None
    stay = stays[0]
    ends = (window.end, now, stay.valid_to)
    at = min(end for end in ends if end is not None)
    return Moment(stay, at, max(LEAST_SPAN_SECONDS, 2 * level.bucket_seconds))


def neighbour_table(moment: Moment | None, neighbours: Sequence[VmNeighbour], query: str) -> Element:
    """Return the other VMs of the host, the busiest first; ``query`` goes along to their pages."""
    if moment is None:
        return h("p", "On no host in this range, as far as it was seen.", class_="quiet")
    total_count = neighbours[0].total_count if neighbours else 0
    host = moment.stay.host
    words = h(
        "p",
        "On ",
        h("a", host, href=host_path(host) + query),
        " at ",
        h("time", "", class_="clock", datetime=moment.at.replace(microsecond=0).isoformat()),
        f", the end of this range: {units.counted(total_count, 'other VM', 'other VMs')}.",
        f" Figures are means of the {units.duration(moment.span_seconds)} before." if neighbours else None,
        class_="quiet",
    )
    if not neighbours:
        return h("div", words)
    heads = [h("th", "VM", scope="col")] + [
        h("th", name, scope="col", class_="number", title=title)
        for name, title in (
            ("Cores", "CPUs of the host in use by the VM"),
            ("CPU", "share of the VM's vCPUs in use"),
            ("Steal", "share of time its vCPUs were ready and had to wait"),
        )
    ]
    left = total_count - len(neighbours)
    return h(
        "div",
        words,
        h(
            "table",
            h("thead", h("tr", *heads)),
            h("tbody", *(_row(each, query) for each in neighbours)),
            class_="table",
        ),
        h("p", f"{left} less busy ones are not listed.", class_="quiet") if left else None,
    )


def _row(neighbour: VmNeighbour, query: str) -> Element:
    figures = (
        units.cores(neighbour.cpu_cores),
        units.percent(neighbour.cpu_ratio),
        units.percent(neighbour.steal_ratio),
    )
    return h(
        "tr",
        h("th", domain_link(neighbour.uuid, neighbour.name, query, "cell-name"), scope="row"),
        *(h("td", text, class_="number missing" if text == units.UNKNOWN else "number") for text in figures),
    )
