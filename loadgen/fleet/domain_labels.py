# SPDX-License-Identifier: Apache-2.0
"""What people wrote into the definition of a simulated VM: title, owner, tags. Drawn once from a seed. Pure.

Not every VM has all of them, as in a real fleet. They have random numbers of their own, so that a fleet has
the same loads with labels and without.
"""

from random import Random
from typing import NamedTuple

# As docs/metrics.md describes the element; the prefix is the one that virsh writes.
_ELEMENT = '<metadata><kvmgrid:labels xmlns:kvmgrid="urn:kvmgrid:domain:1">{}</kvmgrid:labels></metadata>'

# Who runs the VMs of a role.
_OWNERS = {
    "web": ("shop", "magazine"),
    "app": ("shop", "billing"),
    "mail": ("office",),
    "database": ("shop", "billing", "platform"),
    "cache": ("shop", "magazine"),
    "idle": ("office", "research"),
    "test": ("research", "platform"),
    "backup": ("platform",),
    "java": ("billing",),
    "render": ("research",),
    "ci": ("platform",),
}
# Everything else is in production.
_STAGES = {"test": "stage:test", "ci": "stage:test", "idle": "stage:spare"}
_TIERS = ("tier:1", "tier:2", "tier:3")
_NIGHTLY = "backup:nightly"
# The shares of VMs that have a title, an owner and tags.
_TITLED, _OWNED, _TAGGED, _SAVED = 0.6, 0.9, 0.8, 0.3


class Label(NamedTuple):
    """Title and metadata of a definition; None where nobody wrote any."""

    title: str | None
    metadata: str | None


def draw_label(role: str, number: int, seed: int) -> Label:
    """Return what stands in the definition of a VM, the same for equal arguments."""
    random = Random(f"{seed}/{number}/labels")  # noqa: S311 - repeatable, not secret
    owner = random.choice(_OWNERS[role])
    tags = [_STAGES.get(role, "stage:prod"), random.choice(_TIERS)]
    if random.random() < _SAVED:
        tags.append(_NIGHTLY)
    title = f"{owner}: {role} {number}" if random.random() < _TITLED else None
    elements = [f"<owner>{owner}</owner>"] if random.random() < _OWNED else []
    elements += [f"<tag>{tag}</tag>" for tag in tags] if random.random() < _TAGGED else []
    return Label(title, _ELEMENT.format("".join(elements)) if elements else None)
