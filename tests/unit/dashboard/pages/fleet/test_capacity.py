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
from dashboard.pages.fleet.queries import FleetHost
from dashboard.parts.markup import texts
from tests.unit.dashboard.rows import GIB, fleet_host


def having(host: str, cpus: tuple[int, int], memory: tuple[int, int, int, int]) -> FleetHost:
    """Return a host: its CPUs and the vCPUs on them; GiB in total, available, assigned and resident."""
    total, available, assigned, resident = (each * GIB for each in memory)
    return fleet_host(
        host,
        cpu_count=cpus[0],
        domain_vcpu_count=cpus[1],
        memory_total_bytes=total,
        memory_available_bytes=available,
        domain_memory_assigned_bytes=assigned,
        domain_memory_resident_bytes=resident,
    )


def words(hosts: list[FleetHost]) -> str:
    """Return what the page says of them."""
    trees = [*load(hosts).values(), capacity(capacities(hosts))]
    return " ".join(" ".join(map(texts, trees)).replace("\u00a0", " ").split())


def test_a_fleet_whose_figures_are_all_known() -> None:
    """Sums are those of all hosts; the largest host is the one whose loss asks most of the others."""
    hosts = [
        having("a", (16, 24), (64, 30, 40, 30)),
        having("b", (16, 8), (64, 40, 16, 12)),
        having("c", (32, 64), (128, 60, 96, 64)),
    ]
    found = capacities(hosts)
    assert (96, 64, 1.5) == (*cpu_overcommit(found)[:2], cpu_overcommit(found).ratio)
    assert (152 * GIB, 256 * GIB) == memory_overcommit(found)[:2]
    resident, assigned = loss_by_residence(found), loss_by_assignment(found)
    assert resident is not None
    assert assigned is not None
    assert ("c", 64 * GIB, 70 * GIB, 0) == (*resident[:3], resident.lacking_bytes)
    # a has 24 GiB that were given to none, b 48; c needs 96.
    assert ("c", 96 * GIB, 72 * GIB, 24 * GIB) == (*assigned[:3], assigned.lacking_bytes)
    said = words(hosts)
    assert "1.50 × CPU 96 vCPUs of VMs that are not off, on 64 CPUs 0.59 × memory" in said
    assert "fits for c : what its VMs take now is 64 GiB, the others have 70 GiB available" in said
    assert "lacks 24 GiB for c : all that its VMs may use is 96 GiB" in said
    assert " hosts:" not in said


def test_a_host_that_is_given_away_twice_has_no_room() -> None:
    """Its room is nothing, and not less: it takes none away from the others."""
    hosts = [having("a", (1, 1), (10, 5, 30, 5)), having("b", (1, 1), (10, 5, 4, 4))]
    loss = loss_by_assignment(capacities(hosts))
    assert loss is not None
    assert ("a", 30 * GIB, 6 * GIB) == loss[:3]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"freshness": "stale"}, SILENT),
        ({"hypervisor_state": "absent", "domain_vcpu_count": None}, NO_LIBVIRT),
        ({"hypervisor_state": "disconnected"}, LIBVIRT_SILENT),
        ({"cpu_count": None}, INCOMPLETE),
        ({"domain_vcpu_count": None}, INCOMPLETE),
    ],
)
def test_what_is_not_known_is_left_out_and_said(changes: dict[str, Any], reason: str) -> None:
    """A host is in a sum with all of its figures or with none of them."""
    hosts = [having("a", (16, 24), (64, 30, 40, 30)), fleet_host("z", **changes)]
    found = cpu_overcommit(capacities(hosts))
    assert (24, 16, 1, 2) == (found.given, found.had, *found.covered[:2])
    assert {reason: 1} == found.covered.left_out
    assert f"1 of 2 hosts: 1 {reason}" in words(hosts)


def test_without_two_known_hosts_there_is_no_verdict() -> None:
    """Nothing of which nothing is known is said to fit."""
    assert loss_by_residence(capacities([fleet_host("a")])) is None
    said = words([fleet_host("a", freshness="stale"), fleet_host("b", freshness="stale")])
    assert 2 == said.count("n/a for")
    assert "CPU n/a no figure of any of 2 hosts" in said
    assert 2 == said.count("no host has all figures for it")
    assert "fits" not in said


def test_a_host_without_vms_has_room() -> None:
    """A host that lists none was given away not at all."""
    hosts = [having("a", (1, 0), (64, 60, 0, 0)), having("b", (1, 1), (32, 30, 8, 2))]
    loss = loss_by_assignment(capacities(hosts))
    assert loss is not None
    assert ("a", 0, 24 * GIB) == loss[:3]
