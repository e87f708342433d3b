# SPDX-License-Identifier: Apache-2.0
"""Rows as the database would give them, for tests without one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT
from dashboard.pages.fleet.queries import (
    CardDomain,
    CardDomains,
    DomainStates,
    FleetHost,
    SufferingDomain,
)
from dashboard.pages.host.coverage.queries import SampledReport
from dashboard.pages.host.queries import HostDomain, HostNow, HostPoint

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
GIB = 1024**3


def fleet_host(host: str = "hv1", **changes: Any) -> FleetHost:
    """Return a fresh, good host."""
    row = FleetHost(
        host=host,
        hostname=host,
        cpu_count=16,
        tags=[],
        sampled_at=NOW,
        stale_at=NOW + timedelta(seconds=50),
        freshness="fresh",
        is_catching_up=False,
        is_simulated=False,
        health_score=100,
        health_state="good",
        health_reasons=[],
        cpu_busy_ratio=0.42,
        memory_used_ratio=0.5,
        memory_total_bytes=64 * GIB,
        memory_available_bytes=32 * GIB,
        disk_busy_ratio=0.1,
        disk_bytes_per_second=1024.0**2,
        domain_vcpu_count=2,
        domain_memory_assigned_bytes=4 * GIB,
        domain_memory_resident_bytes=3 * GIB,
        cpu_temperature_celsius=54.0,
        cpu_temperature_limit_celsius=95.0,
        board_temperature_celsius=None,
        hypervisor_state="connected",
        hypervisor_reason=None,
        collectors=[],
    )
    return row._replace(**changes)


def card_domains(
    *domains: CardDomain, host: str = "hv1", shown_count: int = SHOWN_DOMAIN_COUNT
) -> CardDomains:
    """Return the VMs of a host as the database gives them."""
    first = domains[:shown_count]
    return CardDomains(
        host=host,
        state_names=[each.state_name for each in domains],
        freshnesses=[each.freshness for each in domains],
        contested_count=0,
        uuids=[each.uuid for each in first],
        names=[each.name for each in first],
        sampled_ats=[each.sampled_at for each in first],
        cpu_ratios=[each.cpu_ratio for each in first],
        vcpu_counts=[each.vcpu_count for each in first],
    )


def card_domain(name: str, **changes: Any) -> CardDomain:
    """Return a running VM at a quarter of its vCPUs."""
    row = CardDomain(
        uuid=f"uuid-of-{name}",
        name=name,
        sampled_at=NOW,
        freshness="fresh",
        state_name="running",
        cpu_ratio=0.25,
        vcpu_count=2,
    )
    return row._replace(**changes)


def domain_states(**counts: int) -> list[DomainStates]:
    """Return so many VMs in each state; underscores stand for spaces."""
    return [
        DomainStates(name.replace("_", " "), is_stale=False, domain_count=counts[name]) for name in counts
    ]


def suffering_domain(name: str = "web", **changes: Any) -> SufferingDomain:
    """Return a VM with nothing wrong yet."""
    row = SufferingDomain(
        uuid=f"uuid-of-{name}",
        name=name,
        host="hv1",
        is_crashed=False,
        is_paused_by_error=False,
        steal_ratio=None,
        block_latency_seconds=None,
        total_count=1,
    )
    return row._replace(**changes)


def host_now(**changes: object) -> HostNow:
    """Return a fresh host."""
    values: dict[str, object] = dict.fromkeys(HostNow._fields)
    values |= {
        "host_id": 7,
        "host": "hv1",
        "hostname": "hv1.example.org",
        "cpu_count": 16,
        "tags": [],
        "first_seen_at": datetime(2026, 1, 1, tzinfo=UTC),
        "sampled_at": NOW,
        "tick_seconds": 10.0,
        "stale_at": NOW + timedelta(seconds=50),
        "freshness": "fresh",
        "is_catching_up": False,
        "is_simulated": False,
        "health_score": 90,
        "health_state": "good",
        "health_reasons": [],
        "hypervisor_state": "connected",
        "collectors": [],
    }
    return HostNow(**(values | changes))  # type: ignore[arg-type]  # the fields are named above


def host_domain(name: str, **changes: object) -> HostDomain:
    """Return a running VM of which little is known."""
    values: dict[str, object] = dict.fromkeys(HostDomain._fields)
    values |= {
        "uuid": "u",
        "tags": [],
        "name": name,
        "sampled_at": NOW,
        "freshness": "fresh",
        "state_name": "running",
        "cpu_ratio": 0.25,
        "outcome": "ok",
    }
    return HostDomain(**(values | changes))  # type: ignore[arg-type]  # the fields are named above


def host_point(time_seconds: float, **changes: float | None) -> HostPoint:
    """Return a sample with a CPU split and memory, and nothing else."""
    values: dict[str, float | None] = dict.fromkeys(HostPoint._fields)
    values |= {
        "time_seconds": time_seconds,
        "cpu_busy_ratio": 0.5,
        "cpu_guest_ratio": 0.3,
        "cpu_user_ratio": 0.1,
        "cpu_system_ratio": 0.1,
        "memory_total_bytes": 64.0 * GIB,
        "memory_available_bytes": 32.0 * GIB,
        "memory_used_ratio": 0.5,
        "disk_busy_ratio": 0.0,
    }
    changes = {"interval_seconds_max": changes.get("interval_seconds")} | changes
    return HostPoint(**(values | changes))  # type: ignore[arg-type]  # the fields are named above


def sampled_report(time_seconds: float, **changes: object) -> SampledReport:
    """Return a sample that arrived at once, with all its VMs; its number is that of its tick of 10 s."""
    values: dict[str, object] = {
        "time_seconds": time_seconds,
        "interval_seconds": 10.0,
        "has_domains": True,
        "lacks_domains": False,
        "received_seconds": time_seconds + 0.1,
        "epoch": "e",
        "sequence": round(time_seconds / 10),
        "boot_id": "b",
        "cpu_seconds": time_seconds / 1000,
        "missed_tick_count": 0,
        "dropped_message_count": 0,
        "spool_message_count": 0,
        "hypervisor_state": "connected",
        "hypervisor_reason": None,
    }
    return SampledReport(**(values | changes))  # type: ignore[arg-type]  # the fields are named above
