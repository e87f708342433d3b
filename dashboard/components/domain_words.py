# SPDX-License-Identifier: Apache-2.0
"""What every page says of a VM: its address, how old its guest's figure is, how reading it went."""

from urllib.parse import quote

from dashboard import units
from dashboard.parts.markup import Element, clean, h

PREFIX = "/vm/"
# A guest reports its memory every few seconds when asked to; beyond this the figure is old news.
OLD_MEMORY_SECONDS = 60.0
NO_GUEST_MEMORY = "the guest reports nothing: no balloon driver, or its statistics are off"
OUTCOMES = {
    "ok": "ok",
    "partial": "partial: part of the figures could not be read",
    "busy": "busy: its monitor was held by another job",
    "timed_out": "timed out: QEMU did not answer in time",
    "gone": "gone: it went away while it was read",
}


def domain_path(uuid: str) -> str:
    """Return the address of the page of a VM."""
    return f"{PREFIX}{quote(uuid, safe='')}"


def domain_link(uuid: str, name: str, query: str = "", class_: str | None = None) -> Element:
    """Return a link to the page of a VM; ``query`` is what of the address goes with it."""
    return h("a", clean(name), href=domain_path(uuid) + query, class_=class_)


def state_in_words(state_name: str | None, reason: str | None) -> str:
    """Return a state as virsh says it, with its reason where it has one."""
    return f"{state_name}" if reason in {None, "unknown"} else f"{state_name} ({reason})"


def vcpus_in_words(count: int | None) -> str | None:
    """Return of how many vCPUs a share is one."""
    return None if count is None else f"of {units.counted(count, 'vCPU', 'vCPUs')}"
