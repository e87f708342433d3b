# SPDX-License-Identifier: Apache-2.0
"""How far the fleet is given away, and whether it bears the loss of its largest host. Pure.

A host whose figures are not all known is left out of a sum, with all that it has: its CPUs without the vCPUs
on them would make the fleet look emptier than it is. What is left out is said beside the sum.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from dashboard.pages.fleet.queries import FleetHost

SILENT = "silent"
NO_LIBVIRT = "without libvirt"
LIBVIRT_SILENT = "with a libvirt that does not answer"
INCOMPLETE = "with figures missing"


class HostCapacity(NamedTuple):
    """What a host has and what its VMs were given: None where that is not known, with the reason."""

    host: str
    cpu_count: int | None
    vcpu_count: int | None
    memory_total_bytes: int | None
    memory_available_bytes: int | None
    assigned_bytes: int | None
    resident_bytes: int | None
    # Why nothing is known of its VMs.
    unknown_because: str | None = None


class Covered(NamedTuple):
    """How many of all hosts a sum is of, and why others are not among them, by reason."""

    host_count: int
    total_count: int
    left_out: Counter[str]

    @property
    def is_whole(self) -> bool:
        """Whether no host is left out."""
        return not self.left_out


class Overcommit(NamedTuple):
    """What VMs were given, and what their hosts have, in one unit."""

    given: int
    had: int
    covered: Covered

    @property
    def ratio(self) -> float | None:
        """How many times what there is was given; None where there is nothing."""
        return self.given / self.had if self.had else None


class Loss(NamedTuple):
    """What the loss of a host asks of the others: the memory of its VMs; and the room that they have."""

    host: str
    needed_bytes: int
    room_bytes: int
    covered: Covered

    @property
    def lacking_bytes(self) -> int:
        """How much the others lack, 0 if it fits."""
        return max(0, self.needed_bytes - self.room_bytes)


def capacities(hosts: Iterable[FleetHost]) -> list[HostCapacity]:
    """Return what is known of each host."""
    return [_capacity(host) for host in hosts]


def cpu_overcommit(hosts: Sequence[HostCapacity]) -> Overcommit:
    """Return the vCPUs of the VMs that are not off, and the CPUs."""
    return _overcommit(hosts, lambda host: (host.vcpu_count, host.cpu_count))


def memory_overcommit(hosts: Sequence[HostCapacity]) -> Overcommit:
    """Return the bytes that VMs which are not off may use, and the bytes of their hosts."""
    return _overcommit(hosts, lambda host: (host.assigned_bytes, host.memory_total_bytes))


def loss_by_residence(hosts: Sequence[HostCapacity]) -> Loss | None:
    """Return the loss by what the VMs take now and what is available; None without two known hosts."""
    return _loss(hosts, lambda host: (host.resident_bytes, host.memory_available_bytes))


def loss_by_assignment(hosts: Sequence[HostCapacity]) -> Loss | None:
    """Return the loss by what the VMs may use, and what was given to none; None without two known hosts."""

    def figures(host: HostCapacity) -> tuple[int | None, int | None]:
        if host.assigned_bytes is None or host.memory_total_bytes is None:
            return None, None
        # A host that is given away more than once has no room.
        return host.assigned_bytes, max(0, host.memory_total_bytes - host.assigned_bytes)

    return _loss(hosts, figures)


def _capacity(host: FleetHost) -> HostCapacity:
    if host.freshness == "stale":
        return HostCapacity(host.host, None, None, None, None, None, None, SILENT)
    because = {"absent": NO_LIBVIRT, "disconnected": LIBVIRT_SILENT}.get(host.hypervisor_state or "")
    return HostCapacity(
        host.host,
        host.cpu_count,
        host.domain_vcpu_count if because is None else None,
        host.memory_total_bytes,
        host.memory_available_bytes,
        host.domain_memory_assigned_bytes if because is None else None,
        host.domain_memory_resident_bytes if because is None else None,
        because,
    )


_Figures = Callable[[HostCapacity], tuple[int | None, int | None]]


def _known(
    hosts: Sequence[HostCapacity], figures: _Figures
) -> tuple[list[tuple[HostCapacity, int, int]], Covered]:
    """Return the hosts that have both figures, with them, and what is left out."""
    known, left_out = [], Counter[str]()
    for host in hosts:
        first, second = figures(host)
        if first is None or second is None:
            left_out[host.unknown_because or INCOMPLETE] += 1
        else:
            known.append((host, first, second))
    return known, Covered(len(known), len(hosts), left_out)


def _overcommit(hosts: Sequence[HostCapacity], figures: _Figures) -> Overcommit:
    known, covered = _known(hosts, figures)
    return Overcommit(sum(given for _, given, _ in known), sum(had for _, _, had in known), covered)


def _loss(hosts: Sequence[HostCapacity], figures: _Figures) -> Loss | None:
    known, covered = _known(hosts, figures)
    if len(known) < 2:  # noqa: PLR2004 - one host that is lost, and another
        return None
    # With its VMs go to the others, and its own room is gone: the one with most of both is the worst to lose.
    lost, needed, room = max(known, key=lambda each: (each[1] + each[2], each[1]))
    return Loss(lost.host, needed, sum(each for _, _, each in known) - room, covered)
