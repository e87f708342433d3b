# SPDX-License-Identifier: Apache-2.0
"""The first tier: all domains, by calls that never wait for a QEMU; and who holds a domain's monitor.

The second question shares the connection because it is as quick. If the worker is busy nevertheless (a frozen
daemon, storage that hangs inside libvirt), ticks are skipped until it returns.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from publisher.domains.worker import Call, Worker
from publisher.hypervisor.connection import Connection
from publisher.hypervisor.readings import Control, Overview

# A call that is outstanding for so long is given up with its connection, once. Keepalive notices a dead
# daemon before that, after 20 s.
_GIVE_UP_SECONDS = 60.0


class OverviewTier:
    """Owner of the first tier's worker; one thread calls ``begin`` and ``collect`` once a tick each."""

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open_connection = open_connection
        self._worker = self._new_worker()
        self._abandoned: list[Worker[Connection]] = []
        self._overview: Call[Overview] | None = None
        # The worker's latest call, of either kind.
        self._latest: Call[Any] | None = None

    @property
    def abandoned_count(self) -> int:
        """Return how many calls hang in libvirt without anybody waiting for them (0 or 1)."""
        return len(self._abandoned)

    def begin(self) -> None:
        """Start this tick's overview unless a call is still outstanding; never blocks."""
        self._abandoned = [worker for worker in self._abandoned if worker.is_busy]
        if self._worker.is_busy and self._waited_seconds() > _GIVE_UP_SECONDS and not self._abandoned:
            self._worker.leave()
            self._abandoned.append(self._worker)
            self._worker = self._new_worker()
        if not self._worker.is_busy:
            self._latest = self._overview = self._worker.submit(lambda connection: connection.overview())

    def collect(self, deadline_seconds: float) -> Call[Overview]:
        """Return the overview's call, ended if it did so by the deadline."""
        if self._overview is None:
            # A question about monitors still hangs: as if the overview itself did.
            unanswered: Call[Overview] = Call(self._latest.at_seconds if self._latest else time.monotonic())
            return unanswered
        call = self._overview
        if call.wait_until(deadline_seconds):
            self._overview = None
        return call

    def controls(self, uuids: tuple[str, ...], deadline_seconds: float) -> Mapping[str, Control] | None:
        """Ask who holds the monitors of domains; None if libvirt does not answer in time."""
        if not uuids:
            return {}
        if self._worker.is_busy:
            return None
        call = self._worker.submit(lambda connection: connection.controls(uuids))
        self._latest = call
        call.wait_until(deadline_seconds)
        return call.value

    def leave(self) -> None:
        """Give up; returns at once."""
        self._worker.leave()

    def _new_worker(self) -> Worker[Connection]:
        return Worker("libvirt-overview", self._open_connection)

    def _waited_seconds(self) -> float:
        return time.monotonic() - self._latest.at_seconds if self._latest else 0.0
