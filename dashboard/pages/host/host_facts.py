# SPDX-License-Identifier: Apache-2.0
"""The head of the host page: what the host is, how it fares, what could not be read and why."""

from dashboard import units
from dashboard.components.health_circle import CIRCLE, circle_words, read_health, reasons
from dashboard.components.host_words import SIMULATED, hypervisor_words
from dashboard.pages.host.queries import HostNow
from dashboard.parts.markup import Element, clean, h

_OUTCOME_WORDS = {"unavailable": "not on this host", "failed": "failed", "slow": "too slow"}


def host_head(host: HostNow) -> Element:
    """Return name, health, age and what is wrong: all of it now, whatever range the chart shows."""
    # A host may call itself anything; its id is the one that the broker has checked.
    name = None if host.hostname in {None, host.host} else clean(host.hostname or "")
    is_stale = host.freshness == "stale"
    health = read_health(host.health_score, host.health_state, host.health_reasons, is_stale=is_stale)
    trouble = hypervisor_words(host.hypervisor_state, host.hypervisor_reason)
    return h(
        "div",
        h("div", CIRCLE.filled(**circle_words(health)), reasons(health), class_="host-card__health"),
        h(
            "div",
            h("h1", host.host, title=host.host),
            h(
                "p",
                f"{name} · " if name else None,
                _age(host),
                SIMULATED.filled() if host.is_simulated else None,
                class_="host-card__sub",
            ),
            h("p", trouble, class_="host-card__trouble") if trouble else None,
        ),
        class_=f"host-head host-card--{health.state} host-card--{host.freshness}",
        data_stale_at=None if host.stale_at is None else host.stale_at.isoformat(),
    )


def _age(host: HostNow) -> Element:
    if host.sampled_at is None:
        return h("span", "no sample yet")
    words = {"stale": "Silent: last seen ", "late": "Late: sampled "}.get(host.freshness, "Now: sampled ")
    if host.is_catching_up:
        words = "Its history arrives: sampled "
    interval = None if host.tick_seconds is None else f", every {units.tick(host.tick_seconds)}"
    return h(
        "span",
        h("span", words, class_="host-card__late" if host.freshness != "fresh" else None),
        h("time", "", class_="age", datetime=host.sampled_at.isoformat(), data_suffix=" ago"),
        interval,
    )


def host_facts(host: HostNow) -> Element:
    """Return the facts of the newest sample as a list, and of when they are."""
    loads = [host.load_1m, host.load_5m, host.load_15m]
    facts = [
        ("CPUs", None if host.cpu_count is None else str(host.cpu_count)),
        ("Memory", None if host.memory_total_bytes is None else units.data_size(host.memory_total_bytes)),
        ("Load", " ".join(f"{load:.2f}" for load in loads if load is not None) or None),
        ("Up for", None if host.uptime_seconds is None else units.duration(host.uptime_seconds)),
        ("Kernel", host.kernel),
        ("Machine", host.machine),
        ("libvirt", host.libvirt_version or host.hypervisor_state),
        ("Hypervisor", host.hypervisor_version),
        ("Publisher", host.publisher_version),
        ("Clock", _clock(synchronised=host.clock_synchronised, error_seconds=host.clock_error_seconds)),
        ("Arrives after", _arrival(host.lag_seconds, host.clock_offset_seconds)),
        ("Spool", None if host.spool_message_count is None else f"{host.spool_message_count} waiting"),
    ]
    if host.tags:
        facts.insert(0, ("Tags", ", ".join(host.tags)))
    pairs = [
        h("div", h("dt", words), h("dd", clean(value) if value else units.UNKNOWN)) for words, value in facts
    ]
    when = "When last seen" if host.freshness == "stale" else "Now"
    return h("div", h("p", when, class_="quiet"), h("dl", *pairs, class_="facts"))


def _clock(*, synchronised: bool | None, error_seconds: float | None) -> str | None:
    """Return whether a daemon keeps the clock in time, and how far off it may be by that daemon's word."""
    if not synchronised:
        return None if synchronised is None else "not kept in time"
    return "kept in time" if error_seconds is None else f"at most {units.latency(error_seconds)} off"


def _arrival(lag_seconds: float | None, clock_offset_seconds: float | None) -> str | None:
    """Return how long a sample travels, or that nobody knows since the host's clock is wrong."""
    if lag_seconds is None:
        return None
    offset_seconds = -lag_seconds if lag_seconds < 0 else clock_offset_seconds
    seconds = lag_seconds if offset_seconds is None else offset_seconds
    words = units.latency if abs(seconds) < units.MINUTE_SECONDS else units.duration
    if offset_seconds is None:
        return words(seconds)
    return f"clock {'ahead' if offset_seconds > 0 else 'behind'} by {words(abs(offset_seconds))}"


def collector_troubles(host: HostNow) -> Element | None:
    """Return the collectors that gave nothing, each with its reason; None when all did."""
    items = [
        h(
            "li",
            h("strong", clean(str(item.get("name", "unnamed")))),
            f" {_OUTCOME_WORDS.get(str(item.get('outcome')), clean(str(item.get('outcome'))))}",
            f": {clean(str(item['reason']))}" if item.get("reason") else None,
        )
        for item in host.collectors or []
        if item.get("outcome") not in {None, "ok"}
    ]
    if not items:
        return None
    words = units.counted(len(items), "collector gave", "collectors gave")
    return h("details", h("summary", f"{words} nothing"), h("ul", *items), class_="troubles")


def collector_remarks(host: HostNow) -> Element | None:
    """Return what collectors say beside their figures, such as counters not believed; None if nothing."""
    items = [
        h("li", h("strong", clean(str(item.get("name", "unnamed")))), f": {clean(str(item['reason']), 400)}")
        for item in host.collectors or []
        if item.get("outcome") in {None, "ok"} and item.get("reason")
    ]
    if not items:
        return None
    words = units.counted(len(items), "collector remarks", "collectors remark")
    return h(
        "details",
        h("summary", f"{words} on {'its' if len(items) == 1 else 'their'} figures"),
        h("ul", *items),
        class_="troubles",
    )
