# SPDX-License-Identifier: Apache-2.0
"""Two samples a second apart and the one batch they make: what ``once`` prints. No broker, no spool."""

import threading
import time

from publisher.clock import SystemClock
from publisher.messages.sample_message import compose_batch
from publisher.process import domain_source, host_source
from publisher.sampler import NoDomains, read_once, resident_bytes
from publisher.settings import PublisherSettings
from publisher.spool import Stamp, Ticket
from publisher.wire.samples import PublisherReport, SampleBatch

APART_SECONDS = 1.0
# Half of it is what libvirt may take for each of the two samples.
LIBVIRT_SECONDS = 10.0
_NOWHERE = Stamp(Ticket("0" * 16, 0), ())


def sample_once(settings: PublisherSettings) -> SampleBatch:
    """Return a batch with rates over about a second; never raises for what a host lacks."""
    clock = SystemClock()
    started_at = clock.now()
    # However long libvirt takes in between, the two samples are not too far apart for rates.
    host = host_source(settings, tick_seconds=LIBVIRT_SECONDS)
    wanted = settings.hypervisor.uri != ""
    sampler = domain_source(settings, interval_seconds=LIBVIRT_SECONDS) if wanted else None
    domains = sampler or NoDomains()
    if sampler:
        sampler.start()
    try:
        began_seconds = time.monotonic()
        read_once(clock, host, domains)
        clock.wait(began_seconds + APART_SECONDS - time.monotonic(), threading.Event())
        reading = read_once(clock, host, domains)
    finally:
        host.close()
        if sampler:
            sampler.close()
    report = PublisherReport(
        started_at=started_at, spool_message_count=0, spool_bytes=0, resident_bytes=resident_bytes()
    )
    return compose_batch(
        reading, host=settings.host, tick_seconds=settings.interval_seconds, stamp=_NOWHERE, report=report
    )
