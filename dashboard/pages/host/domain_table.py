# SPDX-License-Identifier: Apache-2.0
"""The VMs of a host as a table: state, CPU, steal, memory three ways, rates, outcome."""

from collections.abc import Sequence

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
    ("Assigned", "memory assigned now (balloon)", "number"),
    ("Used inside", "memory in use as the guest reports it, with the age of that report", "number"),
    ("Resident", "memory of the host that the VM occupies", "number"),
    ("Disk read", "all block devices", "number"),
    ("Disk write", "all block devices", "number"),
    ("Net in", "all interfaces", "number"),
    ("Net out", "all interfaces", "number"),
)
# Owner and tags are a line of the cell below the name.
_LABEL_LETTERS_MAX = 80
# The whole reason is in the title.
_SHOWN_REASON_LENGTH = 40


def domain_table(domains: Sequence[HostDomain], stale_at: str | None = None, query: str = "") -> Element:
    """Return the table, or words where there is no VM; ``stale_at`` is when its host counts as stale.

    ``query`` is what of the address goes along to the page of a VM.
    """
    if not domains:
        return h("p", "No VMs on this host now.", class_="quiet")
    heads = [
        h("th", words, scope="col", title=title, class_=kind or None) for words, title, kind in _HEADINGS
    ]
    return h(
        "table",
        h("caption", "VMs of this host now, at its newest sample, whatever the range", class_="unseen"),
        h("thead", h("tr", *heads)),
        h("tbody", *(_row(domain, query) for domain in domains)),
        class_="table",
        data_stale_at=stale_at,
    )


def _row(domain: HostDomain, query: str) -> Element:
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
        _state(domain, state),
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
    if state == NOT_SAMPLED:
        return h("td", NOT_SAMPLED)
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
