# SPDX-License-Identifier: Apache-2.0
"""The state of a VM as word and shape: each state has a shape of its own, so that none depends on colour."""

from collections import Counter
from collections.abc import Iterable

from dashboard.parts.markup import Element, h

# Paths in a box of 12 by 12.
_SHAPES = {
    "running": ("M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z", "good"),
    "idle": ("M6 1a5 5 0 1 0 0 10zM6 1a5 5 0 0 1 0 10", "good"),
    "paused": ("M2 1h3v10h-3zM7 1h3v10h-3z", "strained"),
    "in shutdown": ("M1 2h10l-5 9z", "strained"),
    "shut off": ("M2 2h8v8h-8z", "off"),
    "crashed": ("M2 1l4 4l4-4l1 1l-4 4l4 4l-1 1l-4-4l-4 4l-1-1l4-4l-4-4z", "bad"),
    "pmsuspended": ("M8 1a5 5 0 1 0 3 8a4 4 0 0 1-3-8z", "off"),
}
_UNKNOWN = ("M6 1l5 5l-5 5l-5-5z", "off")

RUNNING_STATES = frozenset({"running", "idle"})
OFF_STATE = "shut off"
NOT_SAMPLED = "not sampled yet"
STATE_UNKNOWN = "state unknown"
# In the order of a summary: what works first, then what needs a look, then what is off.
STATE_ORDER = ("running", "idle", "paused", "in shutdown", "crashed", "pmsuspended", OFF_STATE, "no state")


def present_state(state_name: str | None, freshness: str) -> str:
    """Return the state that holds now: an old sample tells what was, and libvirt may be silent since."""
    if state_name is None:
        return NOT_SAMPLED
    return STATE_UNKNOWN if freshness == "stale" else state_name


def state_counts(state_names: Iterable[str | None], freshnesses: Iterable[str]) -> Counter[str]:
    """Return how many VMs are in each present state."""
    counts: Counter[str] = Counter()
    # Tens of thousands are counted for each snapshot: by what the database says, then by what it means.
    for (name, freshness), count in Counter(zip(state_names, freshnesses, strict=True)).items():
        counts[present_state(name, freshness)] += count
    return counts


def domain_mark(state_name: str | None) -> Element:
    """Return the shape of a state; the word stands beside it or in the title of what holds it."""
    path, kind = _SHAPES.get(state_name or "", _UNKNOWN)
    return h(
        "svg",
        h("path", d=path),
        class_=f"mark mark--{kind}",
        viewBox="0 0 12 12",
        aria_hidden="true",
    )


def state_rank(state_name: str) -> int:
    """Return the place of a state in a summary; unknown ones come last."""
    return STATE_ORDER.index(state_name) if state_name in STATE_ORDER else len(STATE_ORDER)
