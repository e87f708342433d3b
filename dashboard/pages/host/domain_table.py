# SPDX-License-Identifier: Apache-2.0
"""The VMs of a host as a table: state, CPU, steal, memory three ways, rates, outcome."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboard import units
from dashboard.components.domain_mark import NOT_SAMPLED, OFF_STATE, STATE_UNKNOWN, domain_mark, present_state
from dashboard.components.domain_words import (
    NO_GUEST_MEMORY,
    OLD_MEMORY_SECONDS,
    OUTCOMES,
    domain_link,
    state_in_words,
    vcpus_in_words,
)
from dashboard.pages.host.domain_order import DomainSort
from dashboard.pages.host.queries import HostDomain
from dashboard.parts.markup import Element, clean, h

_HEADINGS = (
    ("VM", "name of the domain", ""),
    ("State", "as virsh says it, with the reason", ""),
    # Early, so that what went wrong is seen where the table is wider than the window.
    ("Reading", "how the last reading went", ""),
    ("CPU", "share of the VM's vCPUs in use", "number"),
    ("Cores", "CPUs of the host in use by the VM", "number"),
    ("Steal", "share of time its vCPUs were ready and had to wait", "number"),
    ("Assigned", "memory assigned (balloon)", "number"),
    ("Used inside", "memory in use as the guest reports it, with the age of that report", "number"),
    ("Resident", "memory of the host that the VM occupies", "number"),
    ("Disk read", "all block devices", "number"),
    ("Disk write", "all block devices", "number"),
    ("Net in", "all interfaces", "number"),
    ("Net out", "all interfaces", "number"),
)
# Columns by which the table can be sorted, with their names in the address.
_SORT_NAMES = {
    "VM": "name",
    "State": "state",
    "CPU": "cpu",
    "Cores": "cores",
    "Steal": "steal",
    "Assigned": "assigned",
    "Used inside": "used",
    "Resident": "resident",
    "Disk read": "read",
    "Disk write": "write",
    "Net in": "in",
    "Net out": "out",
}
# Owner and tags are a line of the cell below the name.
_LABEL_LETTERS_MAX = 80
# The whole reason is in the title.
_SHOWN_REASON_LENGTH = 40


class SortedBy(NamedTuple):
    """By what a table is sorted, and the addresses that sort it by a column."""

    sort: DomainSort
    addresses: Mapping[str, str]


def domain_table(
    domains: Sequence[HostDomain],
    stale_at: str | None = None,
    query: str = "",
    sorted_by: SortedBy | None = None,
    unsampled: str = NOT_SAMPLED,
) -> Element:
    """Return the table, or words where there is no VM; ``stale_at`` is when its host counts as stale.

    ``query`` is what of the address goes along to the page of a VM. VMs are given in their order.
    ``unsampled`` is the state of one without a sample.
    """
    if not domains:
        return h("p", "No VMs on this host now.", class_="quiet")
    heads = [_head(*heading, sorted_by) for heading in _HEADINGS]
    return h(
        "table",
        h("caption", "VMs of this host", class_="unseen"),
        h("thead", h("tr", *heads)),
        h("tbody", *(_row(domain, query, unsampled) for domain in domains)),
        class_="table",
        data_stale_at=stale_at,
    )


def _head(words: str, title: str, kind: str, sorted_by: SortedBy | None) -> Element:
    name = _SORT_NAMES.get(words)
    if name is None or sorted_by is None:
        return h("th", words, scope="col", title=title, class_=kind or None)
    sort = sorted_by.sort
    way = "descending" if sort.is_descending else "ascending"
    return h(
        "th",
        h("a", words, href=sorted_by.addresses[name], class_="sort-head"),
        scope="col",
        title=title,
        class_=kind or None,
        aria_sort=way if sort.name == name else None,
    )


def _row(domain: HostDomain, query: str, unsampled: str) -> Element:
    state = present_state(domain.state_name, domain.freshness)
    name = clean(domain.name)
    title = clean(domain.title) if domain.title else name
    labels = clean(" · ".join(filter(None, (domain.owner, *domain.tags))), _LABEL_LETTERS_MAX)
    return h(
        "tr",
        h(
            "th",
            domain_mark(None if state == STATE_UNKNOWN else domain.state_name),
            domain_link(domain.uuid, name, query, "cell-name"),
            h("span", labels, class_="cell-note") if labels else None,
            scope="row",
            title=f"{title}\n{domain.uuid}",
        ),
        h("td", unsampled) if state == NOT_SAMPLED else _state(domain, state),
        _outcome(domain),
        *_figures(domain),
        id=f"vm-{domain.uuid}",
        class_={STATE_UNKNOWN: "row--stale", OFF_STATE: "row--still", NOT_SAMPLED: "row--still"}.get(state),
    )


def _figures(domain: HostDomain) -> list[Element]:
    assigned = _number(units.data_size(domain.memory_assigned_bytes))
    if domain.state_name == OFF_STATE:
        # Neither 0 nor n/a.
        off = h("td", "–", class_="number off", title="off")  # noqa: RUF001 - a dash, typographically
        return [off, off, off, assigned, *[off] * 6]
    return [
        _number(units.percent(domain.cpu_ratio), vcpus_in_words(domain.vcpu_count)),
        _number(units.cores(domain.cpu_cores)),
        _number(units.percent(domain.steal_ratio)),
        assigned,
        _used_memory(domain),
        _number(units.data_size(domain.memory_resident_bytes)),
        _number(units.data_rate(domain.block_read_bytes_per_second)),
        _number(units.data_rate(domain.block_write_bytes_per_second)),
        _number(units.network_rate(domain.network_receive_bytes_per_second)),
        _number(units.network_rate(domain.network_transmit_bytes_per_second)),
    ]


def _state(domain: HostDomain, state: str) -> Element:
    words = state_in_words(domain.state_name, domain.state_reason_name)
    if state == STATE_UNKNOWN and domain.sampled_at is not None:
        instant = domain.sampled_at.isoformat()
        age = h("time", "", class_="age", datetime=instant, data_suffix=" ago", data_coarse="yes")
        return h("td", f"unknown; {domain.state_name} ", age, title=f"{STATE_UNKNOWN}; it was {words}")
    if domain.contested_by:
        note = h("span", f"also on {', '.join(domain.contested_by)}", class_="cell-note")
        title = "contested: another host reports a VM of this UUID as running too"
        return h("td", words, note, class_="cell-warning", title=title)
    return h("td", words)


def _number(text: str, title: str | None = None) -> Element:
    return h("td", text, class_="number missing" if text == units.UNKNOWN else "number", title=title)


def _used_memory(domain: HostDomain) -> Element:
    if domain.memory_used_bytes is None:
        return _number(units.UNKNOWN, clean(domain.outcome_reason or NO_GUEST_MEMORY))
    age = domain.memory_age_seconds
    text = units.data_size(domain.memory_used_bytes)
    if age is None:
        return _number(text)
    is_old = age > OLD_MEMORY_SECONDS
    return h(
        "td",
        text,
        h("span", f"{units.duration(age)} old", class_="cell-note") if is_old else None,
        class_="number",
        title=f"reported by the guest {units.duration(age)} before the sample",
    )


def _outcome(domain: HostDomain) -> Element:
    word = (domain.outcome or units.UNKNOWN).replace("_", " ")
    if domain.outcome == "ok":
        # Its reason, if there is one, is about the guest's memory and stands there.
        return h("td", word)
    title = OUTCOMES.get(domain.outcome or "", word)
    if domain.outcome_reason:
        reason = clean(domain.outcome_reason)
        note = h("span", clean(domain.outcome_reason, _SHOWN_REASON_LENGTH), class_="cell-note")
        return h("td", word, note, class_="cell-warning", title=f"{title}\n{reason}")
    return h("td", word, class_="cell-warning", title=title)
