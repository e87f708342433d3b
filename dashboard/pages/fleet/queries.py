# SPDX-License-Identifier: Apache-2.0
"""The questions of the page Fleet, and the types of their rows."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from dashboard.queries import HostEvent, JsonList, Query


class FleetHost(NamedTuple):
    """One host, as its card or its cell shows it."""

    host: str
    hostname: str | None
    cpu_count: int | None
    tags: list[str]
    sampled_at: datetime | None
    stale_at: datetime | None
    freshness: str
    is_catching_up: bool
    is_simulated: bool
    health_score: int | None
    health_state: str | None
    health_reasons: JsonList | None
    cpu_busy_ratio: float | None
    memory_used_ratio: float | None
    memory_total_bytes: int | None
    memory_available_bytes: int | None
    disk_busy_ratio: float | None
    disk_bytes_per_second: float | None
    # Of its VMs that are not off.
    domain_vcpu_count: int | None
    domain_memory_assigned_bytes: int | None
    domain_memory_resident_bytes: int | None
    cpu_temperature_celsius: float | None
    cpu_temperature_limit_celsius: float | None
    board_temperature_celsius: float | None
    hypervisor_state: str | None
    hypervisor_reason: str | None
    collectors: JsonList | None

    @property
    def state(self) -> str:
        """The one word that a host is counted under, as the filter ``state:`` has it.

        Of one that never sent a sample nothing is known.
        """
        if self.freshness == "stale":
            return "unknown" if self.sampled_at is None else "stale"
        return self.health_state or "unknown"


class DomainStates(NamedTuple):
    """How many VMs were in one state when they were seen last; ``is_stale`` is what is old by now."""

    state_name: str | None
    is_stale: bool
    domain_count: int


class SufferingDomain(NamedTuple):
    """A VM that suffers; ``steal_ratio`` and ``block_latency_seconds`` are None where they are bearable."""

    uuid: str
    name: str
    host: str
    is_crashed: bool
    is_paused_by_error: bool
    steal_ratio: float | None
    block_latency_seconds: float | None
    total_count: int


class FleetPoint(NamedTuple):
    """The load of all hosts that reported in 5 minutes."""

    time_seconds: float
    cpu_busy_ratio: float | None
    memory_used_ratio: float | None
    disk_bytes_per_second: float | None


class CardDomain(NamedTuple):
    """One VM, as the card of its host shows it."""

    uuid: str
    name: str
    sampled_at: datetime | None
    freshness: str
    state_name: str | None
    cpu_ratio: float | None
    vcpu_count: int | None


class CardDomains(NamedTuple):
    """The VMs of one host: a list per column, from ``uuids`` on of the first ones, which its card shows."""

    host: str
    state_names: list[str | None]
    freshnesses: list[str]
    # How many another host reports as running too.
    contested_count: int
    uuids: list[str]
    names: list[str]
    sampled_ats: list[datetime | None]
    cpu_ratios: list[float | None]
    vcpu_counts: list[int | None]

    @property
    def total_count(self) -> int:
        """How many VMs there are, those that are not shown among them."""
        return len(self.state_names)

    def first(self) -> Iterator[CardDomain]:
        """Yield the VMs that are shown."""
        columns = (self.freshnesses, self.state_names, self.cpu_ratios, self.vcpu_counts)
        # The shortest lists end it.
        return map(CardDomain._make, zip(self.uuids, self.names, self.sampled_ats, *columns, strict=False))


NO_DOMAINS = CardDomains("", [], [], 0, [], [], [], [], [])

FLEET_HOSTS = Query(__package__, "fleet_hosts", FleetHost)
CARD_DOMAINS = Query(__package__, "card_domains", CardDomains)
DOMAIN_STATES = Query(__package__, "domain_states", DomainStates)
SUFFERING_DOMAINS = Query(__package__, "suffering_domains", SufferingDomain)
FLEET_EVENTS = Query(__package__, "fleet_events", HostEvent)
FLEET_DAY = Query(__package__, "fleet_day", FleetPoint)
