# SPDX-License-Identifier: Apache-2.0
"""The domains of this host, sampled once a tick through libvirt without ever waiting for a stuck one.

Once a tick the owner calls ``begin()``, which returns at once. It lets the host collectors run and calls
``finish()``. That returns by half an interval after ``begin``, at the latest after five seconds, whatever
libvirt does. ``sample()`` does both. All three belong to one thread; ``changed()`` and ``devices_changed()``
may be called from any: give them to EventWatcher. All libvirt calls run on daemon threads
(publisher.domains.worker). After ``close()`` one may still hang inside libvirt, so the process must not wait
for threads.
"""

import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from publisher.domains.descriptions import Descriptions
from publisher.domains.details import Details, DetailTier
from publisher.domains.device_changes import DeviceChanges
from publisher.domains.judgements import clipped, detail_health, judge
from publisher.domains.overviews import OverviewRound, OverviewTier
from publisher.domains.reports import ReadingHistory
from publisher.hypervisor.connection import Connection
from publisher.hypervisor.presence import absence
from publisher.hypervisor.readings import Overview
from publisher.logs import Log
from publisher.wire.samples import (
    CollectorHealth,
    CollectorOutcome,
    DomainReport,
    HypervisorHealth,
    HypervisorState,
)

# A process that is to stop waits for the tick it is in. So a tick is short, however long the interval is.
LONGEST_WAIT_SECONDS = 5.0

_log = Log("hypervisor")


class HypervisorTick(Struct, frozen=True, kw_only=True):
    """What libvirt said at one tick.

    ``domains`` is None when libvirt could not be asked, [] on a host without libvirt.
    """

    health: HypervisorHealth
    domains: list[DomainReport] | None
    collectors: list[CollectorHealth]


