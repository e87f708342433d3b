# SPDX-License-Identifier: Apache-2.0
"""What the families of figures share: servers, and messages that are encoded once for the whole run."""

from functools import cache
from typing import NamedTuple

from loadgen.fleet.fleet import Fleet, FleetShape
from tests.benchmark.cargo import Cargo, first_second, load
from tests.benchmark.place import Servers
from tests.benchmark.scale import Scale
from tests.benchmark.terminal import say


class Backlog(NamedTuple):
    """``warm`` makes hosts and VMs known, ``sent`` is measured; a tick has one message a host."""

    warm: Cargo
    sent: Cargo
    host_count: int

    def first_ticks(self, count: int) -> "Backlog":
        """Return a shorter backlog of the same fleet."""
        return self._replace(sent=Cargo(self.sent.messages[: count * self.host_count]))


class Stock:
    """One run's servers and messages."""

    def __init__(self, servers: Servers, scale: Scale) -> None:
        self.servers = servers
        self.scale = scale
        self.backlog = cache(self._backlog)

    def _backlog(self, domains_per_host: int, tick_count: int) -> Backlog:
        """Encode the messages of a fleet without devices."""
        say(f"encoding {tick_count} ticks of {self.scale.host_count} hosts with {domains_per_host} VMs")
        fleet = Fleet(
            FleetShape(
                host_count=self.scale.host_count,
                domain_count_per_host=domains_per_host,
                disk_count_per_domain=0,
                interface_count_per_domain=0,
            )
        )
        begin = first_second(tick_count + 1, fleet.shape.tick_seconds)
        return Backlog(
            load(fleet, begin, range(1)),
            load(fleet, begin, range(1, tick_count + 1)),
            self.scale.host_count,
        )

    def large(self) -> Backlog:
        """Return the backlog with 100 VMs in a message."""
        backlog: Backlog = self.backlog(100, self.scale.drain_tick_count)
        return backlog

    def short(self) -> Backlog:
        """Return a part of the large one, for what is drained many times."""
        return self.large().first_ticks(self.scale.short_drain_tick_count)

    def small(self) -> Backlog:
        """Return the backlog with 20 VMs in a message."""
        backlog: Backlog = self.backlog(20, self.scale.small_drain_tick_count)
        return backlog
