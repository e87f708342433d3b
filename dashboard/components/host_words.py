# SPDX-License-Identifier: Apache-2.0
"""What every page says of a host: its address, whether it is simulated or stale, what libvirt says."""

from datetime import datetime, timedelta
from urllib.parse import quote

from dashboard.parts.markup import clean
from dashboard.queries import JsonList

# As the view hosts_now has it.
STALE_TICKS = 5
# As the load generator marks its versions.
SIMULATED_SUFFIX = "+simulated"


def host_path(host: str) -> str:
    """Return the address of the page of a host."""
    return f"/host/{quote(host, safe='')}"


def is_simulated(publisher_version: str | None) -> bool:
    """Whether no machine stands behind a host."""
    return publisher_version is not None and publisher_version.endswith(SIMULATED_SUFFIX)


def stale_at(sampled_at: datetime | None, tick_seconds: float | None) -> str | None:
    """Return when a host counts as stale if nothing more arrives; the browser watches it by itself."""
    if sampled_at is None or tick_seconds is None:
        return None
    return (sampled_at + timedelta(seconds=STALE_TICKS * tick_seconds)).isoformat()


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