class DomainSampler:
    """Samples all domains once a tick; see the module for its rules."""

    def __init__(
        self,
        *,
        uri: str | None,
        interval_seconds: float,
        root: Path = Path("/"),
        open_connection: Callable[[], Connection] | None = None,
        wall_clock_seconds: Callable[[], float] = time.time,
    ) -> None:
        """`uri` None means the system daemon (qemu:///system) of the host below ``root``, if it has one."""
        self._uri = uri
        self._root = root
        self._limit_seconds = min(interval_seconds / 2, LONGEST_WAIT_SECONDS)
        open_connection = open_connection or (lambda: Connection.open(uri))
        self._wall_clock_seconds = wall_clock_seconds
        self._device_changes = DeviceChanges()
        self._descriptions = Descriptions(open_connection, self._device_changes)
        self._history = ReadingHistory(
            interval_seconds=interval_seconds,
            descriptions=self._descriptions,
            device_changes=self._device_changes,
        )
        self._overviews = OverviewTier(open_connection, limit_seconds=self._limit_seconds)
        self._details = DetailTier(open_connection, self._overviews.silent)
        # Domains that somebody else held at the last tick.
        self._held: frozenset[str] = frozenset()
        self._begun_at_seconds = 0.0
        self._absence: str | None = None
        self._state: HypervisorState | None = None

    def start(self) -> None:
        """Say whether this host has libvirt; worker threads start with the first tick. Never blocks."""
        self._absence = absence(self._uri, self._root)
        if self._absence is not None:
            _log.info("hypervisor_absent", reason=self._absence)

    def begin(self) -> None:
        """Start this tick's calls, except those whose predecessor is still outstanding."""
        self._begun_at_seconds = time.monotonic()
        if self._state is None or self._state == "absent":
            self._absence = absence(self._uri, self._root)
            if self._absence is not None:
                return
        self._overviews.begin()
        self._details.begin()

    def finish(self) -> HypervisorTick:
        """Return what arrived by the deadline."""
        deadline_seconds = self._begun_at_seconds + self._limit_seconds
        if self._absence is not None:
            return self._absent_tick(self._absence)
        taken = self._overviews.collect(deadline_seconds)
        overview = taken.overview
        if overview is None:
            return self._disconnected_tick(taken)
        self._notice("connected", None)
        self._descriptions.refresh(
            overview.domains,
            # No more than half of what is left: the details come first.
            deadline_seconds=(time.monotonic() + deadline_seconds) / 2,
            avoided=self._details.stalls.keys() | self._held | self._overviews.silent().keys(),
        )
        active = [domain.uuid for domain in overview.domains if domain.libvirt_id is not None]
        details = self._details.collect(
            deadline_seconds=deadline_seconds,
            active=active,
            is_apart=taken.is_apart,
            controls=lambda uuids: self._overviews.controls(uuids, deadline_seconds),
        )
        return HypervisorTick(
            health=self._health("connected", None),
            domains=self._reports(overview, details, deadline_seconds),
            collectors=[
                CollectorHealth(name="domains", duration_seconds=round(taken.duration_seconds, 6)),
                detail_health(details),
            ],
        )

    def sample(self) -> HypervisorTick:
        """``begin`` and ``finish`` in one."""
        self.begin()
        return self.finish()

    def changed(self, domain_uuid: str | None) -> None:
        """Read the description of a domain (None: of all) again at the next tick; for any thread."""
        self._descriptions.changed(domain_uuid)
        if domain_uuid is not None:
            self._overviews.announce(domain_uuid)

    def devices_changed(self, domain_uuid: str | None) -> None:
        """Compare no device of a domain (None: of any) with what was read before; for any thread."""
        self._device_changes.note(domain_uuid)

    def close(self) -> None:
        """Give up; returns at once, also when a call hangs."""
        self._overviews.leave()
        self._details.leave()
        self._descriptions.leave()

    def _reports(self, overview: Overview, details: Details, deadline_seconds: float) -> list[DomainReport]:
        readings = details.readings
        incomplete = [uuid for uuid, detail in readings.items() if detail.missing] if readings else []
        controls = self._overviews.controls(tuple(incomplete), deadline_seconds) or {}
        self._held = frozenset(
            uuid for uuid, control in controls.items() if control.state in ("occupied", "job")
        )
        wall_clock_seconds = self._wall_clock_seconds()
        self._history.begin_tick(overview, readings or {})
        reports = []
        for domain in overview.domains:
            detail = readings.get(domain.uuid) if readings is not None else None
            judgement = judge(
                domain,
                detail,
                details,
                stall=self._details.stalls.get(domain.uuid),
                control=controls.get(domain.uuid),
            )
            reports.append(
                self._history.report(domain, detail, judgement, wall_clock_seconds=wall_clock_seconds)
            )
        return reports

    def _health(self, state: HypervisorState, reason: str | None) -> HypervisorHealth:
        libvirt, hypervisor = self._details.versions if state == "connected" else (None, None)
        return HypervisorHealth(
            state=state,
            reason=clipped(reason),
            libvirt_version=libvirt,
            hypervisor_version=hypervisor,
            abandoned_call_count=self._overviews.abandoned_count
            + self._details.abandoned_count
            + self._descriptions.abandoned_count,
        )

    def _absent_tick(self, reason: str) -> HypervisorTick:
        self._notice("absent", reason)
        return HypervisorTick(
            health=self._health("absent", reason),
            domains=[],
            collectors=_both("unavailable", reason, 0.0),
        )

    def _disconnected_tick(self, taken: OverviewRound) -> HypervisorTick:
        reason = taken.failure or f"libvirt has not answered for {taken.duration_seconds:.0f} s"
        self._notice("disconnected", reason)
        outcome: CollectorOutcome = "failed" if taken.failure else "slow"
        return HypervisorTick(
            health=self._health("disconnected", reason),
            domains=None,
            collectors=_both(outcome, reason, taken.duration_seconds),
        )

    def _notice(self, state: HypervisorState, reason: str | None) -> None:
        """Log a change of the connection, once."""
        if state == self._state:
            return
        self._state = state
        if state == "connected":
            _log.info("hypervisor_connected", uri=self._uri)
        elif state == "disconnected":
            _log.warning("hypervisor_disconnected", uri=self._uri, reason=reason)


def _both(outcome: CollectorOutcome, reason: str, duration_seconds: float) -> list[CollectorHealth]:
    return [
        CollectorHealth(
            name=name, outcome=outcome, duration_seconds=round(duration_seconds, 6), reason=clipped(reason)
        )
        for name in ("domains", "domain_details")
    ]
