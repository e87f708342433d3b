# SPDX-License-Identifier: Apache-2.0
"""The tick: host and domains once per interval, on the grid, into the spool.

No fault ends the loop. A source that fails leaves its part of the batch empty, with the reason. A spool that
fails costs this batch, which is counted. ``sampled_at`` is taken before the first call.
"""

import os
from collections.abc import Callable
from threading import Event as Flag
from typing import Protocol

from publisher.announcer import Announcer
from publisher.clock import Clock, SystemClock, TickGrid, phase_seconds
from publisher.domains.sampler import HypervisorTick
from publisher.errors import SpoolError
from publisher.host.sampler import HostTick
from publisher.logs import Log
from publisher.messages.sample_message import TickReading, sample_message
from publisher.spool import Spool, Stamp
from publisher.wire.samples import (
    NAME_CHARACTERS,
    CollectorHealth,
    HypervisorHealth,
    PublisherReport,
)


class HostSource(Protocol):
    """Gives the host's part of a batch; does not block."""

    def sample(self, at_monotonic_seconds: float) -> HostTick:
        """Return the host at this instant."""
        ...


class DomainSource(Protocol):
    """Gives the domains' part of a batch; ``finish`` returns by its own deadline."""

    def begin(self) -> None:
        """Start this tick's calls."""
        ...

    def finish(self) -> HypervisorTick:
        """Return what has arrived."""
        ...


class NoDomains:
    """The source of a host that has no VMs because its settings say so."""

    def begin(self) -> None:
        """Start nothing."""

    def finish(self) -> HypervisorTick:
        """Return no domains, and why."""
        reason = "the settings name no hypervisor: [hypervisor] uri is empty"
        return HypervisorTick(
            health=HypervisorHealth(state="absent", reason=reason), domains=[], collectors=[]
        )


def read_once(clock: Clock, host: HostSource, domains: DomainSource) -> TickReading:
    """Read host and domains side by side; the domains' calls run while the host is read."""
    sampled_at = clock.now()
    at_monotonic_seconds = clock.monotonic_seconds()
    failure = _attempt(domains.begin)
    host_tick = host.sample(at_monotonic_seconds)
    if failure is None:
        try:
            return TickReading(sampled_at, host_tick, domains.finish())
        except Exception as error:  # noqa: BLE001 - whatever libvirt did, the host's part goes out
            failure = error
    return TickReading(sampled_at, host_tick, _libvirt_failed(failure))


class Sampler:
    """The loop of ticks of one host."""

    def __init__(  # noqa: PLR0913 - the sources and the target of a tick, all named
        self,
        *,
        host: str,
        interval_seconds: float,
        host_source: HostSource,
        domain_source: DomainSource,
        spool: Spool,
        announcer: Announcer,
        clock: Clock | None = None,
        after_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._host = host
        self._interval_seconds = interval_seconds
        self._host_source = host_source
        self._domain_source = domain_source
        self._spool = spool
        self._announcer = announcer
        self._clock = clock or SystemClock()
        self._after_tick = after_tick
        self._log = Log("sampler")
        self._started_at = self._clock.now()
        self._grid = TickGrid(
            interval_seconds=interval_seconds,
            phase_seconds=phase_seconds(host, interval_seconds),
            clock=self._clock,
        )
        self._last_tick_seconds: float | None = None
        self._announced_set_aside_count = 0
        self._failing = False

    def run(self, stop: Flag) -> None:
        """Tick until ``stop`` is set."""
        while not self._clock.wait(self._grid.due_seconds - self._clock.monotonic_seconds(), stop):
            began_seconds = self._clock.monotonic_seconds()
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - one tick's failure must not end the process
                self._fail("tick_failed", error)
            else:
                self._failing = False
            ended_seconds = self._clock.monotonic_seconds()
            self._last_tick_seconds = ended_seconds - began_seconds
            self._grid.advance(ended_seconds)
            self._after_tick()

    def tick(self) -> None:
        """Read, spool one batch, announce what the reading tells."""
        reading = read_once(self._clock, self._host_source, self._domain_source)
        self._announcer.boot_id = reading.host.boot_id
        self._announce_set_aside()
        for event in reading.host.events:
            self._announcer.announce(
                event.kind, reading.sampled_at, detail=event.detail, attributes=event.attributes
            )
        self._spool.put(
            sample_message(reading, host=self._host, tick_seconds=self._interval_seconds, report=self._report)
        )

    def _report(self, stamp: Stamp) -> PublisherReport:
        status = self._spool.status()
        return PublisherReport(
            started_at=self._started_at,
            spool_message_count=status.message_count,
            spool_bytes=status.waiting_bytes,
            dropped_message_count=status.dropped_message_count,
            missed_tick_count=self._grid.missed_count,
            tick_work_seconds=_rounded(self._last_tick_seconds),
            cpu_seconds=_rounded(sum(os.times()[:2])),
            resident_bytes=resident_bytes(),
            dropped=list(stamp.dropped),
        )

    def _announce_set_aside(self) -> None:
        found = self._spool.set_aside()
        for aside in found[self._announced_set_aside_count :]:
            self._announcer.announce(
                "spool_set_aside", self._clock.now(), detail=aside.path.name, attributes=aside.numbers()
            )
        self._announced_set_aside_count = len(found)

    def _fail(self, event: str, error: Exception) -> None:
        """Log the first failure of a row of them in full; the later ones repeat it."""
        if isinstance(error, SpoolError):
            write = self._log.debug if self._failing else self._log.warning
            write(event, error=str(error))
        elif self._failing:
            self._log.debug(event, error=repr(error))
        else:
            self._log.failure(event, error)
        self._failing = True


def resident_bytes() -> int | None:
    """Return the resident memory of this process; None where /proc does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - a Path would cost more than the read
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return None


def _attempt(step: Callable[[], None]) -> Exception | None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - see read_once
        return error
    return None


def _libvirt_failed(error: Exception) -> HypervisorTick:
    reason = repr(error)[:NAME_CHARACTERS]
    health = CollectorHealth(name="domains", outcome="failed", duration_seconds=0.0, reason=reason)
    return HypervisorTick(
        health=HypervisorHealth(state="disconnected", reason=reason), domains=None, collectors=[health]
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
