# SPDX-License-Identifier: Apache-2.0
"""The head of the page of a VM: what it is, where, since when, and how it fares now or fared last."""

from datetime import UTC, datetime, timedelta

from dashboard import units
from dashboard.components.domain_mark import (
    NOT_SAMPLED,
    OFF_STATE,
    STATE_UNKNOWN,
    domain_mark,
    present_state,
)
from dashboard.components.domain_words import (
    NO_GUEST_MEMORY,
    OUTCOMES,
    domain_path,
    state_in_words,
    vcpus_in_words,
)
from dashboard.components.host_words import SIMULATED, host_path
from dashboard.pages.vm.queries import VmName, VmNow, VmStart
from dashboard.parts.markup import Child, Element, clean, h

# What is offered of the life of a VM that is gone.
LAST_LIFE = timedelta(hours=1)


def unknown_vm(text: str) -> Element:
    """Return the page of a VM that no host has reported."""
    return h(
        "section",
        h("h2", f"No VM “{clean(text, 64)}”"),
        h("p", "No host has ever reported a VM with this UUID. It is what “virsh domuuid” prints."),
        h("p", h("a", "All hosts", href="/", class_="button")),
        class_="guide",
    )


def vm_head(vm: VmNow, query: str) -> Element:
    """Return name, UUID, state and host; ``query`` is the range, which goes along to the host."""
    title = clean(vm.title) if vm.title and vm.title != vm.name else None
    return h(
        "div",
        h("h1", clean(vm.name)),
        h(
            "p",
            f"{title} · " if title else None,
            h("code", vm.uuid),
            " ",
            h("button", "Copy", type="button", class_="button button--small", data_copy=vm.uuid),
            SIMULATED.filled() if vm.is_simulated else None,
            class_="host-card__sub",
        ),
        _gone(vm, query) if vm.removed_at is not None else _state(vm, query),
        _contested(vm, query),
        class_="vm-head",
        data_stale_at=None if vm.stale_at is None else vm.stale_at.isoformat(),
    )


def _clock(instant: datetime) -> Element:
    return h("time", "", class_="clock", datetime=instant.isoformat())


def _age(instant: datetime, suffix: str = " ago") -> Element:
    return h("time", "", class_="age", datetime=instant.isoformat(), data_suffix=suffix)


def _host(host: str, query: str) -> Element:
    return h("a", host, href=host_path(host) + query)


def _state(vm: VmNow, query: str) -> Element:
    """Return the state and the host of now, or what is known of it."""
    state = present_state(vm.state_name, vm.freshness or "stale")
    words: list[Child | None]
    if vm.state_name is None or vm.sampled_at is None:
        words = [h("strong", NOT_SAMPLED)]
    elif state == STATE_UNKNOWN:
        was = state_in_words(vm.state_name, vm.state_reason_name)
        words = [h("strong", f"{STATE_UNKNOWN}; {was} when last seen "), _age(vm.sampled_at)]
    else:
        words = ["Now ", h("strong", state_in_words(vm.state_name, vm.state_reason_name))]
    if vm.host is not None:
        words += [" · on ", _host(vm.host, query)]
    if vm.host is not None and vm.stay_from is not None:
        words += [" since ", _clock(vm.stay_from)]
    if vm.host_before is not None and vm.host_before != vm.host:
        words += [", before on ", _host(vm.host_before, query)]
    mark = domain_mark(None if state == STATE_UNKNOWN else vm.state_name)
    return h("p", mark, " ", *words, class_="vm-state")


def _gone(vm: VmNow, query: str) -> Element:
    """Return since when libvirt no longer knows a VM, and the way to the end of its life."""
    gone_at = vm.removed_at
    assert gone_at is not None  # noqa: S101 - asked by the caller
    start = int((gone_at - LAST_LIFE).timestamp() * 1000)
    end = int((gone_at + LAST_LIFE / 12).timestamp() * 1000)
    where: list[Child] = [] if vm.host is None else ["; it was last on ", _host(vm.host, query)]
    return h(
        "p",
        domain_mark(None),
        " ",
        h("strong", "Gone since ", _clock(gone_at)),
        *where,
        ". ",
        h("a", "Its last hour", href=f"{domain_path(vm.uuid)}?from={start}&to={end}", class_="button"),
        class_="vm-state",
    )


