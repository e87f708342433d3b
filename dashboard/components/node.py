# SPDX-License-Identifier: Apache-2.0
"""One hypervisor on the grid: health, bars, temperature, VMs, age of its newest sample.

A node that has gone silent keeps its last values, greyed and hatched, and says since when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from dashboard import units
from dashboard.components.domain_mark import RUNNING_STATES, STATE_UNKNOWN, domain_mark, present_state
from dashboard.components.health_circle import circle, read_health, reasons
from dashboard.markup import Element, clean, h
from dashboard.queries import GridDomain, GridHost, JsonList

SHOWN_DOMAIN_COUNT = 8
# Room is scarce on a node; the title has the full words.
SHORT_STATES = {"shut off": "off", "pmsuspended": "suspended", "in shutdown": "stopping"}
TEMPERATURE_COLLECTOR = "temperatures"
# As the view hosts_now has it.
STALE_TICKS = 5
# As the load generator marks its versions.
SIMULATED_SUFFIX = "+simulated"


def host_path(host: str) -> str:
    """Return the address of the page of a host."""
    return f"/host/{quote(host, safe='')}"


def simulated_badge(publisher_version: str | None) -> Element | None:
    """Return the mark of a host that no machine stands behind, None for a real one."""
    if publisher_version is None or not publisher_version.endswith(SIMULATED_SUFFIX):
        return None
    return h("span", "simulated", class_="badge", title="No machine: the load generator speaks for this host")


def stale_at(sampled_at: datetime | None, tick_seconds: float | None) -> str | None:
    """Return when a host counts as stale if nothing more arrives; the browser watches it by itself."""
    if sampled_at is None or tick_seconds is None:
        return None
    return (sampled_at + timedelta(seconds=STALE_TICKS * tick_seconds)).isoformat()


def node(host: GridHost, domains: Sequence[GridDomain]) -> Element:
    """Return the card of a host with its VMs in order of their names."""
    is_stale = host.freshness == "stale"
    health = read_health(host.health_score, host.health_state, host.health_reasons, is_stale=is_stale)
    return h(
        "article",
        _head(host, health_part=h("div", circle(health), reasons(health), class_="node__health")),
        h(
            "dl",
            *_bar("CPU", host.cpu_busy_ratio, "busy share of all CPUs of the host"),
            *_bar("RAM", host.memory_used_ratio, _memory_title(host)),
            *_bar("Disk", host.disk_busy_ratio, "busy time of the busiest disk"),
            class_="bars",
        ),
        _temperature(host),
        _domains(host, domains),
        class_=f"node node--{health.state} node--{host.freshness}",
        data_stale_at=stale_at(host.sampled_at, host.tick_seconds),
        aria_label=f"host {host.host}",
    )


def _head(host: GridHost, health_part: Element) -> Element:
    name = clean(host.hostname or host.host)
    cpu = None if host.cpu_count is None else units.counted(host.cpu_count, "CPU", "CPUs")
    memory = None if host.memory_total_bytes is None else units.data_size(host.memory_total_bytes)
    other_id = None if name == host.host else host.host
    sub = " · ".join(part for part in (other_id, cpu, memory) if part)
    return h(
        "header",
        health_part,
        h(
            "div",
            h("h2", h("a", name, href=host_path(host.host)), title=name),
            h("p", sub, class_="node__sub"),
            _age(host),
            class_="node__title",
        ),
        class_="node__head",
    )


def _age(host: GridHost) -> Element:
    if host.sampled_at is None:
        return h("p", "no sample yet", class_="node__age")
    word = {"fresh": "", "late": "late, ", "stale": "last seen "}.get(host.freshness, "")
    if host.is_catching_up:
        word = "history up to "
    return h(
        "p",
        h("span", word, class_="node__late") if word else None,
        h("time", "", class_="age", datetime=host.sampled_at.isoformat(), data_suffix=" ago"),
        simulated_badge(host.publisher_version),
        class_="node__age",
    )


def _bar(words: str, ratio: float | None, title: str) -> list[Element]:
    text = units.percent(ratio)
    width = 0.0 if ratio is None else min(max(ratio, 0.0), 1.0) * 100
    meter = h(
        "span",
        h("span", class_="bar__fill", style=f"width:{width:.1f}%"),
        class_="bar__track" if ratio is not None else "bar__track bar__track--unknown",
    )
    return [h("dt", words), h("dd", meter, h("span", text, class_="bar__number"), class_="bar", title=title)]


def _memory_title(host: GridHost) -> str:
    if host.memory_total_bytes is None or host.memory_used_ratio is None:
        return "memory in use"
    used = units.data_size(host.memory_used_ratio * host.memory_total_bytes)
    return f"{used} of {units.data_size(host.memory_total_bytes)} in use (total minus MemAvailable)"


def _temperature(host: GridHost) -> Element:
    degrees, limit = host.cpu_temperature_celsius, host.cpu_temperature_limit_celsius
    if degrees is None:
        reason = collector_reason(host.collectors, TEMPERATURE_COLLECTOR) or "no sensor was read"
        value = h("span", units.UNKNOWN, class_="node__missing", title=reason)
        return h("p", h("span", "Temp", class_="node__label"), value, class_="node__row")
    text = units.celsius(degrees) + ("" if limit is None else f" of {units.celsius(limit)}")
    board = host.board_temperature_celsius
    title = "CPU" + ("" if limit is None else f", limit {units.celsius(limit)}")
    title += "" if board is None else f"; board {units.celsius(board)}"
    warm = limit is not None and degrees >= limit * 0.9
    return h(
        "p",
        h("span", "Temp", class_="node__label"),
        h("span", text, class_="node__warm" if warm else None, title=title),
        h("span", " near its limit", class_="node__warm") if warm else None,
        class_="node__row",
    )


def collector_reason(collectors: JsonList | None, name: str) -> str | None:
    """Return why a collector gave nothing, as its publisher reported it."""
    for item in collectors or []:
        if item.get("name") == name and item.get("outcome") not in {None, "ok"}:
            return clean(f"{item.get('outcome')}: {item.get('reason') or 'no reason given'}")
    return None


def _domains(host: GridHost, domains: Sequence[GridDomain]) -> Element:
    head = h(
        "p",
        h("span", "VMs", class_="node__label"),
        h("span", _count_words(domains)),
        class_="node__row",
    )
    trouble = hypervisor_words(host.hypervisor_state, host.hypervisor_reason)
    left = len(domains) - SHOWN_DOMAIN_COUNT
    more = h(
        "li",
        h("a", f"+{left} more", href=f"{host_path(host.host)}#vms", class_="vm vm--more"),
    )
    return h(
        "div",
        head if domains or not trouble else None,
        h("p", trouble, class_="node__trouble") if trouble else None,
        h(
            "ul",
            *(_domain(host, domain) for domain in domains[:SHOWN_DOMAIN_COUNT]),
            more if left > 0 else None,
            class_="vms",
        )
        if domains
        else None,
        class_="node__vms",
    )


def _count_words(domains: Sequence[GridDomain]) -> str:
    if not domains:
        return "none"
    states = [present_state(domain.state_name, domain.freshness) for domain in domains]
    unknown = states.count(STATE_UNKNOWN)
    if unknown == len(states):
        return f"{unknown}, {STATE_UNKNOWN}"
    running = sum(state in RUNNING_STATES for state in states)
    return f"{running} running of {len(states)}" + (f", {unknown} unknown" if unknown else "")


def hypervisor_words(state: str | None, reason: str | None) -> str | None:
    """Return what is wrong with libvirt in words, None while it answers."""
    if state == "absent":
        return "No libvirt on this host, so no VMs."
    if state == "disconnected":
        return "libvirt does not answer" + (f": {clean(reason)}" if reason else ".")
    return None


def _domain(host: GridHost, domain: GridDomain) -> Element:
    name = clean(domain.name, 64)
    state = present_state(domain.state_name, domain.freshness)
    is_running, is_stale = state in RUNNING_STATES, state == STATE_UNKNOWN
    title = f"{name}: {state}"
    if is_running:
        count = domain.vcpu_count
        of_vcpus = "" if count is None else f" of {units.counted(count, 'vCPU', 'vCPUs')}"
        title += f", {units.percent(domain.cpu_ratio)}{of_vcpus}"
    elif is_stale:
        title += f", {domain.state_name} when last seen"
    return h(
        "li",
        h(
            "a",
            domain_mark(None if is_stale else domain.state_name),
            h("span", name, class_="vm__name"),
            _domain_value(domain, state),
            class_="vm" if is_running else "vm vm--stale" if is_stale else "vm vm--still",
            href=f"{host_path(host.host)}#vm-{domain.uuid}",
            title=title,
        ),
    )


def _domain_value(domain: GridDomain, state: str) -> Element:
    """Return CPU of a running VM, the word of another state, or the age of a state that is unknown now."""
    if state == STATE_UNKNOWN and domain.sampled_at is not None:
        age = h("time", "", class_="age", datetime=domain.sampled_at.isoformat(), data_coarse="yes")
        return h("span", age, class_="vm__value")
    words = units.percent(domain.cpu_ratio) if state in RUNNING_STATES else SHORT_STATES.get(state, state)
    return h("span", words, class_="vm__value")
