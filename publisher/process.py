# SPDX-License-Identifier: Apache-2.0
"""The publisher as a process: wires its threads, and ends them within ten seconds of SIGTERM or SIGINT.

Main thread: the ticks. Threads: the link, libvirt's calls and events, slow readers; all daemons, as a call
into libvirt may never return. A second signal ends the process at once: the spool is on disk.
"""

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from publisher.amqp import check_login
from publisher.amqp.link import Link
from publisher.announcer import Announcer
from publisher.clock import SystemClock
from publisher.collectors.identity import IdentityCollector
from publisher.domains.sampler import DomainSampler
from publisher.domains.watcher import EventWatcher
from publisher.host.sampler import UNKNOWN, HostSampler
from publisher.logs import Log
from publisher.notify import notify
from publisher.procfs import SourceError, SystemTree
from publisher.sampler import NoDomains, Sampler
from publisher.settings import PublisherSettings
from publisher.spool import Spool
from publisher.version import VERSION

DRAIN_SECONDS = 5.0
# Counted from the first signal: everything that ends in good order has ended by then.
LAST_SECONDS = 9.0


class Publisher:
    """All parts of a running publisher."""

    def __init__(self, settings: PublisherSettings) -> None:
        """Claim the spool; raise SettingsError or SpoolRefusedError before anything is started."""
        self._settings = settings
        self._log = Log("process")
        self._clock = SystemClock()
        self._stop = threading.Event()
        address = check_login(settings.broker, settings.host)
        self._spool = Spool(settings.spool.directory, settings.host, settings.spool.limits)
        self._announcer = Announcer(self._spool, settings.host, _boot_id(settings))
        self._link = Link(self._spool, settings.broker, settings.host)
        self._host_source = host_source(settings, tick_seconds=settings.interval_seconds)
        self._domains: DomainSampler | None = None
        self._watcher: EventWatcher | None = None
        if settings.hypervisor.uri != "":
            self._domains = domain_source(settings, interval_seconds=settings.interval_seconds)
            self._watcher = EventWatcher(
                uri=settings.hypervisor.uri,
                root=settings.sources.root,
                emit=self._announcer.pass_on,
                changed=self._domains.changed,
                devices_changed=self._domains.devices_changed,
            )
        self._log.info(
            "publisher_starting",
            version=VERSION,
            broker=address.endpoint,
            interval_seconds=settings.interval_seconds,
            waiting_message_count=self._spool.status().message_count,
        )

    def run(self) -> None:
        """Publish until a signal comes."""
        self._announcer.announce("publisher_started", self._clock.now(), detail=f"version {VERSION}")
        self._link.start()
        if self._domains and self._watcher:
            self._domains.start()
            self._watcher.start()
        sampler = Sampler(
            host=self._settings.host,
            interval_seconds=self._settings.interval_seconds,
            host_source=self._host_source,
            domain_source=self._domains or NoDomains(),
            spool=self._spool,
            announcer=self._announcer,
            clock=self._clock,
            after_tick=lambda: notify("WATCHDOG=1"),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        # It is an alarm, because a signal handler can set one without a lock. A thread that waits would cost
        # memory.
        signal.signal(signal.SIGALRM, lambda _number, _frame: leave(0))
        # What lives until the end need not be looked at by each collection of garbage.
        gc.collect()
        gc.freeze()
        notify("READY=1")
        sampler.run(self._stop)
        self._end()

    def _end(self) -> None:
        notify("STOPPING=1")
        if self._watcher:
            self._watcher.close()
        if self._domains:
            self._domains.close()
        self._host_source.close()
        self._announcer.announce("publisher_stopping", self._clock.now())
        empty = self._link.stop(DRAIN_SECONDS)
        waiting = self._spool.status().message_count
        self._spool.close()
        self._log.info("publisher_stopped", spool_is_empty=empty, waiting_message_count=waiting)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._stop.is_set():
            leave(0)
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)
        self._stop.set()


def host_source(settings: PublisherSettings, *, tick_seconds: float) -> HostSampler:
    """Return the sampler of the host that the settings describe."""
    return HostSampler(
        settings.sources.root,
        sensors=settings.temperatures,
        filesystems=settings.sources.filesystems,
        tags=settings.tags,
        tick_seconds=tick_seconds,
    )


def domain_source(settings: PublisherSettings, *, interval_seconds: float) -> DomainSampler:
    """Return the sampler of the domains that the settings describe."""
    return DomainSampler(
        uri=settings.hypervisor.uri, interval_seconds=interval_seconds, root=settings.sources.root
    )


def leave(status: int, flush: Callable[[], None] = logging.shutdown) -> NoReturn:
    """End the process now, whatever its threads do: one may hang inside libvirt for ever."""
    flush()
    os._exit(status)


def _boot_id(settings: PublisherSettings) -> str:
    tree = SystemTree(settings.sources.root)
    try:
        return IdentityCollector(tree).collect().reading.boot_id
    except SourceError:
        return UNKNOWN
    finally:
        tree.close()
