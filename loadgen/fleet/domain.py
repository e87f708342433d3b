# SPDX-License-Identifier: Apache-2.0
"""A simulated VM, drawn once from a seed: what it is, when it exists and runs, where it is. Pure.

Everything is a function of the time alone. So any instant of the past can be made without simulating what
came before it.
"""

import math
from random import Random
from typing import NamedTuple
from uuid import UUID

from loadgen.fleet.domain_labels import draw_label
from loadgen.fleet.recurrence import Recurrence
from loadgen.fleet.rota import SLOT_SECONDS, Journey
from loadgen.fleet.workload import ROLES, Workload, draw_workload
from publisher.wire.samples import DomainDescription

_GIB = 1024**3
_HOUR_SECONDS = 3_600.0
_DAY_SECONDS = 86_400.0
_RESTART_SECONDS = 40.0

# virDomainState and the reasons used here, as numbered by libvirt.
RUNNING, PAUSED, SHUT_OFF = 1, 3, 5
BOOTED, SHUT_DOWN = 1, 1
_PAUSED_BY_USER, _PAUSED_ON_IO_ERROR = 1, 5

# (state, reason) and how many of a thousand VMs are in it.
_STATES = (
    ((RUNNING, BOOTED), 900),
    ((SHUT_OFF, SHUT_DOWN), 83),
    ((PAUSED, _PAUSED_BY_USER), 15),
    ((PAUSED, _PAUSED_ON_IO_ERROR), 2),
)


class Identity(NamedTuple):
    """What a VM is called: a short-lived one is another VM each time it is made again."""

    uuid: str
    name: str


class DomainProfile(NamedTuple):
    """What stays the same about one simulated VM.

    ``life`` is None for a VM that has always been there. ``restart`` is None for one that is never restarted,
    ``journey`` for one that never leaves its home.
    """

    home: int
    number: int
    role: str
    seed: int
    vcpu_count: int
    memory_bytes: int
    state: int
    state_reason: int
    workload: Workload
    filling: Recurrence
    disks: tuple[str, ...]
    macs: tuple[str, ...]
    autostart: bool
    life: Recurrence | None = None
    restart: Recurrence | None = None
    journey: Journey | None = None

    def exists(self, second: float) -> bool:
        """Tell whether libvirt of some host knows it."""
        return self.life is None or self.life.holds(second)

    def host(self, second: float) -> int:
        """Return the number of the host where it is, or would be."""
        if self.journey is not None and self.journey.away.holds(second):
            return self.journey.host
        return self.home

    def state_at(self, second: float) -> tuple[int, int]:
        """Return libvirt's numbers of state and reason."""
        if self.restart is not None and self.restart.holds(second):
            return SHUT_OFF, SHUT_DOWN
        return self.state, self.state_reason

    def started_at(self, second: float) -> float:
        """Return when its present process began, as far as it was not its host that started."""
        times = [-math.inf]
        if self.life is not None:
            times.append(self.life.begun_at(second))
        if self.restart is not None:
            times.append(self.restart.ended_at(second))
        if self.journey is not None:
            away = self.journey.away
            times.append(away.begun_at(second) if away.holds(second) else away.ended_at(second))
        return max(times)

    def generation(self, second: float) -> int:
        """Return how often it has been made again."""
        return 0 if self.life is None else self.life.number(second)

    def identity(self, generation: int) -> Identity:
        """Return UUID and name."""
        random = Random(f"{self.seed}/{self.number}/{generation}")  # noqa: S311 - repeatable, not secret
        uuid = str(UUID(bytes=random.randbytes(16), version=4))
        suffix = "" if self.life is None else f"-{generation % 100_000}"
        return Identity(uuid, f"{self.role}-{self.number:04d}{suffix}")

    def description(self) -> DomainDescription:
        """Return what its definition says."""
        label = draw_label(self.role, self.number, self.seed)
        return DomainDescription(
            title=label.title, metadata=label.metadata, autostart=self.autostart, persistent=True
        )


class DomainShape(NamedTuple):
    """How a VM is to be drawn."""

    disk_count: int
    interface_count: int
    seed: int
    eventful: bool


def draw_domain(
    random: Random, home: int, number: int, shape: DomainShape, journey: Journey | None
) -> DomainProfile:
    """Return a VM drawn from ``random``. About 1 in 12 is off, 1 in 60 paused, some by an I/O error."""
    role = random.choices([role for role, _ in ROLES], [weight for _, weight in ROLES])[0]
    state, reason = random.choices([state for state, _ in _STATES], [weight for _, weight in _STATES])[0]
    noisy = role == "render"
    vcpu_count = 16 if noisy else random.choice((1, 2, 2, 4, 4, 8))
    life = restart = None
    if shape.eventful and role == "ci":
        period = random.uniform(10.0, 40.0) * _HOUR_SECONDS
        life = Recurrence(period, random.uniform(0.0, period), period * random.uniform(0.6, 0.9))
        state, reason = RUNNING, BOOTED
    if shape.eventful and role == "java":
        # Between the moves of a slot, so that it never moves while it is off.
        phase = random.randrange(30) * SLOT_SECONDS + random.uniform(0.3, 0.7) * SLOT_SECONDS
        restart = Recurrence(random.randrange(9, 31) * SLOT_SECONDS, phase, _RESTART_SECONDS)
        state, reason = RUNNING, BOOTED
    filling_seconds = random.uniform(20.0, 200.0) * _DAY_SECONDS
    return DomainProfile(
        home=home,
        number=number,
        role=role,
        seed=shape.seed,
        vcpu_count=vcpu_count,
        memory_bytes=min(vcpu_count, 8) * random.choice((1, 2, 4)) * _GIB,
        state=state,
        state_reason=reason,
        workload=draw_workload(random, role, restart),
        filling=Recurrence(filling_seconds, random.uniform(0.0, filling_seconds), 0.0),
        disks=tuple(f"vd{chr(ord('a') + index)}" for index in range(shape.disk_count)),
        macs=tuple(_draw_mac(random) for _ in range(shape.interface_count)),
        autostart=bool(random.getrandbits(1)),
        life=life,
        restart=restart,
        # A VM that is off stays: libvirt moves what runs.
        journey=None if state == SHUT_OFF else journey,
    )


def _draw_mac(random: Random) -> str:
    # 52:54:00 is the prefix QEMU and libvirt give to virtual interfaces.
    return "52:54:00:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))
