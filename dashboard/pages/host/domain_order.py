# SPDX-License-Identifier: Apache-2.0
"""In which order the VMs of a host are listed: unless the address says else, who takes most CPU first."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dashboard.pages.host.queries import HostDomain

# The name in the address.
SORT = "sort"
SORTS: Mapping[str, Callable[[HostDomain], float | str | None]] = {
    "name": lambda domain: domain.name.casefold(),
    "state": lambda domain: domain.state_name,
    "cpu": lambda domain: domain.cpu_ratio,
    "cores": lambda domain: domain.cpu_cores,
    "steal": lambda domain: domain.steal_ratio,
    "assigned": lambda domain: domain.memory_assigned_bytes,
    "used": lambda domain: domain.memory_used_bytes,
    "resident": lambda domain: domain.memory_resident_bytes,
    "read": lambda domain: domain.block_read_bytes_per_second,
    "write": lambda domain: domain.block_write_bytes_per_second,
    "in": lambda domain: domain.network_receive_bytes_per_second,
    "out": lambda domain: domain.network_transmit_bytes_per_second,
}
_WORDS = frozenset({"name", "state"})


class DomainSort(NamedTuple):
    """By what VMs are sorted; ``name`` is one of SORTS."""

    name: str = "cores"
    is_descending: bool = True

    @property
    def text(self) -> str:
        """As the address has it: ``-cores`` has the greatest first."""
        return f"-{self.name}" if self.is_descending else self.name


def read_sort(text: str | None) -> DomainSort:
    """Return the order that an address names; the usual one for one that there is not."""
    name = (text or "").removeprefix("-")
    return DomainSort(name, (text or "").startswith("-")) if name in SORTS else DomainSort()


def next_sort(name: str, shown: DomainSort) -> DomainSort:
    """Return the order that the head of a column leads to: the other way round where it is sorted by it."""
    is_descending = not shown.is_descending if shown.name == name else name not in _WORDS
    return DomainSort(name, is_descending)


def sorted_domains(domains: Sequence[HostDomain], sort: DomainSort) -> list[HostDomain]:
    """Return VMs in an order; those whose value is not known come last, whichever way."""
    value_of = SORTS[sort.name]
    by_name = sorted(domains, key=lambda domain: (domain.name.casefold(), domain.uuid))
    known = [domain for domain in by_name if value_of(domain) is not None]
    unknown = [domain for domain in by_name if value_of(domain) is None]
    # Stable: equals are in the order of their names.
    known.sort(key=value_of, reverse=sort.is_descending)  # type: ignore[arg-type]  # of one type
    return [*known, *unknown]


def in_places(domains: Sequence[HostDomain], places: Mapping[str, int]) -> list[HostDomain]:
    """Return VMs at the places of their UUIDs; those that have none come last."""
    return sorted(domains, key=lambda domain: places.get(domain.uuid, len(places)))
