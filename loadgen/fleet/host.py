# SPDX-License-Identifier: Apache-2.0
"""A simulated hypervisor, drawn once from a seed. Pure."""

from random import Random
from typing import NamedTuple

from loadgen.fleet.curve import Curve, draw_curve
from loadgen.fleet.recurrence import Recurrence
from loadgen.fleet.rota import Duty

_GIB = 1024**3
_DAY_SECONDS = 86_400.0
# When a host that never goes down came up: before anything that is told of it.
_FIRST_BOOT_SECOND = 1.6e9
# The share of the CPUs that VMs can get at most.
_GUEST_SHARE = 0.96


class HostProfile(NamedTuple):
    """What stays the same about one simulated host."""

    host: str
    seed: int
    cpu_count: int
    memory_bytes: int
    image_bytes: int
    ambient_celsius: float
    own: Curve
    filling: Recurrence
    duty: Duty

    def booted_at(self, second: float) -> float:
        """Return when it came up last."""
        booted_at = self.duty.booted_at(second)
        return min(second, _FIRST_BOOT_SECOND) if booted_at is None else booted_at

    def boot_id(self, second: float) -> str:
        """Return another id after each boot."""
        boot = self.duty.booted_at(second)
        random = Random(f"{self.seed}/{self.host}/{boot}")  # noqa: S311 - repeatable, not secret
        text = f"{random.getrandbits(128):032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def cpu_share(self, demand_cores: float) -> float:
        """Return how much of the CPU time that its VMs ask for it can give them."""
        supply = self.cpu_count * _GUEST_SHARE
        return 1.0 if demand_cores <= supply else supply / demand_cores

    def image_used_ratio(self, second: float) -> float:
        """Return how full the file system of the images is, which somebody empties now and then."""
        age = second - self.filling.begun_at(second)
        return 0.35 + 0.62 * age / self.filling.period_seconds


def draw_host(random: Random, host: str, domain_count: int, duty: Duty, seed: int) -> HostProfile:
    """Return a host drawn from ``random``, sized for its VMs, with CPU and memory short or ample."""
    filling_seconds = random.uniform(12.0, 40.0) * _DAY_SECONDS
    return HostProfile(
        host=host,
        seed=seed,
        cpu_count=8 * max(1, round(domain_count * 3.5 / random.uniform(1.3, 3.5) / 8)),
        memory_bytes=32 * _GIB * max(1, round(domain_count * 7.0 / random.uniform(0.75, 1.3) / 32)),
        image_bytes=random.choice((2, 4, 8)) * 1024 * _GIB,
        ambient_celsius=random.uniform(24.0, 38.0),
        own=draw_curve(random, floor_ratio=0.02, swing_ratio=0.02),
        filling=Recurrence(filling_seconds, random.uniform(0.0, filling_seconds), 0.0),
        duty=duty,
    )
