# SPDX-License-Identifier: Apache-2.0
"""One hypervisor on the grid: health, bars, temperature, VMs, age of its newest sample.

A card of a host that has gone silent keeps its last values, greyed and hatched, and says since when. A host
that sends its past lives: its card is not grey, and says up to when its figures are.
"""

from dashboard import units
from dashboard.components.domain_mark import RUNNING_STATES, STATE_UNKNOWN, state_counts
from dashboard.components.health_circle import CIRCLE, SOUND, circle_words, read_health, reasons
from dashboard.components.host_words import (
    SIMULATED,
    collector_reason,
    host_path,
    hypervisor_words,
)
from dashboard.pages.fleet import domain_line, host_card_templates
from dashboard.pages.fleet.queries import CardDomains, FleetHost
from dashboard.parts.markup import Element, clean, h

SHOWN_DOMAIN_COUNT = 8
TEMPERATURE_COLLECTOR = "temperatures"


def host_card(host: FleetHost, domains: CardDomains) -> Element:
    """Return the card of a host with its VMs in order of their names, as a use of TEMPLATES."""
    is_stale = host.freshness == "stale"
    health = read_health(host.health_score, host.health_state, host.health_reasons, is_stale=is_stale)
    return host_card_templates.HOST_CARD(
        state=health.state,
        freshness="arriving" if host.is_catching_up else host.freshness,
        # What is old already does not grow stale.
        stale_at=None if host.stale_at is None or host.is_catching_up else host.stale_at.isoformat(),
        host=host.host,
        circle=CIRCLE(**circle_words(health)),
        reasons=reasons(health) if health.reasons else SOUND(state=health.state),
        path=host_path(host.host),
        about=_about(host),
        age=_age(host),
        cpu_bar=_bar(host.cpu_busy_ratio),
        cpu=units.percent(host.cpu_busy_ratio),
        memory_title=_memory_title(host),
        memory_bar=_bar(host.memory_used_ratio),
        memory=units.percent(host.memory_used_ratio),
        disk_bar=_bar(host.disk_busy_ratio),
        disk=units.percent(host.disk_busy_ratio),
        temperature=_temperature(host),
        domains=_domains(host, domains),
    )


def _about(host: FleetHost) -> str:
    cpu = None if host.cpu_count is None else units.counted(host.cpu_count, "CPU", "CPUs")
    memory = None if host.memory_total_bytes is None else units.data_size(host.memory_total_bytes)
    # A host may call itself anything; its id is the one that the broker has checked.
    name = None if host.hostname in {None, host.host} else clean(host.hostname or "")
    return " · ".join(part for part in (name, cpu, memory) if part)


def _age(host: FleetHost) -> Element:
    if host.sampled_at is None:
        return h("p", "no sample yet", class_="host-card__age")
    word = {"fresh": "", "late": "late, ", "stale": "last seen "}.get(host.freshness, "")
    if host.is_catching_up:
        word = "catching up, history up to "
    return host_card_templates.AGE(
        word=host_card_templates.LATE(word=word) if word else None,
        at=host.sampled_at.isoformat(),
        badge=SIMULATED() if host.is_simulated else None,
    )


def _bar(ratio: float | None) -> Element:
    if ratio is None:
        return host_card_templates.NO_BAR()
    return host_card_templates.BAR(percent=f"{min(max(ratio, 0.0), 1.0) * 100:.1f}")


def _memory_title(host: FleetHost) -> str:
    if host.memory_total_bytes is None or host.memory_used_ratio is None:
        return "memory in use"
    used = units.data_size(host.memory_used_ratio * host.memory_total_bytes)
    return f"{used} of {units.data_size(host.memory_total_bytes)} in use (total minus MemAvailable)"


def _temperature(host: FleetHost) -> Element:
    degrees, limit = host.cpu_temperature_celsius, host.cpu_temperature_limit_celsius
    if degrees is None:
        reason = collector_reason(host.collectors, TEMPERATURE_COLLECTOR) or "no sensor was read"
        return host_card_templates.NO_TEMPERATURE(reason=reason)
    text = units.celsius(degrees) + ("" if limit is None else f" of {units.celsius(limit)}")
    board = host.board_temperature_celsius
    title = "CPU" + ("" if limit is None else f", limit {units.celsius(limit)}")
    title += "" if board is None else f"; board {units.celsius(board)}"
    is_warm = limit is not None and degrees >= limit * 0.9
    return (host_card_templates.WARM if is_warm else host_card_templates.TEMPERATURE)(text=text, title=title)


def _domains(host: FleetHost, domains: CardDomains) -> Element:
    trouble = hypervisor_words(host.hypervisor_state, host.hypervisor_reason)
    words = _trouble(host, domains)
    left = domains.total_count - len(domains.names)
    has_count = bool(domains.total_count) or not trouble
    return host_card_templates.DOMAINS(
        count=host_card_templates.COUNT(words=_count_words(domains)) if has_count else None,
        trouble=h("p", words, class_="host-card__trouble") if words else None,
        lines=h(
            "ul",
            *(domain_line.domain_line(domain) for domain in domains.first()),
            host_card_templates.MORE(left=str(left)) if left > 0 else None,
            class_="vms",
        )
        if domains.total_count
        else None,
    )


def _trouble(host: FleetHost, domains: CardDomains) -> str | None:
    words = [
        hypervisor_words(host.hypervisor_state, host.hypervisor_reason),
        units.counted(domains.contested_count, "VM contested", "VMs contested")
        if domains.contested_count
        else None,
    ]
    return ", ".join(each for each in words if each) or None


def _count_words(domains: CardDomains) -> str:
    if not domains.total_count:
        return "none"
    states = state_counts(domains.state_names, domains.freshnesses)
    unknown = states[STATE_UNKNOWN]
    if unknown == domains.total_count:
        return f"{unknown}, {STATE_UNKNOWN}"
    running = sum(states[state] for state in RUNNING_STATES)
    return f"{running} running of {domains.total_count}" + (f", {unknown} unknown" if unknown else "")
