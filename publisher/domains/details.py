# SPDX-License-Identifier: Apache-2.0
"""The second tier: figures that need QEMU's monitor, one bulk call a tick, past domains that are stuck.

libvirt walks the domains of a bulk call one after the other. So one stopped QEMU holds up the answer for all,
as long as it is stopped. NOWAIT does not help the first caller. Therefore a call that is late is examined
through the other connection (virDomainGetControlInfo). If a domain holds it up, the call is abandoned with
its connection. Another call goes on without that domain, within the same tick if time allows. Abandoned calls
hold threads of libvirtd, so there are at most ABANDONED_CAP; then this tier pauses until one returns.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from publisher.domains.worker import Call, Worker
from publisher.hypervisor.connection import Connection
from publisher.hypervisor.readings import Control, DetailReading, DetailRound
from publisher.logs import Log

ABANDONED_CAP = 3

# Below this a monitor command in progress is taken for normal work.
_SHORTEST_STALL_SECONDS = 0.1
# With less time left in the tick another attempt is not worth its connection.
_SHORTEST_ATTEMPT_SECONDS = 0.1
# A call that nothing explains is given up after this time all the same.
_UNEXPLAINED_SECONDS = 30.0
# A domain left out because of a long job (migration, backup) is tried again after this time.
_JOB_EXPIRY_SECONDS = 40.0

# Who holds the monitors of some domains; None: not answered in time.
Controls = Callable[[tuple[str, ...]], Mapping[str, Control] | None]
# Which domains had no answer even for the first tier, and for how long.
Silent = Callable[[], Mapping[str, float]]

_log = Log("hypervisor")


class Stall(NamedTuple):
    """Why a domain is left out: what held it, for how long, and since when we know (monotonic).

    "held" means in libvirt, by whatever (publisher.domains.holds), the others its monitor.
    """

    state: Literal["occupied", "job", "held"]
    seconds: float
    noticed_at_seconds: float


class Details(NamedTuple):
    """What one tick gave. ``readings`` None: nothing, for ``reason``."""

    readings: Mapping[str, DetailReading] | None
    duration_seconds: float
    reason: str | None = None
    failed: bool = False
    # Domains that were left out, but are free again by now.
    recovered: frozenset[str] = frozenset()


class DetailTier:
    """Owner of the second tier's workers; one thread calls ``begin`` and ``collect`` once a tick each."""

    def __init__(self, open_connection: Callable[[], Connection], silent: Silent) -> None:
        self._open_connection = open_connection
        self._silent = silent
        self._active: tuple[str, ...] = ()
        self._is_apart = False
        self._worker = self._new_worker()
        self._abandoned: list[Worker[Connection]] = []
        self._call: Call[DetailRound] | None = None
        self._unclaimed: Call[DetailRound] | None = None
        self._excluded: frozenset[str] = frozenset()
        self._asks_all = True
        self.stalls: dict[str, Stall] = {}
        self.versions: tuple[str | None, str | None] = (None, None)

    @property
    def abandoned_count(self) -> int:
        """Return how many calls hang in libvirt without anybody waiting for them."""
        return len(self._abandoned)

    def begin(self) -> None:
        """Start this tick's call unless the last one is still outstanding; never blocks."""
        self._abandoned = [worker for worker in self._abandoned if worker.is_busy]
        self._unclaimed = None
        self._note_silent()
        if not self._worker.is_busy:
            # Ended between two ticks: late, but the newest there is, should this tick's call be late too.
            self._unclaimed, self._call = self._call, None
            self._submit()
        elif self._is_held:
            self._replace()

    def collect(
        self, *, deadline_seconds: float, active: Sequence[str], is_apart: bool, controls: Controls
    ) -> Details:
        """Return the newest readings that are there by the deadline; never waits longer.

        ``active`` are the UUIDs of the running domains. ``is_apart``: they are asked by name, since a
        question about all domains hangs at one that may not be among them. ``controls`` asks through the
        other connection, within the same deadline.
        """
        self._active, self._is_apart = tuple(active), is_apart
        recovered = self._review_stalls(active, controls)
        self._note_silent()
        if self._is_held:
            self._replace()
        if not (self._is_held and self.abandoned_count >= ABANDONED_CAP):
            self._wait(deadline_seconds, active, controls)
        for call in (self._call, self._unclaimed):
            if call is not None and call.is_done:
                return self._claim(call)._replace(recovered=recovered)
        return Details(None, self._waited_seconds(), self._lateness())

    def leave(self) -> None:
        """Give up all workers; returns at once."""
        self._worker.leave()

    def _new_worker(self) -> Worker[Connection]:
        return Worker("libvirt-details", self._open_connection)

    @property
    def _is_held(self) -> bool:
        """Whether the call under way asks for a domain that is known to be stuck, or for unknown ones."""
        asks_unknown = self._is_apart and self._asks_all
        return self._worker.is_busy and (asks_unknown or bool(self.stalls.keys() - self._excluded))

    def _submit(self) -> None:
        self._excluded = excluded = frozenset(self.stalls)
        self._asks_all = not (excluded or self._is_apart)
        chosen = None if self._asks_all else [uuid for uuid in self._active if uuid not in excluded]
        self._call = self._worker.submit(lambda connection: connection.details(chosen))

    def _note_silent(self) -> bool:
        """Leave out the domains that are held in libvirt; return whether there is one more."""
        now = time.monotonic()
        found = {uuid: Stall("held", seconds, now) for uuid, seconds in self._silent().items()}
        is_more = bool(found.keys() - self.stalls.keys())
        self.stalls.update(found)
        return is_more

    def _wait(self, deadline_seconds: float, active: Sequence[str], controls: Controls) -> None:
        """Wait for the call; each time half of what is left is over, look for whatever holds it up."""
        while self._call is not None:
            now = time.monotonic()
            if self._call.wait_until(now + (deadline_seconds - now) / 2):
                return
            if deadline_seconds - time.monotonic() < _SHORTEST_ATTEMPT_SECONDS:
                self._call.wait_until(deadline_seconds)
                return
            stalls = self._find_stalls(active, controls)
            self.stalls.update(stalls)
            found = self._note_silent() or bool(stalls)
            if not found and self._waited_seconds() < _UNEXPLAINED_SECONDS:
                continue
            if not self._replace():
                return

    def _find_stalls(self, active: Sequence[str], controls: Controls) -> dict[str, Stall]:
        found = controls(tuple(uuid for uuid in active if uuid not in self.stalls)) or {}
        waited, now = self._waited_seconds(), time.monotonic()
        least = max(_SHORTEST_STALL_SECONDS, waited / 2)
        stalls = {
            uuid: Stall("occupied", control.seconds, now)
            for uuid, control in found.items()
            if control.state == "occupied" and control.seconds >= least
        }
        if not stalls and waited >= _UNEXPLAINED_SECONDS:
            # libvirt reports the job, not the monitor, of a domain that has a long job under way.
            stalls = {
                uuid: Stall("job", control.seconds, now)
                for uuid, control in found.items()
                if control.state == "job" and control.seconds >= least
            }
        return stalls

    def _replace(self) -> bool:
        """Abandon the call under way and start another without the stalled domains; False at the cap."""
        if self.abandoned_count >= ABANDONED_CAP:
            return False
        self._worker.leave()
        self._abandoned.append(self._worker)
        _log.warning(
            "libvirt_call_abandoned", abandoned_count=self.abandoned_count, stuck_domains=sorted(self.stalls)
        )
        self._worker = self._new_worker()
        self._submit()
        return True

    def _review_stalls(self, active: Sequence[str], controls: Controls) -> frozenset[str]:
        """Let domains back in whose monitor is free again, or that are gone; return them."""
        if not self.stalls:
            return frozenset()
        running, silent = set(active), self._silent()
        found = controls(tuple(uuid for uuid in self.stalls if uuid in running and uuid not in silent))
        if found is None:
            # Not to know is no reason to ask a stuck domain again.
            return frozenset()
        now = time.monotonic()
        kept = {}
        for uuid, stall in self.stalls.items():
            if uuid in silent:
                kept[uuid] = stall
                continue
            control = found.get(uuid)
            expired = stall.state == "job" and now - stall.noticed_at_seconds > _JOB_EXPIRY_SECONDS
            # A shorter time than before means that the monitor was free in between.
            same = control is not None and control.state == stall.state and control.seconds >= stall.seconds
            if control is not None and same and not expired:
                kept[uuid] = stall._replace(seconds=control.seconds)
        recovered = frozenset(self.stalls.keys() - kept.keys())
        self.stalls = kept
        return recovered

    def _claim(self, call: Call[DetailRound]) -> Details:
        """Take a result, once."""
        if call is self._call:
            self._call = None
        self._unclaimed = None
        if call.value is None:
            return Details(None, call.duration_seconds, call.failure, failed=True)
        self.versions = (call.value.libvirt_version, call.value.hypervisor_version)
        return Details(call.value.domains, call.duration_seconds)

    def _waited_seconds(self) -> float:
        return time.monotonic() - self._call.at_seconds if self._call is not None else 0.0

    def _lateness(self) -> str:
        if self.abandoned_count >= ABANDONED_CAP:
            return f"details paused: {self.abandoned_count} calls hang in libvirt"
        return f"details late: libvirt's call has been running for {self._waited_seconds():.0f} s"
