# SPDX-License-Identifier: Apache-2.0
"""The questions of the page of a host, and the types of their rows."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import HostEvent, JsonList, Query, SampleSpan


class HostNow(NamedTuple):
    """One host: what it is, how it was last, what its publisher says."""

    host_id: int
    host: str
    hostname: str | None
    kernel: str | None
    machine: str | None
    cpu_count: int | None
    tags: list[str]
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
    clock_offset_seconds: float | None
    clock_synchronised: bool | None
    clock_error_seconds: float | None
    spool_message_count: int | None
    collectors: JsonList | None


class HostDomain(NamedTuple):
    """One VM of a host at its newest sample."""

    uuid: str
    name: str
    title: str | None
    owner: str | None
    tags: list[str]
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
    # Hosts that report it as running too.
    contested_by: list[str] | None


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


class HostPercentiles(NamedTuple):
    """The 95th percentiles of one bucket of a host."""

    time_seconds: float
    cpu_busy_ratio_p95: float | None
    cpu_steal_ratio_p95: float | None
    memory_used_ratio_p95: float | None
    disk_latency_seconds_p95: float | None
    network_receive_bytes_per_second_p95: float | None
    network_transmit_bytes_per_second_p95: float | None


HOST_NOW = Query(__package__, "host_now", HostNow)
HOST_DOMAINS = Query(__package__, "host_domains", HostDomain)
HOST_EVENTS = Query(__package__, "host_events", HostEvent)
HOST_SPAN = Query(__package__, "host_span", SampleSpan)
HOST_SAMPLES_RAW = Query(__package__, "host_samples_raw", HostPoint)
HOST_SAMPLES_ROLLUP = Query(__package__, "host_samples_rollup", HostPoint)
HOST_PERCENTILES = Query(__package__, "host_percentiles", HostPercentiles)
