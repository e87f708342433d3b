# SPDX-License-Identifier: Apache-2.0
"""What the families of figures share: servers, and messages that are encoded once for the whole run."""

import time
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.samples import SampleBatch
from tests.benchmark.cargo import Cargo, first_second, load
from tests.benchmark.place import Servers
from tests.benchmark.scale import Scale
from tests.benchmark.terminal import say

DAY_SECONDS = 86_400.0
WEEKS_TICK_SECONDS = 100.0


class Backlog(Struct, frozen=True):
    """What is drained: ``warm``, the first tick, makes hosts and VMs known; ``sent`` is measured."""

    fleet: Fleet
    first_second: float
    tick_count: int
    warm: Cargo
    sent: Cargo

    def first_ticks(self, count: int) -> "Backlog":
        """Return the first so many of the measured ticks."""
        messages = self.sent.messages[: count * self.fleet.shape.host_count]
        return replace(self, tick_count=count, sent=Cargo(messages))

    def batches(self, ticks: range) -> Iterator[SampleBatch]:
        """Yield what the messages were encoded from."""
        for tick in ticks:
            for ordinal in range(self.fleet.shape.host_count):
                second = self.first_second + tick * self.fleet.shape.tick_seconds
                yield self.fleet.batch(ordinal, second, tick, described=tick == 0)

    def tick_ranges(self) -> tuple[range, range]:
        """Return the ticks of ``warm`` and of ``sent``."""
        return range(1), range(1, self.tick_count + 1)


class Stock:
    """One run's servers and messages."""

    def __init__(self, servers: Servers, scale: Scale) -> None:
        self.servers = servers
        self.scale = scale
        self._large: Backlog | None = None

    def large(self) -> Backlog:
        """Return the backlog with 100 VMs in a message; several families use it, so that it is kept."""
        if self._large is None:
            self._large = self._encoded(100, self.scale.drain_tick_count)
        return self._large

    def short(self) -> Backlog:
        """Return a part of the large one, for what is drained many times."""
        return self.large().first_ticks(self.scale.short_drain_tick_count)

    def small(self) -> Backlog:
        """Return the backlog with 20 VMs in a message."""
        return self._encoded(20, self.scale.small_drain_tick_count)

    def site(self) -> Backlog:
        """Return the backlog of hosts as they are: 20 VMs, each with a disk and an interface."""
        return self._encoded(20, self.scale.small_drain_tick_count, devices_per_domain=1)

    def day(self) -> Backlog:
        """Return yesterday (UTC) of a few hosts as they are, with evenly spread ticks."""
        scale = self.scale
        say(f"encoding a day of {scale.rollup_host_count} hosts")
        fleet = Fleet(
            FleetShape(
                host_count=scale.rollup_host_count,
                domain_count_per_host=20,
                tick_seconds=DAY_SECONDS / scale.rollup_tick_count,
            )
        )
        # The tick that makes its VMs known is of the day before.
        begin = (time.time() // DAY_SECONDS - 1) * DAY_SECONDS - fleet.shape.tick_seconds
        return _loaded(fleet, begin, scale.rollup_tick_count)

    def weeks(self) -> Backlog:
        """Return the last weeks of one host as it is, with three samples in each 5 minutes."""
        scale = self.scale
        say(f"encoding {scale.level_day_count} days of a host")
        fleet = Fleet(
            FleetShape(
                host_count=1, domain_count_per_host=scale.level_domain_count, tick_seconds=WEEKS_TICK_SECONDS
            )
        )
        begin = (time.time() // DAY_SECONDS - scale.level_day_count) * DAY_SECONDS - WEEKS_TICK_SECONDS
        return _loaded(fleet, begin, int(scale.level_day_count * DAY_SECONDS / WEEKS_TICK_SECONDS))

    def _encoded(self, domains_per_host: int, tick_count: int, devices_per_domain: int = 0) -> Backlog:
        """Encode the messages of a fleet whose VMs have so many disks and interfaces each."""
        say(f"encoding {tick_count} ticks of {self.scale.host_count} hosts with {domains_per_host} VMs")
        fleet = Fleet(
            FleetShape(
                host_count=self.scale.host_count,
                domain_count_per_host=domains_per_host,
                disk_count_per_domain=devices_per_domain,
                interface_count_per_domain=devices_per_domain,
            )
        )
        return _loaded(fleet, first_second(tick_count + 1, fleet.shape.tick_seconds), tick_count)


def _loaded(fleet: Fleet, begin: float, tick_count: int) -> Backlog:
    warm, sent = (load(fleet, begin, ticks) for ticks in (range(1), range(1, tick_count + 1)))
    return Backlog(fleet, begin, tick_count, warm, sent)