def _contested(vm: VmNow, query: str) -> Element | None:
    if not vm.contested_by:
        return None
    others: list[Child | None] = []
    for host in vm.contested_by:
        others += [", " if others else "", _host(host, query)]
    since: list[Child | None] = (
        [" since ", _clock(vm.contested_since)] if vm.contested_since is not None else []
    )
    return h(
        "p",
        h("strong", "Contested: "),
        *others,
        " too reports a VM of this UUID as running",
        *since,
        f". What this page shows is what {vm.host} reports.",
        class_="host-card__trouble",
    )


def vm_facts(vm: VmNow, start: VmStart | None) -> Element:
    """Return the figures of the newest sample as a list that says of when they are."""
    is_off = vm.state_name == OFF_STATE
    off = "off" if is_off else None
    facts: list[tuple[str, Child | None, str | None]] = [
        ("vCPUs", None if vm.vcpu_count is None else str(vm.vcpu_count), None),
        ("CPU", off or units.percent(vm.cpu_ratio), vcpus_in_words(vm.vcpu_count)),
        ("Steal", off or units.percent(vm.steal_ratio), "its vCPUs were ready and waited for a CPU"),
        ("Assigned", units.data_size(vm.memory_assigned_bytes), "memory it may use (balloon)"),
        ("Used inside", off or units.data_size(vm.memory_used_bytes), _memory_age(vm)),
        ("Resident", off or units.data_size(vm.memory_resident_bytes), "memory of the host that it occupies"),
        (
            "Last start seen",
            _start(start),
            "an event of libvirt; nothing tells when a guest booted by itself",
        ),
        ("Starts with the host", _yes_or_no(value=vm.autostart), "autostart"),
        ("First seen", _clock(vm.first_seen_at), None),
    ]
    if vm.outcome not in {None, "ok"}:
        reason = clean(vm.outcome_reason) if vm.outcome_reason else None
        facts.append(("Last reading", OUTCOMES.get(vm.outcome or "", vm.outcome), reason))
    pairs = [
        h("div", h("dt", words), h("dd", value or units.UNKNOWN), title=title)
        for words, value, title in facts
    ]
    return h("div", h("p", *_of_when(vm), class_="quiet"), h("dl", *pairs, class_="facts"))


def _yes_or_no(*, value: bool | None) -> str | None:
    if value is None:
        return None
    return "yes" if value else "no"


def _of_when(vm: VmNow) -> list[Child]:
    """Return of when the facts are: never of the range that the chart shows."""
    if vm.sampled_at is None:
        return ["No figures of now"]
    if vm.freshness == "stale":
        return ["When last seen, ", _clock(vm.sampled_at)]
    return ["Now, sampled ", _age(vm.sampled_at)]


def _memory_age(vm: VmNow) -> str | None:
    if vm.memory_used_bytes is None:
        return NO_GUEST_MEMORY
    if vm.memory_age_seconds is None:
        return None
    return f"reported by the guest {units.duration(vm.memory_age_seconds)} before the sample"


def _start(start: VmStart | None) -> Element | None:
    if start is None:
        return None
    why = f" ({clean(start.detail, 40)})" if start.detail else None
    return h("span", _age(start.time), why, title=start.time.astimezone(UTC).isoformat())


def name_history(names: list[VmName]) -> Element | None:
    """Return what a VM was called, newest first; None where it always had one name."""
    if len(names) <= 1:
        return None
    items = [
        h(
            "li",
            h("strong", clean(each.name)),
            " from ",
            _clock(each.valid_from),
            " until ",
            "now" if each.valid_to is None else _clock(each.valid_to),
        )
        for each in names
    ]
    return h("div", h("h3", "Names"), h("ol", *items, class_="names"))
