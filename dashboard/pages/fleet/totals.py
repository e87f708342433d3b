# SPDX-License-Identifier: Apache-2.0
"""The load of the fleet now: sums over the hosts whose figures are known. Pure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dashboard.pages.fleet.queries import FleetHost


class Total(NamedTuple):
    """A sum over hosts: what is used, of what there is, and of how many of all hosts that is.

    ``had`` is None for a figure without a limit.
    """

    used: float
    had: float | None
    host_count: int
    total_count: int

    @property
    def ratio(self) -> float | None:
        """The used share, None without a limit."""
        return self.used / self.had if self.had else None


def cpu_total(hosts: Sequence[FleetHost]) -> Total:
    """Return the busy CPUs."""

    def figures(host: FleetHost) -> tuple[float, float] | None:
        if host.cpu_busy_ratio is None or host.cpu_count is None:
            return None
        return host.cpu_busy_ratio * host.cpu_count, host.cpu_count

    return _total(hosts, figures)


def memory_total(hosts: Sequence[FleetHost]) -> Total:
    """Return the bytes that are not available to new work."""

    def figures(host: FleetHost) -> tuple[float, float] | None:
        if host.memory_total_bytes is None or host.memory_available_bytes is None:
            return None
        return host.memory_total_bytes - host.memory_available_bytes, host.memory_total_bytes

    return _total(hosts, figures)


def disk_total(hosts: Sequence[FleetHost]) -> Total:
    """Return the bytes per second that are read and written."""

    def figures(host: FleetHost) -> tuple[float, float] | None:
        return None if host.disk_bytes_per_second is None else (host.disk_bytes_per_second, 0.0)

    return _total(hosts, figures)._replace(had=None)


def _total(hosts: Sequence[FleetHost], figures: Callable[[FleetHost], tuple[float, float] | None]) -> Total:
    # What a silent host said last is not its load now.
    known = [found for host in hosts if host.freshness != "stale" and (found := figures(host)) is not None]
    return Total(sum(used for used, _ in known), sum(had for _, had in known), len(known), len(hosts))
