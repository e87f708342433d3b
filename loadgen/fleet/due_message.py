# SPDX-License-Identifier: Apache-2.0
"""The messages of a fleet in the order in which they are sent: samples and events, numbered per host. Pure.

A host numbers its samples and events together, as a publisher does. The numbers have no gap: a host that is
down sends nothing and counts nothing.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from loadgen.fleet.fleet import Fleet
from loadgen.fleet.schedule import Turn
from loadgen.fleet.simulated_event import as_message, events_between
from publisher.wire.samples import Event, SampleBatch

# Descriptions go with the first sample and then every so many, as a publisher that was restarted sends them.
_DESCRIBED_EVERY = 360


class DueMessage(NamedTuple):
    """One message and when it is due, in seconds since 1970."""

    second: float
    message: SampleBatch | Event


def due_messages(fleet: Fleet, turns: Iterable[Turn], since: float) -> Iterator[DueMessage]:
    """Yield the messages of these turns, with what happened after ``since``."""
    host_count = fleet.shape.host_count
    sequences = [0] * host_count
    sample_counts = [0] * host_count
    sent_until = [since] * host_count
    for ordinal, second, tick_seconds in turns:
        after, sent_until[ordinal] = sent_until[ordinal], second
        if fleet.shape.eventful:
            for event in events_between(fleet, ordinal, after, second):
                sequences[ordinal] += 1
                yield DueMessage(second, as_message(fleet, ordinal, event, sequences[ordinal]))
            if fleet.hosts[ordinal].duty.is_down(second):
                continue
        described = sample_counts[ordinal] % _DESCRIBED_EVERY == 0
        sequences[ordinal] += 1
        sample_counts[ordinal] += 1
        yield DueMessage(
            second,
            fleet.batch(ordinal, second, sequences[ordinal], described=described, tick_seconds=tick_seconds),
        )
