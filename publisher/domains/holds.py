# SPDX-License-Identifier: Apache-2.0
"""VMs that somebody holds in libvirt: each is known by a question about it that got no answer.

The question stays under way on its worker, as no call to libvirt can be cancelled. Its answer, whenever it
comes, is what ends the hold. So each held VM costs one thread of libvirt's, and nobody asks a second time.
"""

import time
from collections.abc import Container
from typing import Any, NamedTuple

from publisher.domains.worker import Call

# The most of libvirt's 20 workers (max_workers in libvirtd.conf), which its other clients need too.
HELD_CAP = 4


class _Hold(NamedTuple):
    call: Call[Any]
    asked_at_seconds: float


class Holds:
    """The held VMs by UUID; belongs to the sampling thread."""

    def __init__(self) -> None:
        self._holds: dict[str, _Hold] = {}

    def __contains__(self, uuid: str) -> bool:
        return uuid in self._holds

    def __len__(self) -> int:
        return len(self._holds)

    @property
    def is_full(self) -> bool:
        """Whether no unknown VM may be asked: its question could be one too many that hangs."""
        return len(self._holds) >= HELD_CAP

    def add(self, uuid: str, asked_at_seconds: float, call: Call[Any]) -> None:
        """Note that a question about a VM hangs."""
        self._holds[uuid] = _Hold(call, asked_at_seconds)

    def release(self) -> None:
        """Forget the VMs whose question was answered."""
        self._holds = {uuid: hold for uuid, hold in self._holds.items() if not hold.call.is_done}

    def wait_until(self, monotonic_seconds: float, *, but: Container[str]) -> None:
        """Wait until the questions about all VMs but some are answered, at most until an instant."""
        for uuid, hold in self._holds.items():
            if uuid not in but:
                hold.call.wait_until(monotonic_seconds)

    def seconds(self) -> dict[str, float]:
        """Return for how long each question has been waiting."""
        now_seconds = time.monotonic()
        return {uuid: now_seconds - hold.asked_at_seconds for uuid, hold in self._holds.items()}
