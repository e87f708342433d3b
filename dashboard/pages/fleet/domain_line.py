# SPDX-License-Identifier: Apache-2.0
"""One VM on the card of its host: the shape of its state, its name, its CPU or a word. A link to its page.

There are thousands on a grid, so that each state has a template and only what differs is sent.
"""

from dashboard import units
from dashboard.components.domain_mark import (
    NOT_SAMPLED,
    RUNNING_STATES,
    STATE_ORDER,
    STATE_UNKNOWN,
    domain_mark,
    present_state,
)
from dashboard.pages.fleet.queries import CardDomain
from dashboard.parts.markup import Child, Element, clean, h
from dashboard.parts.template import Template

# Room is scarce on a card; the title has the full words.
SHORT_STATES = {"shut off": "off", "pmsuspended": "suspended", "in shutdown": "stopping"}


def _line(name: str, class_: str, mark: Element, value: Child, title: str) -> Template:
    link = h(
        "a",
        mark,
        h("span", "{name}", class_="vm__name"),
        h("span", value, class_="vm__value"),
        class_=class_,
        href="/vm/{uuid}",
        title=f"{{name}}: {title}",
    )
    return Template(name, h("li", link))


_RUNNING = {
    state: _line(state, "vm", domain_mark(state), "{cpu}", f"{state}, {{cpu}}{{of_vcpus}}")
    for state in sorted(RUNNING_STATES)
}
_STILL = {
    state: _line(state, "vm vm--still", domain_mark(state), SHORT_STATES.get(state, state), state)
    for state in (*STATE_ORDER, NOT_SAMPLED)
    if state not in RUNNING_STATES
}
# A state that libvirt has learnt since.
_OTHER = _line("other", "vm vm--still", domain_mark(None), "{state}", "{state}")
# The age of a state that is unknown now stands where its figure would.
_STALE = _line(
    "stale",
    "vm vm--stale",
    domain_mark(None),
    h("time", "", class_="age", datetime="{at}", data_coarse="yes"),
    f"{STATE_UNKNOWN}, {{state}} when last seen",
)

TEMPLATES = (*_RUNNING.values(), *_STILL.values(), _OTHER, _STALE)


def domain_line(domain: CardDomain) -> Element:
    """Return the line of a VM, for a use of the card's template around it."""
    name, uuid = clean(domain.name, 64), domain.uuid
    state = present_state(domain.state_name, domain.freshness)
    if (running := _RUNNING.get(state)) is not None:
        count = domain.vcpu_count
        of_vcpus = "" if count is None else f" of {units.counted(count, 'vCPU', 'vCPUs')}"
        cpu = units.percent(domain.cpu_ratio)
        return running(uuid=uuid, name=name, cpu=cpu, of_vcpus=of_vcpus)
    if state == STATE_UNKNOWN and domain.sampled_at is not None:
        return _STALE(uuid=uuid, name=name, state=domain.state_name, at=domain.sampled_at.isoformat())
    if (still := _STILL.get(state)) is not None:
        return still(uuid=uuid, name=name)
    return _OTHER(uuid=uuid, name=name, state=state)
