# SPDX-License-Identifier: Apache-2.0
"""How far a call to libvirt has come: written by the thread that asks, read by the one that waits.

Whoever holds a VM in libvirt holds up every question about it, and a question about all VMs as well. The
progress tells which VM an unanswered call is asking about, and keeps what it has learnt until then.
"""

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from publisher.hypervisor.readings import DomainReading


class Step(NamedTuple):
    """Which VM libvirt is being asked about (None: all at once), and since when (monotonic)."""

    uuid: str | None
    at_seconds: float


class Progress:
    """One call's. ``step`` is None before the first question, while the connection may be opened."""

    __slots__ = ("gone", "has_answer", "is_given_up", "readings", "step")

    def __init__(self) -> None:
        self.step: Step | None = None
        self.readings: list[DomainReading] = []
        # Whether libvirt itself has answered, whatever the domains do.
        self.has_answer = False
        # Domains that libvirt does not know any more.
        self.gone: set[str] = set()
        # Set by whoever waits: after the answer under way no other question shall follow.
        self.is_given_up = False

    def ask(self, uuid: str | None) -> None:
        """Note the question that is asked next."""
        self.step = Step(uuid, time.monotonic())
