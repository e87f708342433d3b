# SPDX-License-Identifier: Apache-2.0
"""Overcommit, and the loss of the largest host, by value: what is not known is left out and said."""

from typing import Any

import pytest

from dashboard.pages.fleet.capacity import (
    INCOMPLETE,
    LIBVIRT_SILENT,
    NO_LIBVIRT,
    SILENT,
    capacities,
    cpu_overcommit,
    loss_by_assignment,
    loss_by_residence,
    memory_overcommit,
)
from dashboard.pages.fleet.overview import capacity, load
from dashboard.pages.fleet.queries import DomainTotals, FleetHost
from dashboard.parts.markup import texts
from tests.unit.dashboard.rows import GIB, domain_totals, fleet_host


def given(host: str, vcpus: int, assigned: int, resident: int) -> DomainTotals:
    """Return what the VMs of a host were given: vCPUs and GiB."""
    return domain_totals(host, vcpu_count=vcpus, assigned_bytes=assigned * GIB, resident_bytes=resident * GIB)


def having(host: str, cpus: int, total: int, available: int) -> FleetHost:
    """Return a host with so many CPUs and GiB."""
    return fleet_host(
        host, cpu_count=cpus, memory_total_bytes=total * GIB, memory_available_bytes=available * GIB
    )


def words(hosts: list[FleetHost], totals: list[DomainTotals]) -> str:
    """Return what the page says of them."""
    trees = [*load(hosts).values(), capacity(capacities(hosts, totals))]
    return " ".join(" ".join(map(texts, trees)).replace("\u00a0", " ").split())


def test_a_fleet_whose_figures_are_all_known() -> None:
    """Sums are those of all hosts; the largest host is the one whose loss asks most of the others."""
    hosts = [having("a", 16, 64, 30), having("b", 16, 64, 40), having("c", 32, 128, 60)]
    totals = [given("a", 24, 40, 30), given("b", 8, 16, 12), given("c", 64, 96, 64)]
    found = capacities(hosts, totals)
    assert (96, 64, 1.5) == (*cpu_overcommit(found)[:2], cpu_overcommit(found).ratio)
    assert (152 * GIB, 256 * GIB) == memory_overcommit(found)[:2]
    resident, assigned = loss_by_residence(found), loss_by_assignment(found)
    assert resident is not None
    assert assigned is not None
    assert ("c", 64 * GIB, 70 * GIB, 0) == (*resident[:3], resident.lacking_bytes)
    # a has 24 GiB that were given to none, b 48; c needs 96.
    assert ("c", 96 * GIB, 72 * GIB, 24 * GIB) == (*assigned[:3], assigned.lacking_bytes)
    said = words(hosts, totals)
    assert "1.50 × CPU 96 vCPUs of running VMs on 64 CPUs 0.59 × memory" in said
    assert "fits for c : what its VMs take now is 64 GiB, the others have 70 GiB available" in said
    assert "lacks 24 GiB for c : all that its VMs may use is 96 GiB" in said
    assert " hosts:" not in said


def test_a_host_that_is_given_away_twice_has_no_room() -> None:
    """Its room is nothing, and not less: it takes none away from the others."""
    hosts = [having("a", 1, 10, 5), having("b", 1, 10, 5)]
    loss = loss_by_assignment(capacities(hosts, [given("a", 1, 30, 5), given("b", 1, 4, 4)]))
    assert loss is not None
    assert ("a", 30 * GIB, 6 * GIB) == loss[:3]


@pytest.mark.parametrize(
    ("host", "changes", "reason"),
    [
        (fleet_host("z", freshness="stale"), {}, SILENT),
        (fleet_host("z", hypervisor_state="absent"), {}, NO_LIBVIRT),
        (fleet_host("z", hypervisor_state="disconnected"), {}, LIBVIRT_SILENT),
        (fleet_host("z"), {"stale_count": 1}, LIBVIRT_SILENT),
        (fleet_host("z", cpu_count=None), {}, INCOMPLETE),
        (fleet_host("z"), {"vcpu_unknown_count": 1}, INCOMPLETE),
    ],
)
def test_what_is_not_known_is_left_out_and_said(
    host: FleetHost, changes: dict[str, Any], reason: str
) -> None:
    """A host is in a sum with all of its figures or with none of them."""
    hosts = [having("a", 16, 64, 30), host]
    totals = [given("a", 24, 40, 30), domain_totals("z", **changes)]
    found = cpu_overcommit(capacities(hosts, totals))
    assert (24, 16, 1, 2) == (found.given, found.had, *found.covered[:2])
    assert {reason: 1} == found.covered.left_out
    assert f"1 of 2 hosts: 1 {reason}" in words(hosts, totals)


def test_without_two_known_hosts_there_is_no_verdict() -> None:
    """Nothing of which nothing is known is said to fit."""
    assert loss_by_residence(capacities([fleet_host("a")], [domain_totals("a")])) is None
    stale = [fleet_host("a", freshness="stale"), fleet_host("b", freshness="stale")]
    said = words(stale, [])
    assert 2 == said.count("n/a for")
    assert "CPU n/a no figure of any of 2 hosts" in said
    assert 2 == said.count("no host has all figures for it")
    assert "fits" not in said


def test_a_host_without_vms_has_room() -> None:
    """A host that lists none was given away not at all."""
    loss = loss_by_assignment(
        capacities([having("a", 1, 64, 60), having("b", 1, 32, 30)], [given("b", 1, 8, 2)])
    )
    assert loss is not None
    assert ("a", 0, 24 * GIB) == loss[:3]
