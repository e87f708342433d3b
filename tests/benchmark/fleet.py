# SPDX-License-Identifier: Apache-2.0
"""A simulated fleet through the whole pipeline: ``python -m tests.benchmark.fleet`` prints one JSON line.

- Its past, as fast as the pipeline takes it: VM rows per second until everything is committed.
- Or its present for a while: freshness, sampled to committed, of every batch; loss from the sequences.

Generator, broker, one consumer and a durable PostgreSQL share this machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from publisher.wire.topics import INGEST_QUEUE
from tests.benchmark.consumer_process import ConsumerProcess
from tests.benchmark.figure import quantile
from tests.benchmark.freshness import Sightings
from tests.benchmark.generator import generator
from tests.benchmark.place import Place, place
from tests.benchmark.processor_time import cpu_seconds

POLL_SECONDS = 0.25
WAIT_SECONDS = 1_800.0

COUNTS = """
    SELECT
        (SELECT count(*) FROM kvmgrid.publisher_reports), (SELECT count(*) FROM kvmgrid.domain_samples),
        (SELECT count(*) FROM kvmgrid.events), (SELECT count(*) FROM kvmgrid.quarantine),
        (SELECT coalesce(sum(missing_count), 0)::bigint FROM kvmgrid.publisher_gaps),
        pg_database_size(current_database())
"""


def watch(
    connection: psycopg.Connection[Any], process: subprocess.Popen[bytes], here: Place
) -> tuple[list[float], float]:
    """Poll until the generator has ended and the queue is empty.

    Return the freshness of batches seen as the newest of their host, in order, and when the last one came.
    """
    sightings = Sightings()
    ages: list[float] = []
    ends_at = time.monotonic() + WAIT_SECONDS
    begun_at = time.time()
    stored, changed_at = -1, time.monotonic()
    while time.monotonic() < ends_at:
        # The sample of a host whose clock is ahead is younger than nothing.
        ages += [
            each.age_seconds
            for each in sightings.look(connection)
            if each.sampled_second > begun_at and each.age_seconds > 0.0
        ]
        if process.poll() is not None:
            row = connection.execute("SELECT count(*) FROM kvmgrid.publisher_reports").fetchone()
            count = int(row[0]) if row else 0
            if count != stored:
                stored, changed_at = count, time.monotonic()
            empty = here.servers.broker.admin.queue_depth(INGEST_QUEUE, here.virtual_host) == 0
            if empty and time.monotonic() - changed_at > 6.0:
                return ages, changed_at
        time.sleep(POLL_SECONDS)
    raise SystemExit("the queue is not drained")


def at(values: list[float], share: float) -> float | None:
    """Return a quantile in milliseconds' precision."""
    found = quantile(values, share)
    return None if found is None else round(found, 3)


def measure(arguments: Sequence[str]) -> dict[str, object]:
    """Run the generator once with the arguments of its command."""
    with (
        place() as here,
        psycopg.connect(here.database.administrator_url, autocommit=True) as connection,
        ConsumerProcess(here.consumer_url, here.database.ingest_url) as consumer,
        tempfile.TemporaryFile("w+b") as log,
    ):
        consumer.wait_for("consuming")
        clocks = here.servers.clocks()
        before = clocks.read()
        begun_at, children = time.monotonic(), os.times()
        with generator(here, arguments, log) as process:
            ages, ended_at = watch(connection, process, here)
        used = {name: round(seconds, 2) for name, seconds in clocks.since(before).items()}
        used["consumer"] = round(cpu_seconds([consumer.pid]), 2)
        after = os.times()
        used["generator"] = round(
            after.children_user + after.children_system - children.children_user - children.children_system, 2
        )
        counts = connection.execute(COUNTS).fetchone()
        assert counts is not None
        log.seek(0)
        return {
            "benchmark": "fleet",
            "arguments": list(arguments),
            "generator": log.read().decode(errors="replace").splitlines()[-3:],
            "seconds": round(ended_at - begun_at, 1),
            "batches": counts[0],
            "domain_rows": counts[1],
            "domain_rows_per_second": round(counts[1] / (ended_at - begun_at)),
            "events": counts[2],
            "quarantined": counts[3],
            "missing": counts[4],
            "database_bytes": counts[5],
            "freshness_p50_seconds": at(ages, 0.5),
            "freshness_p99_seconds": at(ages, 0.99),
            "freshness_worst_seconds": at(ages, 1.0),
            "freshness_count": len(ages),
            # Of the second half alone, so that the start of the run can be told from the rest.
            "freshness_settled_p50_seconds": at(ages[len(ages) // 2 :], 0.5),
            "freshness_settled_p99_seconds": at(ages[len(ages) // 2 :], 0.99),
            "cpu_seconds": used,
            "load_average": os.getloadavg()[0],
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "arguments", nargs="*", default=["--history", "7d", "--duration", "0s"], help="of the fleet command"
    )
    sys.stdout.write(json.dumps(measure(parser.parse_args().arguments)) + "\n")


if __name__ == "__main__":
    main()
