# SPDX-License-Identifier: Apache-2.0
"""What the publisher costs a host with few and with many guests, beside a bare client and other agents.

All of them work in the same ticks, on the same paused guests. Their CPU time is read between the ticks.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from deploy.lab.guest import Guests
from publisher.clock import phase_seconds
from tests.benchmark.errors import BenchmarkError, UnavailableError
from tests.benchmark.family import Family
from tests.benchmark.figure import Figure, Named, Reading
from tests.benchmark.processor_time import exact_cpu_seconds
from tests.benchmark.publisher_figures import Arrived, arrived
from tests.benchmark.publisher_site import Site, read_process, site_on
from tests.benchmark.rivals.collectd import collectd
from tests.benchmark.rivals.exporters import Exporters, exporters
from tests.benchmark.scale import FULL, Scale
from tests.benchmark.stock import Stock
from tests.benchmark.terminal import say

MILLISECONDS = 1e3
MEBIBYTE = 1024 * 1024
# Within an interval after a tick of the publisher: the scrapes, the client, the reading.
SCRAPE_SHARE, CLIENT_SHARE, READING_SHARE = 0.3, 0.6, 0.95
WARM_UP_TICKS = 3
# What the publisher reads of a host at every tick, where there is such a file.
HOST_FILES = (
    "/proc/stat",
    "/proc/meminfo",
    "/proc/vmstat",
    "/proc/loadavg",
    "/proc/uptime",
    "/proc/diskstats",
    "/proc/net/dev",
    "/proc/pressure/cpu",
    "/proc/pressure/memory",
    "/proc/pressure/io",
)
EXPORTERS, COLLECTD, CLIENT = "exporters", "collectd", "client"
BESIDE = {
    CLIENT: "libvirt's answers and /proc read by a bare client",
    EXPORTERS: "prometheus-node-exporter and prometheus-libvirt-exporter",
    COLLECTD: "collectd with its virt plugin (of paused guests the state only)",
}


def name_of(guest_count: int, measure: str, other: str) -> str:
    """Return what a figure is called: the first of each kind has the short name."""
    plain = CLIENT if measure == "cpu" else EXPORTERS
    suffix = "" if other == plain else f"_beside_{other}"
    return f"publisher_{measure}_{guest_count}_vms{suffix}"


NAMES = {
    (guest_count, measure, other): Named(name_of(guest_count, measure, other), unit, BESIDE[other])
    for guest_count in FULL.guest_counts
    for measure, unit in (("cpu", "ms/tick"), ("memory", "MiB"))
    for other in BESIDE
    if (measure, other) != ("memory", CLIENT)
}


class Agents(NamedTuple):
    """What runs: the processes of each by name, and why others do not."""

    pids: dict[str, tuple[int, ...]]
    exporters: Exporters | None
    missing: str

    def cpu_seconds(self) -> dict[str, float]:
        """Return CPU seconds so far."""
        return {name: sum(exact_cpu_seconds(pid) for pid in pids) for name, pids in self.pids.items()}

    def resident_mebibytes(self) -> dict[str, float]:
        """Return the resident memory of each."""
        return {
            name: sum(read_process(pid, 0.0).resident_bytes for pid in pids) / MEBIBYTE
            for name, pids in self.pids.items()
        }


class Watched(NamedTuple):
    """A reading a window of each process: CPU milliseconds a tick, resident MiB; and what arrived."""

    cpu: dict[str, list[Reading]]
    memory: dict[str, list[Reading]]
    arrived: Arrived


def measure(stock: Stock) -> Iterator[Figure]:
    """Measure with more and more guests."""
    scale, missing = stock.scale, ""
    guest_names: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="kvmgrid-bench-") as folder,
        site_on(stock.servers.broker, Path(folder), 0) as here,
    ):
        for count in scale.guest_counts:
            say(f"starting {count - len(guest_names)} paused guests")
            with Guests(here.daemon) as guests:
                guest_names += guests.define_many(count - len(guest_names), prefix=f"to-{count}")
            with ExitStack() as processes:
                running = agents(here, guest_names, scale.agent_interval_seconds, processes)
                watched = watch(here, running, count, scale, processes)
            missing = running.missing
            yield from figures(watched, count, scale)
    if missing:
        raise UnavailableError(missing)
    if scale.guest_counts != FULL.guest_counts:
        raise UnavailableError("not part of a quick run")


def agents(here: Site, guest_names: list[str], interval_seconds: float, processes: ExitStack) -> Agents:
    """Start the publisher, and of the others what there is."""
    publisher = here.start_publisher(interval_seconds)
    processes.callback(publisher.stop)
    pids: dict[str, tuple[int, ...]] = {"publisher": (publisher.pid,)}
    try:
        scraped = processes.enter_context(exporters(here.daemon))
        pids[EXPORTERS] = scraped.pids
        running = processes.enter_context(collectd(here.daemon, guest_names, interval_seconds))
        pids[COLLECTD] = (running.pid,)
    except UnavailableError as error:
        return Agents(pids, None, str(error))
    return Agents(pids, scraped, "")


def watch(here: Site, running: Agents, count: int, scale: Scale, processes: ExitStack) -> Watched:
    """Read everything after each window of ticks. Raises BenchmarkError unless all did their work."""
    interval = scale.agent_interval_seconds
    wall, monotonic = time.time(), time.monotonic()
    # The first tick of the publisher that is surely still to come.
    first_tick = monotonic + (phase_seconds(here.host, interval) - wall) % interval + interval
    files = [path for path in HOST_FILES if Path(path).exists()]
    client = here.start_client(interval, first_tick + CLIENT_SHARE * interval, files)
    processes.callback(client.stop)
    running = running._replace(pids=running.pids | {CLIENT: (client.pid,)})
    windows = Windows(running, scale.agent_ticks_per_window)
    walls = []
    for number in range(WARM_UP_TICKS + scale.repeat_count * scale.agent_ticks_per_window):
        sleep_until(first_tick + (number + SCRAPE_SHARE) * interval)
        if running.exporters is not None:
            running.exporters.scrape(count)
        sleep_until(first_tick + (number + READING_SHARE) * interval)
        done = number + 1 - WARM_UP_TICKS
        if done >= 0 and done % scale.agent_ticks_per_window == 0:
            walls.append(time.time())
            windows.read()
    words = ", ".join(f"{name} {each[-1].value:.1f} ms" for name, each in windows.cpu.items())
    say(f"{count} guests, CPU a tick: {words}")
    found = arrived(here.batches(), walls[0], walls[-1])
    ticks = scale.repeat_count * scale.agent_ticks_per_window
    if (found.domain_counts, found.tick_count) != ((count,), ticks):
        raise BenchmarkError(f"not {ticks} ticks with {count} domains: {found}")
    rounds = [line.split()[1:] for line in client.log.read_text().splitlines()]
    if any(each != [str(count)] * 2 for each in rounds):
        raise BenchmarkError(f"libvirt did not tell the bare client of {count} domains each time: {rounds}")
    return Watched(windows.cpu, windows.memory, found)


class Windows:
    """The readings of all processes; the first one begins the first window."""

    def __init__(self, running: Agents, tick_count: int) -> None:
        self._running = running
        self._tick_count = tick_count
        self._before: dict[str, float] = {}
        self.cpu: dict[str, list[Reading]] = {}
        self.memory: dict[str, list[Reading]] = {}

    def read(self) -> None:
        """End a window and begin the next."""
        now, resident = self._running.cpu_seconds(), self._running.resident_mebibytes()
        for name, before in self._before.items():
            used = now[name] - before
            milliseconds = used / self._tick_count * MILLISECONDS
            self.cpu.setdefault(name, []).append(Reading(milliseconds, {name: used}))
            self.memory.setdefault(name, []).append(Reading(resident[name], {}))
        self._before = now


def sleep_until(at_seconds: float) -> None:
    """Wait for a time of CLOCK_MONOTONIC."""
    time.sleep(max(0.0, at_seconds - time.monotonic()))


def figures(watched: Watched, count: int, scale: Scale) -> Iterator[Figure]:
    """Return the publisher beside each other process."""
    details = {
        "interval_seconds": scale.agent_interval_seconds,
        "ticks": scale.agent_ticks_per_window * scale.repeat_count,
        "message_bytes": watched.arrived.body_bytes,
        # On a busy machine an answer of libvirt may come after its tick.
        "incomplete_domains": watched.arrived.incomplete_domain_count,
    }
    for measure, readings in (("cpu", watched.cpu), ("memory", watched.memory)):
        for other in BESIDE:
            named = NAMES.get((count, measure, other))
            if named is not None and other in readings:
                yield named.measured(readings["publisher"], readings[other], details)


FAMILY = Family("publisher", tuple(NAMES.values()), measure)
