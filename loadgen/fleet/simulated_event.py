# SPDX-License-Identifier: Apache-2.0
"""The events of a simulated host between two instants, as its publisher would send them. Pure."""

from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from loadgen.fleet.domain import DomainProfile, Identity
from loadgen.fleet.fleet import VERSION, Fleet
from loadgen.fleet.recurrence import Recurrence
from publisher.wire.samples import SCHEMA_VERSION, Event


class SimulatedEvent(NamedTuple):
    """One event of a host before it gets its number; ``domain`` is None for those of the host itself."""

    second: float
    kind: str
    detail: str | None = None
    domain: Identity | None = None


class _StretchEvents(NamedTuple):
    """Kind and detail of the events at the begin and at the end of a stretch of a VM's time."""

    at_begin: tuple[tuple[str, str], ...]
    at_end: tuple[tuple[str, str], ...]


_LIFE = _StretchEvents(
    at_begin=(("domain_defined", "added"), ("domain_started", "booted")),
    at_end=(("domain_stopped", "destroyed"), ("domain_undefined", "removed")),
)
_RESTART = _StretchEvents(
    at_begin=(("domain_shutdown", "finished after guest request"), ("domain_stopped", "shutdown")),
    at_end=(("domain_started", "booted"),),
)


def events_between(fleet: Fleet, ordinal: int, after: float, until: float) -> list[SimulatedEvent]:
    """Return, in order of time, the events that a host sends after one instant and not after another."""
    found = list(_of_host(fleet, ordinal, after, until))
    resting = {fleet.resting(ordinal, second) for second in (after, until)}
    # Most VMs only ever move, and only while their home is in maintenance.
    candidates = {
        profile.number: profile
        for profile in fleet.domains[ordinal]
        if ordinal in resting or profile.life is not None or profile.restart is not None
    }
    for second in (after, until):
        candidates |= {profile.number: profile for profile in fleet.visitors(ordinal, second)}
    for profile in candidates.values():
        found += _of_domain(fleet, profile, ordinal, after, until)
    duty = fleet.hosts[ordinal].duty
    # Nobody sends what happens while the host is down; its end is the first event after that.
    sent = [each for each in found if not duty.is_down(each.second)]
    return sorted(sent, key=attrgetter("second"))


def as_message(fleet: Fleet, ordinal: int, event: SimulatedEvent, sequence: int) -> Event:
    """Return the message about an event."""
    host, domain = fleet.hosts[ordinal], event.domain
    return Event(
        schema=SCHEMA_VERSION,
        host=host.host,
        epoch=fleet.epoch,
        sequence=sequence,
        boot_id=host.boot_id(event.second),
        occurred_at=fleet.clock(ordinal, event.second),
        publisher_version=VERSION,
        kind=event.kind,
        domain_uuid=domain.uuid if domain else None,
        domain_name=domain.name if domain else None,
        detail=event.detail,
    )


def _of_host(fleet: Fleet, ordinal: int, after: float, until: float) -> Iterator[SimulatedEvent]:
    duty = fleet.hosts[ordinal].duty
    if duty.restarts is not None:
        # The publisher's farewell comes just before the silence.
        for second in duty.restarts.begins(after + 1.0, until + 1.0):
            yield SimulatedEvent(second - 1.0, "publisher_stopping")
    for outage in (duty.restarts, duty.hangs):
        if outage is not None:
            for second in outage.ends(after, until):
                yield SimulatedEvent(second, "publisher_started", f"version {VERSION}")


def _of_domain(
    fleet: Fleet, profile: DomainProfile, ordinal: int, after: float, until: float
) -> Iterator[SimulatedEvent]:
    for second, kind, detail in (
        *_of_stretches(profile.life, _LIFE, after, until),
        *_of_stretches(profile.restart, _RESTART, after, until),
    ):
        if profile.host(second) == ordinal:
            yield SimulatedEvent(second, kind, detail, fleet.identity(profile, second))
    if profile.journey is not None:
        yield from _of_journey(fleet, profile, ordinal, after, until)


def _of_stretches(
    stretches: Recurrence | None, events: _StretchEvents, after: float, until: float
) -> Iterator[tuple[float, str, str]]:
    if stretches is None:
        return
    for second in stretches.begins(after, until):
        for kind, detail in events.at_begin:
            yield second, kind, detail
    for second in stretches.ends(after, until):
        for kind, detail in events.at_end:
            yield second, kind, detail


def _of_journey(
    fleet: Fleet, profile: DomainProfile, ordinal: int, after: float, until: float
) -> Iterator[SimulatedEvent]:
    assert profile.journey is not None  # noqa: S101 - the caller asked
    away = profile.journey.away
    moves = [(second, profile.home, profile.journey.host) for second in away.begins(after, until)]
    moves += [(second, profile.journey.host, profile.home) for second in away.ends(after, until)]
    for second, source, target in moves:
        if ordinal not in {source, target} or not profile.exists(second):
            continue
        kind = "domain_migration_departed" if ordinal == source else "domain_migration_arrived"
        yield SimulatedEvent(second, kind, "migrated", fleet.identity(profile, second))
