# SPDX-License-Identifier: Apache-2.0
"""What a simulated VM would like to do at a given second: its habits, drawn once from a seed. Pure."""

from random import Random
from typing import NamedTuple

from loadgen.fleet.curve import Curve, draw_curve
from loadgen.fleet.recurrence import Recurrence

_DAY_SECONDS = 86_400.0
_HOUR_SECONDS = 3_600.0

# Role and how many of a thousand VMs have it.
ROLES = (
    ("web", 230),
    ("app", 130),
    ("mail", 60),
    ("database", 150),
    ("cache", 80),
    ("idle", 130),
    ("test", 60),
    ("backup", 50),
    ("java", 50),
    ("render", 20),
    ("ci", 40),
)
_OFFICE = frozenset({"web", "app", "mail", "ci"})
_IDLE = frozenset({"idle", "test", "backup", "render"})


class Demand(NamedTuple):
    """What a VM asks for at one moment: shares of its vCPUs and memory, bytes a second."""

    cpu_ratio: float
    memory_ratio: float
    block_bytes_per_second: float
    network_bytes_per_second: float


def paused(load: Demand) -> Demand:
    """Return what is left of a load while its VM is paused."""
    return Demand(0.0, load.memory_ratio, 0.0, 0.0)


class Workload(NamedTuple):
    """The habits of one VM.

    ``burst`` is when it takes all the CPU it gets: a nightly job, a neighbour that makes noise. ``creep``
    runs from one restart to the next, while memory fills.
    """

    cpu: Curve
    memory: Curve
    block_peak_bytes_per_second: float
    network_peak_bytes_per_second: float
    burst: Recurrence | None = None
    burst_cpu_ratio: float = 1.0
    burst_block_factor: float = 1.0
    creep: Recurrence | None = None

    def at(self, second: float) -> Demand:
        """Return what the VM asks for at a time in seconds since 1970."""
        cpu, block_factor = self.cpu.at(second), 1.0
        if self.burst is not None and self.burst.holds(second):
            cpu, block_factor = self.burst_cpu_ratio, self.burst_block_factor
        memory = self.memory.at(second)
        if self.creep is not None:
            share = (second - self.creep.begun_at(second)) / self.creep.period_seconds
            memory += (0.97 - memory) * share
        return Demand(
            cpu,
            memory,
            self.block_peak_bytes_per_second * cpu * block_factor,
            self.network_peak_bytes_per_second * cpu,
        )


def draw_workload(random: Random, role: str, creep: Recurrence | None) -> Workload:
    """Return the habits of a VM of a role; ``creep`` is None where memory does not fill."""
    if role in _IDLE:
        floor, swing = random.uniform(0.002, 0.01), random.uniform(0.0, 0.01)
    elif role in _OFFICE:
        floor, swing = random.uniform(0.01, 0.05), random.betavariate(2.0, 4.0)
    else:
        floor, swing = random.uniform(0.05, 0.2), random.betavariate(1.5, 6.0)
    return Workload(
        cpu=draw_curve(
            random,
            floor_ratio=floor,
            swing_ratio=swing,
            weekend_share=random.uniform(0.1, 0.35) if role in _OFFICE else random.uniform(0.7, 1.0),
        ),
        memory=draw_curve(
            random,
            floor_ratio=0.2 if role in _IDLE else random.uniform(0.3, 0.55),
            swing_ratio=random.uniform(0.0, 0.15),
        ),
        block_peak_bytes_per_second=random.lognormvariate(14.0, 1.2),
        network_peak_bytes_per_second=random.lognormvariate(13.5, 1.2),
        burst=_draw_burst(random, role),
        burst_cpu_ratio=0.7 if role == "backup" else 1.0,
        burst_block_factor=20.0 if role == "backup" else 1.0,
        creep=creep,
    )


def _draw_burst(random: Random, role: str) -> Recurrence | None:
    if role == "backup":
        begin = random.uniform(0.5, 4.0) * _HOUR_SECONDS
        return Recurrence(_DAY_SECONDS, begin, random.uniform(0.5, 2.5) * _HOUR_SECONDS)
    if role == "render":
        period = random.uniform(4.0, 9.0) * _HOUR_SECONDS
        return Recurrence(period, random.uniform(0.0, period), random.uniform(0.4, 1.0) * _HOUR_SECONDS)
    return None
