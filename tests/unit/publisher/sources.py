# SPDX-License-Identifier: Apache-2.0
"""Time, host and domains that do what a test tells them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event

from publisher.domains.sampler import HypervisorTick
from publisher.host.sampler import HostTick
from publisher.unsent_event import EventFacts
from publisher.wire.samples import CollectorHealth, HostIdentity, HostSample, HypervisorHealth

BOOT_ID = "8c1f5a0e-1c0b-4c55-9f43-3f8a5b1d2e6a"
START = datetime(2026, 11, 23, 8, 0, 3, 500_000, tzinfo=UTC)


class FakeClock:
    """A clock that moves when somebody waits, or when a test pushes it."""

    def __init__(self, *, stop_after_waits: int = 10**6) -> None:
        self.seconds = 1_000.0
        self.wall_offset_seconds = 0.0
        self.waits: list[float] = []
        self._stop_after_waits = stop_after_waits

    def monotonic_seconds(self) -> float:
        """Return the time that has passed for the test."""
        return self.seconds

    def now(self) -> datetime:
        """Return the wall clock, which a test may set."""
        return START + timedelta(seconds=self.seconds - 1_000.0 + self.wall_offset_seconds)

    def wait(self, seconds: float, stop: Event) -> bool:
        """Let time pass at once; stop after the number of waits that the test wants."""
        self.waits.append(seconds)
        self.seconds += max(0.0, seconds)
        return stop.is_set() or len(self.waits) > self._stop_after_waits


class FakeHost:
    """A host that answers at once; ``during`` runs inside each sample."""

    def __init__(self, during: Callable[[int], None] = lambda _count: None) -> None:
        self.at_seconds: list[float] = []
        self.events = list[EventFacts]()
        self.sample_to_give = HostSample(load_1m=0.5)
        self._during = during

    def sample(self, at_monotonic_seconds: float) -> HostTick:
        """Return a tick."""
        self.at_seconds.append(at_monotonic_seconds)
        self._during(len(self.at_seconds))
        return HostTick(
            identity=HostIdentity(hostname="hv042"),
            boot_id=BOOT_ID,
            interval_seconds=10.0,
            sample=self.sample_to_give,
            disks=[],
            interfaces=[],
            filesystems=[],
            collectors=[CollectorHealth(name="cpu", duration_seconds=0.0)],
            events=self.events,
        )


class FakeDomains:
    """A hypervisor without domains; ``failing`` says which of its two steps raises."""

    def __init__(self, tick: HypervisorTick | None = None, *, failing: str = "") -> None:
        self._tick = tick or HypervisorTick(
            health=HypervisorHealth(state="connected"), domains=[], collectors=[]
        )
        self._failing = failing

    def begin(self) -> None:
        """Begin, or fail."""
        if self._failing == "begin":
            raise RuntimeError("begin broke")

    def finish(self) -> HypervisorTick:
        """Return the tick, or fail."""
        if self._failing == "finish":
            raise RuntimeError("finish broke")
        return self._tick
