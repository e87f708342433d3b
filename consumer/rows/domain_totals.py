# SPDX-License-Identifier: Apache-2.0
"""The VMs that a host reported, counted and added up. Pure.

A sum of which one part is not known is not known either: a VM that is busy has no figures. Numbers come from
outside, so that a sum may be larger than its column.
"""

from collections.abc import Sequence
from itertools import compress
from typing import Final, TypedDict

from publisher.wire.columns import DomainColumns

# virDomainState: one that is blocked waits for its host, and runs.
_RUNNING_STATES: Final = (1, 2)
_LARGEST_COUNT: Final = 2**31 - 1
_LARGEST_BYTES: Final = 2**63 - 1


class DomainTotals(TypedDict):
    """Fields of HostAssessment; all None where libvirt gave no answer."""

    domain_count: int | None
    domain_active_count: int | None
    domain_running_count: int | None
    domain_vcpu_count: int | None
    domain_memory_assigned_bytes: int | None
    domain_memory_resident_bytes: int | None


def domain_totals(domains: DomainColumns | None) -> DomainTotals:
    """Return the figures of a host about its VMs."""
    if domains is None:
        return DomainTotals(
            domain_count=None,
            domain_active_count=None,
            domain_running_count=None,
            domain_vcpu_count=None,
            domain_memory_assigned_bytes=None,
            domain_memory_resident_bytes=None,
        )
    # Libvirt also tells what a VM has that is off: what it would get.
    active_count, active = domains.active_count, None
    if active_count < len(domains.uuid):
        active = [libvirt_id is not None for libvirt_id in domains.libvirt_ids]
    states = domains.figures("state")
    return DomainTotals(
        domain_count=len(domains.uuid),
        domain_active_count=active_count,
        domain_running_count=sum(map(states.count, _RUNNING_STATES)),
        domain_vcpu_count=_sum(domains.figures("vcpu_count"), active, _LARGEST_COUNT),
        domain_memory_assigned_bytes=_sum(domains.figures("memory_assigned_bytes"), active, _LARGEST_BYTES),
        domain_memory_resident_bytes=_sum(domains.figures("memory_resident_bytes"), active, _LARGEST_BYTES),
    )


def _sum(values: Sequence[int | None], active: Sequence[bool] | None, largest: int) -> int | None:
    """Return the sum of the values of those that are active; ``active`` is None where all are."""
    known = list(values if active is None else compress(values, active))
    if None in known:
        return None
    total = sum(filter(None, known))
    return total if total <= largest else None
