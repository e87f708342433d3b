# SPDX-License-Identifier: Apache-2.0
"""What every page says of a host: its address, what its collectors and libvirt say."""

from urllib.parse import quote

from dashboard.parts.markup import clean, h
from dashboard.parts.template import Template
from dashboard.queries import JsonList

SIMULATED = Template(
    "simulated",
    h("span", "simulated", class_="badge", title="No machine: the load generator speaks for this host"),
)


def host_path(host: str) -> str:
    """Return the address of the page of a host."""
    return f"/host/{quote(host, safe='')}"


def collector_reason(collectors: JsonList | None, name: str) -> str | None:
    """Return why a collector gave nothing, as its publisher reported it."""
    for item in collectors or []:
        if item.get("name") == name and item.get("outcome") not in {None, "ok"}:
            return clean(f"{item.get('outcome')}: {item.get('reason') or 'no reason given'}")
    return None


def hypervisor_words(state: str | None, reason: str | None) -> str | None:
    """Return what is wrong with libvirt in words, None while it answers."""
    if state == "absent":
        return "No libvirt on this host, so no VMs."
    if state == "disconnected":
        return "libvirt does not answer" + (f": {clean(reason)}" if reason else ".")
    return None
