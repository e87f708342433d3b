# SPDX-License-Identifier: Apache-2.0
"""The hosts that a filter is true for: the question of the table of hosts, and of the map of the fleet."""

from datetime import datetime
from typing import NamedTuple

from dashboard.queries import JsonList, Query


class HostRow(NamedTuple):
    """One host that a filter is true for, as a table shows it."""

    host: str
    hostname: str
    is_simulated: bool
    tags: list[str]
    sampled_at: datetime | None
    stale_at: datetime | None
    freshness: str
    health_score: int | None
    health_state: str | None
    health_reasons: JsonList | None
    cpu_busy_ratio: float | None
    memory_used_ratio: float | None
    disk_busy_ratio: float | None
    cpu_temperature_celsius: float | None


HOSTS_QUERY = Query(__package__, "hosts", HostRow)
