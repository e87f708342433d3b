# SPDX-License-Identifier: Apache-2.0
"""The host's side of a tick: calls every collector, keeps the last reading, derives the samples.

Never blocks: collectors read memory of the kernel, everything slower runs in the background. Belongs
to one thread.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, structs

from publisher.collectors import filesystems, temperatures
from publisher.collectors.attempt import Attempt, attempt
from publisher.collectors.background import BackgroundReader
from publisher.collectors.filesystems import FilesystemReading
from publisher.collectors.identity import IdentityReading
from publisher.collectors.reading import COLLECTORS, HostReading
from publisher.collectors.temperatures import TemperatureReading, TemperatureSettings
from publisher.host.events import host_events
from publisher.procfs import SystemTree, shown
from publisher.rates.counter_watch import CounterWatch
from publisher.rates.host import Moment, Watches, host_samples, source_intervals, usable_interval
from publisher.unsent_event import EventFacts
from publisher.wire.samples import (
    NAME_CHARACTERS,
    CollectorHealth,
    HostDiskSample,
    HostFilesystemSample,
    HostIdentity,
    HostInterfaceSample,
    HostSample,
)

FILESYSTEM_PERIOD_SECONDS: Final = 60.0
UNKNOWN: Final = "unknown"

# What one attempt says about the collector, worst first; the file systems share one line of health.
_WORST_FIRST: Final = ("slow", "failed", "unavailable", "ok")


class HostTick(Struct, frozen=True, kw_only=True):
    """Everything one tick says about the host. ``interval_seconds`` is None where rates are."""

    identity: HostIdentity
    boot_id: str
    interval_seconds: float | None
    sample: HostSample
    disks: list[HostDiskSample]
    interfaces: list[HostInterfaceSample]
    filesystems: list[HostFilesystemSample]
    collectors: list[CollectorHealth]
    events: list[EventFacts]


def suspended_seconds() -> float:
    """Return how long the host has slept since boot, plus a constant of the two clocks."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class HostSampler:
    """Samples the host below ``root``.

    ``sensors`` says which temperatures to read, ``filesystems`` which paths to measure. ``tick_seconds``
    is how far apart samples are meant to be. By ``tags`` people find the host. The background threads start
    with the first sample.
    """

    def __init__(  # noqa: PLR0913 - one keyword per independent setting
        self,
        root: Path = Path("/"),
        *,
        sensors: TemperatureSettings | None = None,
        filesystems: tuple[Path, ...] = (),
        tags: tuple[str, ...] = (),
        tick_seconds: float = 10.0,
        suspended: Callable[[], float] = suspended_seconds,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tree = SystemTree(root)
        self._collectors = tuple(make(self._tree) for make in COLLECTORS)
        self._tags = tags
        self._tick_seconds = tick_seconds
        self._monotonic = monotonic
        self._suspended = suspended
        self._temperatures = _temperature_reader(self._tree, sensors or TemperatureSettings(), monotonic)
        self._filesystems = {
            shown(str(path)): _filesystem_reader(self._tree, path, monotonic) for path in filesystems
        }
        self._previous: tuple[Moment, HostReading] | None = None
        self._watches = Watches(CounterWatch)
        self._identity: IdentityReading | None = None

    def sample(self, at_monotonic_seconds: float) -> HostTick:
        """Return the host at this instant, its rates since the sample before. Never raises, never blocks."""
        health: list[CollectorHealth] = []
        current, reads = self._read(at_monotonic_seconds, health)
        known = self._filesystem_samples(at_monotonic_seconds, health)
        identity = self._identity = current.identity or self._identity
        moment = Moment(
            monotonic_seconds=at_monotonic_seconds,
            boot_id=identity.boot_id if identity else UNKNOWN,
            suspended_seconds=self._suspended(),
            reads=reads,
        )
        before, previous = self._previous or (None, None)
        interval_seconds = usable_interval(before, moment, self._tick_seconds)
        if before is None or before.boot_id != moment.boot_id:
            previous = None
            self._watches.clear()
        samples = host_samples(
            previous,
            current,
            interval_seconds,
            watches=self._watches,
            intervals=source_intervals(before, moment, interval_seconds),
        )
        events = []
        if before and previous:
            events = host_events((before, previous), (moment, current), doubted=samples.doubted)
        self._previous = (moment, current)
        return HostTick(
            identity=_identity(identity, self._tags),
            boot_id=moment.boot_id,
            interval_seconds=interval_seconds,
            sample=samples.sample,
            disks=samples.disks,
            interfaces=samples.interfaces,
            filesystems=known,
            collectors=[_with_finding(one, samples.findings.get(one.name)) for one in health],
            events=events,
        )

    def close(self) -> None:
        """Let the background threads end and give descriptors back. Does not wait."""
        self._temperatures.close()
        for reader in self._filesystems.values():
            reader.close()
        self._tree.close()

    def _read(
        self, at_monotonic_seconds: float, health: list[CollectorHealth]
    ) -> tuple[HostReading, dict[str, tuple[float, float]]]:
        """Return what all collectors read, and when each began and ended."""
        # Any: the types of the readings differ; HostReading names each of them again.
        readings: dict[str, Any] = {}
        reads: dict[str, tuple[float, float]] = {}
        first_seconds = began_seconds = self._monotonic()
        for collector in self._collectors:
            made: Attempt[Any] = attempt(collector.collect)
            ended_seconds = self._monotonic()
            reads[collector.name] = (began_seconds - first_seconds, ended_seconds - first_seconds)
            began_seconds = ended_seconds
            readings[collector.name] = made.reading
            health.append(_health(collector.name, made))
        heat = self._temperatures.newest(at_monotonic_seconds)
        health.append(_health("temperatures", heat))
        return HostReading(temperatures=heat.reading, **readings), reads

    def _filesystem_samples(
        self, at_monotonic_seconds: float, health: list[CollectorHealth]
    ) -> list[HostFilesystemSample]:
        attempts = {path: reader.newest(at_monotonic_seconds) for path, reader in self._filesystems.items()}
        if attempts:
            health.append(_joint_health("filesystems", list(attempts.values())))
        return [
            HostFilesystemSample(
                path=path,
                total_bytes=made.reading.total_bytes if made.reading else None,
                available_bytes=made.reading.available_bytes if made.reading else None,
            )
            for path, made in attempts.items()
        ]


def _temperature_reader(
    tree: SystemTree, settings: TemperatureSettings, monotonic: Callable[[], float]
) -> BackgroundReader[TemperatureReading]:
    return BackgroundReader(
        "temperatures",
        lambda: temperatures.collect(tree, settings),
        period_seconds=settings.period_seconds,
        monotonic=monotonic,
    )


def _filesystem_reader(
    tree: SystemTree, path: Path, monotonic: Callable[[], float]
) -> BackgroundReader[FilesystemReading]:
    return BackgroundReader(
        shown(str(path)),
        lambda: filesystems.collect(tree, path),
        period_seconds=FILESYSTEM_PERIOD_SECONDS,
        monotonic=monotonic,
    )


def _health(name: str, made: Attempt[Any]) -> CollectorHealth:
    return CollectorHealth(
        name=name,
        outcome=made.outcome,
        duration_seconds=made.duration_seconds,
        reason=made.reason,
    )


def _with_finding(health: CollectorHealth, finding: str | None) -> CollectorHealth:
    """Return the health with why figures are not known though the source was read."""
    if finding is None:
        return health
    reason = f"{finding}; {health.reason}" if health.reason else finding
    return structs.replace(health, reason=reason[:NAME_CHARACTERS])


def _joint_health(name: str, attempts: list[Attempt[FilesystemReading]]) -> CollectorHealth:
    outcomes = {made.outcome for made in attempts}
    reasons = [made.reason for made in attempts if made.reason]
    return CollectorHealth(
        name=name,
        outcome=next(outcome for outcome in _WORST_FIRST if outcome in outcomes),
        duration_seconds=max(made.duration_seconds for made in attempts),
        reason="; ".join(reasons)[:NAME_CHARACTERS] or None,
    )


def _identity(reading: IdentityReading | None, tags: tuple[str, ...]) -> HostIdentity:
    if reading is None:
        return HostIdentity(hostname=UNKNOWN, tags=list(tags))
    return HostIdentity(
        hostname=reading.hostname,
        kernel=reading.kernel,
        machine=reading.machine,
        cpu_count=reading.cpu_count,
        tags=list(tags),
    )
