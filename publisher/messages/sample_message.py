# SPDX-License-Identifier: Apache-2.0
"""The message of one tick: the batch is composed once the spool has given it its stamp."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from publisher.domains.sampler import HypervisorTick
from publisher.host.sampler import HostTick
from publisher.messages.message_body import sample_body
from publisher.spool import Message, Stamp
from publisher.version import VERSION
from publisher.wire.codec import SAMPLE_TYPE
from publisher.wire.samples import SCHEMA_VERSION, PublisherReport, SampleBatch
from publisher.wire.topics import sample_key


class TickReading(NamedTuple):
    """What one tick has read."""

    sampled_at: datetime
    host: HostTick
    hypervisor: HypervisorTick


def sample_message(
    reading: TickReading, *, host: str, tick_seconds: float, report: Callable[[Stamp], PublisherReport]
) -> Message:
    """Return the message of one tick; ``report`` is asked when the stamp is known."""

    def compose_body(stamp: Stamp) -> bytes:
        batch = compose_batch(
            reading, host=host, tick_seconds=tick_seconds, stamp=stamp, report=report(stamp)
        )
        return sample_body(batch)

    return Message(
        lane="sample",
        routing_key=sample_key(host),
        message_type=SAMPLE_TYPE,
        wall_seconds=int(reading.sampled_at.timestamp()),
        compose_body=compose_body,
    )


def compose_batch(
    reading: TickReading, *, host: str, tick_seconds: float, stamp: Stamp, report: PublisherReport
) -> SampleBatch:
    """Return the batch of one tick."""
    tick, hypervisor = reading.host, reading.hypervisor
    return SampleBatch(
        schema=SCHEMA_VERSION,
        host=host,
        epoch=stamp.ticket.epoch,
        sequence=stamp.ticket.sequence,
        boot_id=tick.boot_id,
        sampled_at=reading.sampled_at,
        tick_seconds=tick_seconds,
        interval_seconds=tick.interval_seconds,
        publisher_version=VERSION,
        identity=tick.identity,
        sample=tick.sample,
        disks=tick.disks,
        interfaces=tick.interfaces,
        filesystems=tick.filesystems,
        domains=hypervisor.domains,
        hypervisor=hypervisor.health,
        collectors=tick.collectors + hypervisor.collectors,
        publisher=report,
    )
