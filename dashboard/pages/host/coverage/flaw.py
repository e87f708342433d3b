# SPDX-License-Identifier: Apache-2.0
"""One stretch of a range in which something of a host is missing, late, or at a wrong time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["silent", "lost", "libvirt", "busy", "late", "coming", "clock"]
# What is missing of each kind: all figures, those of VMs, or nothing.
LABELS: Mapping[Kind, str] = MappingProxyType(
    {
        "silent": "Publisher silent",
        "lost": "Messages lost",
        "libvirt": "libvirt away",
        "busy": "VM busy",
        "late": "Arrived late",
        "coming": "Still arriving",
        "clock": "Clock off",
    }
)
LACKS: Mapping[Kind, str] = MappingProxyType(
    {
        "silent": "no sample",
        "lost": "no sample",
        "libvirt": "no figures of VMs",
        "busy": "some figures of VMs",
        "late": "nothing is missing",
        "coming": "no sample yet",
        "clock": "nothing is missing",
    }
)
# Kinds in which there is no sample.
WITHOUT_SAMPLES = frozenset[Kind]({"silent", "lost", "coming"})
NOTHING_SAYS_WHY = "nothing says why"
# A state is that of the time until a sample is late by more than one and a half ticks.
TICKS_HELD = 2.5


class Flaw(NamedTuple):
    """A stretch of one kind. Of it ``missing_seconds`` are without what it lacks.

    ``sample_count`` is how many samples there are in it all the same; ``is_open``: it has not ended.
    """

    kind: Kind
    start_seconds: float
    end_seconds: float
    missing_seconds: float
    reason: str = ""
    sample_count: int = 0
    is_open: bool = False

    @property
    def length_seconds(self) -> float:
        """How long it lasts."""
        return self.end_seconds - self.start_seconds


def joined(flaws: list[Flaw], apart_seconds: float) -> list[Flaw]:
    """Return flaws of one kind in order of time, those that are close to each other as one."""
    found: list[Flaw] = []
    for flaw in sorted(flaws, key=lambda each: each.start_seconds):
        if found and flaw.start_seconds - found[-1].end_seconds <= apart_seconds:
            before = found.pop()
            found.append(
                before._replace(
                    end_seconds=max(before.end_seconds, flaw.end_seconds),
                    missing_seconds=before.missing_seconds + flaw.missing_seconds,
                    sample_count=before.sample_count + flaw.sample_count,
                    is_open=before.is_open or flaw.is_open,
                )
            )
        else:
            found.append(flaw)
    return found
