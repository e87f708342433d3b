# SPDX-License-Identifier: Apache-2.0
"""What a publisher costs its host: ``python -m tests.benchmark.publisher`` prints one JSON line.

A real publisher, started from its console script, samples many paused guests of a real libvirt. It sends to a
real RabbitMQ. Its CPU time and memory come from /proc. A bare client puts the same questions to the same
libvirt, half an interval later in the same ticks. What the publisher uses beyond that client is its own cost.
Paused guests use no CPU, and QEMU answers for them like for running ones. What arrived in the queue is
checked before anything is printed.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from deploy.demo.child import Child
from publisher.clock import phase_seconds
from tests.benchmark.machine import busy_ratio, cpu_model
from tests.benchmark.processor_time import cpu_seconds
from tests.benchmark.publisher_figures import (
    BEYOND_LIBVIRT_CPU_RATIO_LIMIT,
    RESIDENT_BYTES_LIMIT,
    Arrived,
    Reading,
    arrived,
    cpu_ratio,
    within_budget,
)
from tests.benchmark.publisher_site import Site, read_process, site
from tests.benchmark.terminal import say

# Within an interval after a tick of the publisher: the client's tick, and the reading when both have ended.
CLIENT_SHARE = 0.5
READING_SHARE = 0.95


class Observed(NamedTuple):
    """The measured ticks: a reading of both processes before the first and after each."""

    publisher: list[Reading]
    client: list[Reading]
    # First and last reading on the wall clock.
    between: tuple[float, float]
    others_cpu_seconds: dict[str, float]
    machine_busy_ratio: float
    client_rounds: list[str]


def others(site: Site, publisher: Child, client: Child) -> dict[str, float]:
    """Return the CPU seconds of everything that takes part, so far."""
    daemon, broker = site.daemon.daemon.pid, site.broker.instance
    return {
        "publisher": cpu_seconds([publisher.pid]),
        "libvirt_client": cpu_seconds([client.pid]),
        "libvirtd": cpu_seconds([daemon]),
        "qemu": cpu_seconds(pid for pid in site.daemon.pids() if pid != daemon),
        "rabbitmq": cpu_seconds(broker.pids() if broker else []),
    }


def observe(site: Site, publisher: Child, options: argparse.Namespace) -> Observed:
    """Read /proc once a tick, between the ticks."""
    interval = options.interval
    phase = phase_seconds(site.host, interval)
    wall, monotonic = time.time(), time.monotonic()
    # The first tick of the publisher that is surely still to come.
    first_tick = monotonic + (phase - wall) % interval + interval
    client = site.start_client(interval, first_tick + CLIENT_SHARE * interval)
    publisher_readings, client_readings, walls, machine, used = [], [], [], [], []
    try:
        for number in range(options.warm_up - 1, options.warm_up + options.ticks):
            time.sleep(max(0.0, first_tick + (number + READING_SHARE) * interval - time.monotonic()))
            publisher.require_running()
            client.require_running()
            now = time.monotonic()
            publisher_readings.append(read_process(publisher.pid, now))
            client_readings.append(read_process(client.pid, now))
            walls.append(time.time())
            if number in (options.warm_up - 1, options.warm_up + options.ticks - 1):
                machine.append(Path("/proc/stat").read_text())
                used.append(others(site, publisher, client))
            last = publisher_readings[-1]
            say(f"tick {number + 1}: {last.cpu_seconds:.2f} s CPU, {last.resident_bytes / 2**20:.1f} MiB")
    finally:
        client.stop()
    rounds = client.log.read_text().splitlines()
    return Observed(
        publisher_readings,
        client_readings,
        (walls[0], walls[-1]),
        {name: round(used[1][name] - used[0][name], 2) for name in used[0]},
        busy_ratio(machine[0], machine[1]),
        rounds[options.warm_up :],
    )


def check(options: argparse.Namespace, found: Arrived, rounds: list[str]) -> None:
    """End with an error unless both processes did the work that their CPU time is taken for."""
    if found.domain_counts != (options.domains,):
        raise SystemExit(f"the batches have {found.domain_counts} domains, expected {options.domains}")
    expected = [str(options.domains)] * 2
    wrong = [line for line in rounds if line.split()[1:] != expected]
    if wrong or len(rounds) != options.ticks:
        raise SystemExit(f"the client made {len(rounds)} rounds of {options.ticks}; not complete: {wrong}")


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Run the benchmark once."""
    with tempfile.TemporaryDirectory(prefix="kvmgrid-bench-") as name:
        say(f"starting libvirt, broker and {options.domains} paused guests")
        with site(Path(name), options.domains) as here:
            say(f"measuring {options.ticks} ticks after {options.warm_up} to warm up")
            publisher = here.start_publisher(options.interval)
            try:
                observed = observe(here, publisher, options)
            finally:
                publisher.stop()
            found = arrived(here.batches(), *observed.between)
            versions = {"python": platform.python_version(), **here.versions()}
    check(options, found, observed.client_rounds)
    return figures(options, observed, found, versions)


def figures(
    options: argparse.Namespace, observed: Observed, found: Arrived, versions: dict[str, str]
) -> dict[str, object]:
    """Return what is printed."""
    first, last = observed.publisher[0], observed.publisher[-1]
    own = cpu_ratio(first, last)
    ceiling = cpu_ratio(observed.client[0], observed.client[-1])
    return {
        "benchmark": "publisher",
        "publisher_cpu_ratio": round(own, 5),
        "libvirt_client_cpu_ratio": round(ceiling, 5),
        "beyond_libvirt_cpu_ratio": round(own - ceiling, 5),
        "beyond_libvirt_cpu_ratio_limit": BEYOND_LIBVIRT_CPU_RATIO_LIMIT,
        "publisher_cpu_seconds_per_tick": round(own * options.interval, 4),
        "libvirt_client_cpu_seconds_per_tick": round(ceiling * options.interval, 4),
        "resident_bytes": last.resident_bytes,
        "resident_peak_bytes": last.resident_peak_bytes,
        "resident_bytes_limit": RESIDENT_BYTES_LIMIT,
        "resident_anonymous_bytes": last.resident_anonymous_bytes,
        "resident_growth_bytes": last.resident_bytes - first.resident_bytes,
        "libvirt_client_resident_bytes": observed.client[-1].resident_bytes,
        "threads": last.thread_count,
        "within_budget": within_budget(own - ceiling, last.resident_peak_bytes),
        "domains": options.domains,
        "ticks": found.tick_count,
        "missed_ticks": options.ticks - found.tick_count,
        "incomplete_domains": found.incomplete_domain_count,
        "message_bytes": found.body_bytes,
        "interval_seconds": options.interval,
        "seconds": round(last.at_seconds - first.at_seconds, 1),
        "cpu_seconds": observed.others_cpu_seconds,
        "machine_busy_ratio": round(observed.machine_busy_ratio, 2),
        "cpu_count": os.cpu_count(),
        "cpu_model": cpu_model(Path("/proc/cpuinfo").read_text()),
        "versions": versions | {"kernel": platform.release()},
    }


def main() -> None:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domains", type=int, default=100)
    parser.add_argument("--ticks", type=int, default=30, help="ticks to measure")
    parser.add_argument("--warm-up", type=int, default=3, help="ticks before the measured ones, at least 1")
    parser.add_argument("--interval", type=float, default=10.0, help="seconds from tick to tick")
    options = parser.parse_args()
    if options.ticks < 1 or options.warm_up < 1:
        parser.error("--ticks and --warm-up: at least 1")
    sys.stdout.write(json.dumps(measure(options)) + "\n")


if __name__ == "__main__":
    main()
