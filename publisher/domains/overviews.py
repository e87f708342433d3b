# SPDX-License-Identifier: Apache-2.0
"""The first tier: all domains, by calls that never wait for a QEMU; and who holds a domain's monitor.

One call asks for all. It waits for each domain in turn. So it is late while anybody holds one in libvirt: a
destroy that waits, a save to dead storage. Then the domains of the tick before are asked one by one on
another connection. The one that does not answer is left to the worker that asks it (the module holds). The
others are asked in this way until nobody holds a domain any more. Domains that appear meanwhile are known
from libvirt's events.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec import structs

from publisher.domains.holds import HELD_CAP, Holds
from publisher.domains.judgements import DomainJudgement, held
from publisher.domains.worker import Call, Worker
from publisher.hypervisor.connection import Connection
from publisher.hypervisor.progress import Progress, Step
from publisher.hypervisor.readings import Control, DomainReading, Overview
from publisher.logs import Log

# A call that nothing explains is given up with its connection after so long, once. Keepalive notices a dead
# daemon before that, after 20 s.
_GIVE_UP_SECONDS = 60.0
# Shares of a tick's time after which an unanswered question about all domains, or about one, is late.
_BULK_SHARE = 1 / 6
_ALONE_SHARE = 1 / 12
# A busy machine may let a thread wait for so long without anybody being held.
_SHORTEST_BULK_PATIENCE_SECONDS = 0.125
_SHORTEST_PATIENCE_SECONDS = 0.06

_log = Log("hypervisor")


class OverviewRound(NamedTuple):
    """What one tick gave. ``overview`` None: nothing, for ``failure``, or (None) because no answer came."""

    overview: Overview | None
    duration_seconds: float
    failure: str | None = None
    # Domains were asked one by one, as one of them, known or not, holds up the question about all.
    is_apart: bool = False


class _Attempt(NamedTuple):
    worker: Worker[Connection]
    call: Call[Overview]
    progress: Progress


class OverviewTier:
    """Owner of the first tier's workers; one thread calls ``begin`` and ``collect`` once a tick each."""

    def __init__(self, open_connection: Callable[[], Connection], *, limit_seconds: float) -> None:
        """`limit_seconds` is how long a tick takes at most."""
        self._open_connection = open_connection
        self._bulk_patience_seconds = max(_SHORTEST_BULK_PATIENCE_SECONDS, limit_seconds * _BULK_SHARE)
        self._patience_seconds = max(_SHORTEST_PATIENCE_SECONDS, limit_seconds * _ALONE_SHARE)
        # One worker asks for all domains; the spare ones ask for one after the other, until one is held.
        self._whole = self._new_worker()
        self._spares = deque(self._new_worker() for _ in range(HELD_CAP + 2))
        self._lost: list[Worker[Connection]] = []
        self.holds = Holds()
        self._held_before: frozenset[str] = frozenset()
        self._attempt: _Attempt | None = None
        # The latest question about all, and the latest one by one that is not left to a held domain.
        self._bulk: _Attempt | None = None
        self._walk: _Attempt | None = None
        # The attempts of this tick, the one under way included.
        self._parts: list[Progress] = []
        # The last reading of each domain, and those that answered at the last tick.
        self._known: dict[str, DomainReading] = {}
        self._answered: frozenset[str] = frozenset()
        self._is_apart = False
        self._silent: tuple[str, ...] = ()
        self._announced: deque[str] = deque()
        self._strangers: set[str] = set()
        self._bulk_seconds = 0.0

    @property
    def abandoned_count(self) -> int:
        """Return how many calls hang in libvirt without anybody waiting for them."""
        return len(self.holds) + len(self._lost) + (self._is_apart and self._whole.is_busy)

    def silent(self) -> dict[str, float]:
        """Return the domains that had no answer for us at the last tick; for how long, where it is known."""
        return dict.fromkeys(self._silent, 0.0) | self.holds.seconds()

    def announce(self, uuid: str) -> None:
        """Have a domain asked for that may be new; any thread may call this."""
        self._announced.append(uuid)

    def begin(self) -> None:
        """Start this tick's questions unless those of the tick before are outstanding; never blocks."""
        self._lost = [worker for worker in self._lost if worker.is_busy]
        self.holds.release()
        self._held_before = frozenset(self.holds.seconds())
        self._parts = []
        while self._announced:
            self._strangers.add(self._announced.popleft())
        self._give_up_if_hanging()
        if not self.holds and not self._whole.is_busy:
            self._attempt = self._ask_whole()
            self._prepare_a_spare()
        elif self._known:
            self._attempt = self._ask_apart()

    def collect(self, deadline_seconds: float) -> OverviewRound:
        """Return what is known by the deadline; never waits longer."""
        self._pursue(deadline_seconds)
        if any(uuid not in self._held_before for uuid in self.holds.seconds()):
            # Whoever was held for a moment only is there as well.
            until_seconds = min(deadline_seconds, time.monotonic() + self._patience_seconds / 2)
            self.holds.wait_until(until_seconds, but=self._held_before)
        attempt = self._attempt
        if attempt is not None and attempt.call.is_done:
            self._attempt = None
            duration_seconds, overview = attempt.call.duration_seconds, attempt.call.value
            if overview is None:
                return OverviewRound(None, duration_seconds, attempt.call.failure)
            if overview.bulk_seconds is not None:
                self._bulk_seconds = overview.bulk_seconds
                self._known = {domain.uuid: domain for domain in overview.domains}
                self._answered, self._silent = frozenset(self._known), ()
                self._strangers.clear()
                return OverviewRound(overview, duration_seconds)
        waited_seconds = time.monotonic() - attempt.call.at_seconds if attempt is not None else 0.0
        if attempt is not None and self._known:
            attempt.progress.is_given_up = True
        if not any(part.has_answer for part in self._parts):
            return OverviewRound(None, waited_seconds)
        return OverviewRound(self._assembled(), waited_seconds, is_apart=True)

    def controls(self, uuids: tuple[str, ...], deadline_seconds: float) -> Mapping[str, Control] | None:
        """Ask who holds the monitors of domains; None if libvirt does not answer in time.

        Held domains are not asked. One that turns out to be held while it is asked is in ``holds`` then.
        """
        asked = tuple(uuid for uuid in uuids if uuid not in self.holds)
        if not asked:
            return {}
        worker = self._idle_spare() if self._whole.is_busy else self._whole
        if worker is None:
            return None
        progress = Progress()
        call = worker.submit(lambda connection: connection.controls(asked, progress))
        step = self._late_step(worker, call, progress, deadline_seconds)
        progress.is_given_up = True
        if step is not None and step.uuid is not None:
            self._hold(step.uuid, step.at_seconds, call)
        return call.value

    def leave(self) -> None:
        """Give up; returns at once."""
        self._whole.leave()
        for worker in self._spares:
            worker.leave()

    def _new_worker(self) -> Worker[Connection]:
        return Worker("libvirt-overview", self._open_connection)

    def _ask_whole(self) -> _Attempt:
        worker, progress = self._whole, Progress()
        self._bulk = _Attempt(worker, worker.submit(lambda c: c.overview(progress)), progress)
        return self._noted(self._bulk)

    def _idle_spare(self) -> Worker[Connection] | None:
        return next((worker for worker in self._spares if not worker.is_busy), None)

    def _prepare_a_spare(self) -> None:
        """Let one spare worker after the other know the domains, while that needs no look-up."""
        self._spares.rotate()
        worker, uuids = self._spares[0], tuple(self._known)
        if not worker.is_busy:
            worker.submit(lambda connection: connection.prepare(uuids))

    def _ask_apart(self) -> _Attempt | None:
        """Ask the domains that have not been read at this tick; return an older attempt if one hangs."""
        if self._walk is not None and not self._walk.call.is_done:
            return self._walk
        worker, progress = self._idle_spare(), Progress()
        if worker is None:
            return None
        uuids = self._unread()
        self._walk = _Attempt(worker, worker.submit(lambda c: c.overview_of(uuids, progress)), progress)
        return self._noted(self._walk)

    def _noted(self, attempt: _Attempt) -> _Attempt:
        self._parts.append(attempt.progress)
        self._is_apart = attempt.worker is not self._whole
        return attempt

    def _unread(self) -> tuple[str, ...]:
        readings, gone = self._found()
        wanted = [*self._known, *(self._strangers - self._known.keys())]
        if self.holds.is_full:
            # One more question that hangs would be too many: only who answered lately is asked.
            wanted = [uuid for uuid in wanted if uuid in self._answered]
        return tuple(
            uuid for uuid in wanted if uuid not in self.holds and uuid not in readings and uuid not in gone
        )

    def _pursue(self, deadline_seconds: float) -> None:
        """Wait for the attempt under way; go on without whoever holds it up."""
        while (attempt := self._attempt) is not None:
            step = self._late_step(attempt.worker, attempt.call, attempt.progress, deadline_seconds)
            if attempt.call.is_done:
                if not attempt.progress.is_given_up:
                    return
                # An attempt of an earlier tick, which was in the way until now.
                self._attempt = self._ask_apart()
            elif step is None:
                return
            else:
                attempt.progress.is_given_up = True
                if step.uuid is not None:
                    self._hold(step.uuid, step.at_seconds, attempt.call)
                if self.holds.is_full:
                    self._attempt = None
                    return
                self._attempt = self._ask_apart()

    def _late_step(
        self, worker: Worker[Connection], call: Call[Any], progress: Progress, deadline_seconds: float
    ) -> Step | None:
        """Wait for the end of a call; return the question that is late, None at the end or the deadline."""
        while True:
            step, now = progress.step, time.monotonic()
            patience_seconds = None if step is None else self._patience_of(worker, step)
            if step is None or patience_seconds is None:
                # Nothing that a domain could explain: look again whether it has come to one.
                until_seconds = now + self._patience_seconds
            else:
                until_seconds = step.at_seconds + patience_seconds
            if call.wait_until(min(until_seconds, deadline_seconds)):
                return None
            if time.monotonic() >= deadline_seconds:
                return None
            if step is not None and patience_seconds is not None and progress.step == step:
                return step

    def _patience_of(self, worker: Worker[Connection], step: Step) -> float | None:
        """Return how long a question may be unanswered without being late; None: for ever."""
        if step.uuid is not None:
            return self._patience_seconds
        if worker is self._whole and self._known:
            # A call that always takes long is not late.
            return max(self._bulk_patience_seconds, 2 * self._bulk_seconds)
        return None

    def _hold(self, uuid: str, asked_at_seconds: float, call: Call[Any]) -> None:
        known = self._known.get(uuid)
        _log.warning("domain_held", domain_uuid=uuid, domain_name=known.name if known else None)
        self.holds.add(uuid, asked_at_seconds, call)
        if self._walk is not None and self._walk.call is call:
            self._walk = None

    def _give_up_if_hanging(self) -> None:
        """Ask for all once more where that has hung for very long without a held domain to explain it."""
        if self._bulk is None or self._bulk.call.is_done or self.holds or self._lost:
            return
        if time.monotonic() - self._bulk.call.at_seconds > _GIVE_UP_SECONDS:
            self._whole.leave()
            self._lost.append(self._whole)
            self._whole = self._new_worker()

    def _found(self) -> tuple[dict[str, DomainReading], set[str]]:
        """Return what the attempts of this tick have read so far, and who is gone."""
        # A copy first: an attempt that was given up may get its last answer at this moment.
        readings = {reading.uuid: reading for part in self._parts for reading in part.readings.copy()}
        return readings, {uuid for part in self._parts for uuid in part.gone.copy()}

    def _assembled(self) -> Overview:
        readings, gone = self._found()
        held_seconds = self.holds.seconds()
        domains = []
        for uuid, known in self._known.items():
            if uuid in readings:
                domains.append(readings[uuid])
            elif uuid not in gone:
                domains.append(_unanswered(known, self._judgement(held_seconds.get(uuid))))
        domains += [reading for uuid, reading in readings.items() if uuid not in self._known]
        self._known = {
            domain.uuid: readings.get(domain.uuid, self._known.get(domain.uuid, domain)) for domain in domains
        }
        self._answered = frozenset(readings)
        self._silent = tuple(self._known.keys() - self._answered)
        self._strangers -= self._known.keys() | gone
        return Overview(at_seconds=time.monotonic(), domains=domains)

    def _judgement(self, held_seconds: float | None) -> DomainJudgement:
        if held_seconds is not None:
            return held(held_seconds)
        if len(self.holds) >= HELD_CAP:
            return DomainJudgement("timed_out", f"not asked: {len(self.holds)} calls hang in libvirt")
        return DomainJudgement("timed_out", "libvirt has not answered for this VM in time")


def _unanswered(known: DomainReading, judgement: DomainJudgement) -> DomainReading:
    """Return a reading without figures of a domain that gave none; its state is the last one known."""
    return structs.replace(
        known,
        at_seconds=time.monotonic(),
        cpu_time_ns=None,
        memory_kib=None,
        maximum_memory_kib=None,
        vcpu_count=None,
        interfaces=(),
        outcome=judgement.outcome,
        trouble=judgement.reason,
    )
