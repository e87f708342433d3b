# SPDX-License-Identifier: Apache-2.0
"""The questions of the page of an alert, and the types of their rows."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import Query, SampleSpan


class AlertObject(NamedTuple):
    """The host or the VM that an alert is about, and when samples of it are expected."""

    host_id: int
    domain_id: int | None
    first_seen_at: datetime
    removed_at: datetime | None
    sampled_at: datetime | None
    freshness: str
    tick_seconds: float | None
    is_catching_up: bool


class AlertChange(NamedTuple):
    """One thing that became of an alert."""

    time: datetime
    kind: str
    severity: str
    value: float | None
    words: str


class Notification(NamedTuple):
    """One notification that an alert is a member of: sent, or not, and why."""

    time: datetime
    route: str
    channel: str
    kind: str
    group_name: str
    status: str
    because: str | None
    attempt_count: int
    next_attempt_at: datetime | None
    ended_at: datetime | None


class AlertPoint(NamedTuple):
    """One sample of a host or a VM, or the averages of one bucket with their bands."""

    time_seconds: float
    interval_seconds: float | None
    interval_seconds_max: float | None
    cpu_ratio: float | None
    steal_ratio: float | None
    memory_ratio: float | None
    latency_seconds: float | None
    cpu_pressure_ratio: float | None
    memory_pressure_ratio: float | None
    io_pressure_ratio: float | None
    cpu_ratio_min: float | None
    cpu_ratio_max: float | None
    steal_ratio_min: float | None
    steal_ratio_max: float | None
    latency_seconds_min: float | None
    latency_seconds_max: float | None


ALERT_OBJECT = Query(__package__, "alert_object", AlertObject)
ALERT_CHANGES = Query(__package__, "alert_changes", AlertChange)
ALERT_LEDGER = Query(__package__, "alert_ledger", Notification)
ALERT_HOST_RAW = Query(__package__, "alert_host_raw", AlertPoint)
ALERT_HOST_ROLLUP = Query(__package__, "alert_host_rollup", AlertPoint)
ALERT_HOST_SPAN = Query(__package__, "alert_host_span", SampleSpan)
ALERT_DOMAIN_RAW = Query(__package__, "alert_domain_raw", AlertPoint)
ALERT_DOMAIN_ROLLUP = Query(__package__, "alert_domain_rollup", AlertPoint)
ALERT_DOMAIN_SPAN = Query(__package__, "alert_domain_span", SampleSpan)
