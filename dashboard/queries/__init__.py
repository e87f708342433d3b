# SPDX-License-Identifier: Apache-2.0
"""The questions that the pages ask: one .sql file each, with the type of its rows.

Field order is column order; a test compares each type with what the database answers.
"""

from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from typing import Any, Generic, NamedTuple, TypeVar

Row = TypeVar("Row")
# What jsonb gives: the element types are checked where they are drawn.
JsonList = list[dict[str, Any]]


class SchemaState(NamedTuple):
    """Whether anything was ever received."""

    host_count: int
    database_time: datetime


class GridHost(NamedTuple):
    """One host, as its node on the grid shows it."""

    host: str
    hostname: str | None
    cpu_count: int | None
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
    disk_busy_ratio: float | None
    cpu_temperature_celsius: float | None
    cpu_temperature_limit_celsius: float | None
    board_temperature_celsius: float | None
    hypervisor_state: str | None
    hypervisor_reason: str | None
    collectors: JsonList | None


class GridDomain(NamedTuple):
    """One VM, as the node of its host shows it."""

    uuid: str
    name: str
    sampled_at: datetime | None
    freshness: str
    state_name: str | None
    cpu_ratio: float | None
    vcpu_count: int | None


class GridDomains(NamedTuple):
    """The VMs of one host: a list per column, from ``uuids`` on of the first ones, which its node shows."""

    host: str
    state_names: list[str | None]
    freshnesses: list[str]
    uuids: list[str]
    names: list[str]
    sampled_ats: list[datetime | None]
    cpu_ratios: list[float | None]
    vcpu_counts: list[int | None]

    @property
    def total_count(self) -> int:
        """How many VMs there are, those that are not shown among them."""
        return len(self.state_names)

    def first(self) -> Iterator[GridDomain]:
        """Yield the VMs that are shown."""
        columns = (self.freshnesses, self.state_names, self.cpu_ratios, self.vcpu_counts)
        # The shortest lists end it.
        return map(GridDomain._make, zip(self.uuids, self.names, self.sampled_ats, *columns, strict=False))


NO_DOMAINS = GridDomains("", [], [], [], [], [], [], [])


class HostNow(NamedTuple):
    """One host: what it is, how it was last, what its publisher says."""

    host_id: int
    host: str
    hostname: str | None
    kernel: str | None
    machine: str | None
    cpu_count: int | None
    publisher_version: str | None
    first_seen_at: datetime
    sampled_at: datetime | None
    tick_seconds: float | None
    stale_at: datetime | None
    freshness: str
    is_catching_up: bool
    is_simulated: bool
    health_score: int | None
    health_state: str | None
    health_reasons: JsonList | None
    memory_total_bytes: int | None
    uptime_seconds: float | None
    load_1m: float | None
    load_5m: float | None
    load_15m: float | None
    hypervisor_state: str | None
    hypervisor_reason: str | None
    libvirt_version: str | None
    hypervisor_version: str | None
    lag_seconds: float | None
    spool_message_count: int | None
    collectors: JsonList | None


class HostDomain(NamedTuple):
    """One VM of a host at its newest sample."""

    uuid: str
    name: str
    title: str | None
    state_name: str | None
    state_reason_name: str | None
    sampled_at: datetime | None
    freshness: str
    cpu_cores: float | None
    cpu_ratio: float | None
    vcpu_count: int | None
    steal_ratio: float | None
    memory_assigned_bytes: int | None
    memory_used_bytes: int | None
    memory_resident_bytes: int | None
    memory_age_seconds: float | None
    block_read_bytes_per_second: float | None
    block_write_bytes_per_second: float | None
    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None
    outcome: str | None
    outcome_reason: str | None


class HostEvent(NamedTuple):
    """One thing that happened on a host."""

    time: datetime
    kind: str
    domain_name: str | None
    detail: str | None
    total_count: int


class HostSpan(NamedTuple):
    """The samples nearest to a range that has none."""

    before: datetime | None
    after: datetime | None


class HostPoint(NamedTuple):
    """One sample of a host, or the averages of one bucket with their bands."""

    time_seconds: float
    interval_seconds: float | None
    interval_seconds_max: float | None
    cpu_busy_ratio: float | None
    cpu_guest_ratio: float | None
    cpu_user_ratio: float | None
    cpu_system_ratio: float | None
    cpu_interrupt_ratio: float | None
    cpu_steal_ratio: float | None
    cpu_iowait_ratio: float | None
    memory_total_bytes: float | None
    memory_available_bytes: float | None
    memory_used_ratio: float | None
    memory_used_legacy_ratio: float | None
    swap_used_bytes: float | None
    disk_read_bytes_per_second: float | None
    disk_write_bytes_per_second: float | None
    disk_busy_ratio: float | None
    disk_latency_seconds: float | None
    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None
    pressure_cpu_some_ratio: float | None
    pressure_memory_some_ratio: float | None
    pressure_memory_full_ratio: float | None
    pressure_io_some_ratio: float | None
    pressure_io_full_ratio: float | None
    cpu_temperature_celsius: float | None
    board_temperature_celsius: float | None
    cpu_busy_ratio_min: float | None
    cpu_busy_ratio_max: float | None
    memory_available_bytes_min: float | None
    memory_available_bytes_max: float | None
    memory_used_ratio_min: float | None
    memory_used_ratio_max: float | None
    disk_read_bytes_per_second_min: float | None
    disk_read_bytes_per_second_max: float | None
    disk_write_bytes_per_second_min: float | None
    disk_write_bytes_per_second_max: float | None
    disk_busy_ratio_min: float | None
    disk_busy_ratio_max: float | None
    disk_latency_seconds_min: float | None
    disk_latency_seconds_max: float | None
    network_receive_bytes_per_second_min: float | None
    network_receive_bytes_per_second_max: float | None
    network_transmit_bytes_per_second_min: float | None
    network_transmit_bytes_per_second_max: float | None
    cpu_temperature_celsius_min: float | None
    cpu_temperature_celsius_max: float | None


class Query(NamedTuple, Generic[Row]):
    """A question: its file, and the type of its rows."""

    name: str
    row_type: type[Row]

    def text(self) -> str:
        """Return the SQL of the file."""
        return resources.files(__name__).joinpath(f"{self.name}.sql").read_text(encoding="utf-8")


SCHEMA_STATE = Query("schema_state", SchemaState)
GRID_HOSTS = Query("grid_hosts", GridHost)
GRID_DOMAINS = Query("grid_domains", GridDomains)
HOST_NOW = Query("host_now", HostNow)
HOST_DOMAINS = Query("host_domains", HostDomain)
HOST_EVENTS = Query("host_events", HostEvent)
HOST_SPAN = Query("host_span", HostSpan)
HOST_SAMPLES_RAW = Query("host_samples_raw", HostPoint)
HOST_SAMPLES_ROLLUP = Query("host_samples_rollup", HostPoint)

QUERIES: tuple[Query[Any], ...] = (
    SCHEMA_STATE,
    GRID_HOSTS,
    GRID_DOMAINS,
    HOST_NOW,
    HOST_DOMAINS,
    HOST_EVENTS,
    HOST_SPAN,
    HOST_SAMPLES_RAW,
    HOST_SAMPLES_ROLLUP,
)
