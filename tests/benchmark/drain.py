# SPDX-License-Identifier: Apache-2.0
"""How fast consumers drain a backlog: ``python -m tests.benchmark.drain`` prints one JSON line.

A simulated fleet's batches wait in the quorum queue. One consumer process, the broker and a durable
PostgreSQL (fsync and synchronous_commit on, primary keys on) share this machine. The ceiling is measured in
the same run: raw binary COPY of the same rows, encoded in advance, into a hypertable of the same kind.
What was stored is compared with what was sent, by a checksum over all rows, before anything is printed.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.topics import INGEST_QUEUE
from tests.benchmark.cargo import (
    WAIT_SECONDS,
    Cargo,
    check_stored,
    first_second,
    load,
    send,
    wait_for_depth,
)
from tests.benchmark.consumer_process import ConsumerProcess
from tests.benchmark.drain_ceiling import copied, encoded, owner_connection
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.place import Place, place
from tests.benchmark.processor_time import Clocks
from tests.services import MigratedDatabase

# Each look counts what is stored, and costs the database what it could have stored with it.
POLL_SECONDS = 0.05
# Flushes: the first, the last, and something between.
LEAST_COUNT = 3
CEILING_REPEATS = 3
# By then a consumer has started: it begins with 16 messages, to learn how large they are. Half a second later
# it has the broker send the rest of what it may hold.
STARTED_SHARE = 0.1


class Seen(NamedTuple):
    """How many messages were stored at a monotonic time, and the CPU seconds used until then."""

    at_seconds: float
    message_count: int
    cpu_seconds: dict[str, float]


class Drained(NamedTuple):
    """The drain from the first commit seen after STARTED_SHARE of the messages to the last but one.

    The last waits for messages of which there are no more.
    """

    rows_per_second: float
    row_count: float
    seconds: float
    cpu_seconds: dict[str, float]
    consumer_resident_bytes: int


def watch(
    connection: psycopg.Connection[Any],
    known_count: int,
    count: int,
    clocks: Clocks,
    consumers: Sequence[ConsumerProcess],
) -> list[Seen]:
    """Wait until ``count`` messages are stored; return each sight of more than before.

    Raises BenchmarkError when it takes too long or a consumer ends.
    """
    seen: list[Seen] = []
    stored, ends_at = known_count, time.monotonic() + WAIT_SECONDS
    while stored < count:
        row = connection.execute("SELECT count(*) FROM kvmgrid.publisher_reports").fetchone()
        if row and row[0] > stored:
            stored = int(row[0])
            seen.append(Seen(time.monotonic(), stored, clocks.read()))
        elif time.monotonic() > ends_at or not all(each.alive for each in consumers):
            logs = "\n".join(each.output() for each in consumers)
            raise BenchmarkError(f"only {stored} of {count} messages were stored\n{logs}")
        else:
            time.sleep(POLL_SECONDS)
    return seen


def drain(  # noqa: PLR0913 - where, what, and by how many
    here: Place,
    database: MigratedDatabase,
    known: Cargo,
    sent: Cargo,
    *,
    consumer_count: int = 1,
    settings: Sequence[str] = (),
) -> Drained:
    """Let consumers empty the queue, in which ``sent`` waits, into a database that holds ``known``."""
    with (
        psycopg.connect(database.administrator_url, autocommit=True) as connection,
        ExitStack() as processes,
    ):
        consumers = [
            processes.enter_context(ConsumerProcess(here.consumer_url, database.ingest_url, settings))
            for _ in range(consumer_count)
        ]
        clocks = here.servers.clocks(consumer=lambda: [each.pid for each in consumers])
        total = known.message_count + sent.message_count
        seen = watch(connection, known.message_count, total, clocks, consumers)
        resident = max(each.resident_bytes() for each in consumers)
    begun = known.message_count + STARTED_SHARE * sent.message_count
    seen = [each for each in seen if each.message_count >= begun]
    if len(seen) < LEAST_COUNT:
        raise BenchmarkError(f"{len(seen)} flushes were seen after the start: too few to measure")
    first, last = seen[0], seen[-2]
    rows = (last.message_count - first.message_count) / sent.message_count * sent.row_count
    seconds = last.at_seconds - first.at_seconds
    return Drained(
        rows / seconds,
        rows,
        seconds,
        {name: last.cpu_seconds[name] - first.cpu_seconds[name] for name in last.cpu_seconds},
        resident,
    )


def store(here: Place, database: MigratedDatabase, cargo: Cargo) -> None:
    """Have a consumer store messages that nothing is measured with."""
    with (
        psycopg.connect(database.administrator_url, autocommit=True) as connection,
        ConsumerProcess(here.consumer_url, database.ingest_url) as consumer,
    ):
        consumer.wait_for("consuming")
        row = connection.execute("SELECT count(*) FROM kvmgrid.publisher_reports").fetchone()
        known = int(row[0]) if row else 0
        send(here.sender_url, cargo)
        watch(connection, known, known + cargo.message_count, here.servers.clocks(), [consumer])


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Run the benchmark once."""
    fleet = Fleet(
        FleetShape(
            host_count=options.hosts,
            domain_count_per_host=options.domains,
            disk_count_per_domain=options.devices,
            interface_count_per_domain=options.devices,
        )
    )
    begin = first_second(options.ticks + 1, fleet.shape.tick_seconds)
    warm, sent = (load(fleet, begin, ticks) for ticks in (range(1), range(1, options.ticks + 1)))
    with place() as here:
        here.declare()
        store(here, here.database, warm)
        send(here.sender_url, sent)
        wait_for_depth(here.consumer_url, [INGEST_QUEUE], sent.message_count)
        drained = drain(here, here.database, warm, sent, settings=options.setting)
        with psycopg.connect(here.database.administrator_url) as connection:
            check_stored(connection, warm, sent)
        with owner_connection(here.database.owner_url) as connection:
            blocks = encoded(connection, options.ceiling_rows)
            # The best, since a ceiling that a noisy neighbour lowered would flatter the drain.
            raw = max(copied(connection, blocks, here.servers.clocks()).value for _ in range(CEILING_REPEATS))
        versions = {
            "python": platform.python_version(),
            "rabbitmq": here.servers.broker.admin.version(),
            "postgresql": here.servers.database.admin.version(),
        }
    return {
        "benchmark": "drain",
        "rows_per_second": round(drained.rows_per_second),
        "raw_copy_rows_per_second": round(raw),
        "ratio": round(drained.rows_per_second / raw, 3),
        "seconds": round(drained.seconds, 2),
        "cpu_seconds": {name: round(seconds, 2) for name, seconds in drained.cpu_seconds.items()},
        "consumer_resident_bytes": drained.consumer_resident_bytes,
        "rows": sent.row_count,
        "messages": sent.message_count,
        "message_bytes": sent.body_bytes // sent.message_count,
        "hosts": options.hosts,
        "domains_per_host": options.domains,
        "devices_per_domain": options.devices,
        "cpu_count": os.cpu_count(),
        "versions": versions,
    }


def main() -> None:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--domains", type=int, default=100, help="per host")
    parser.add_argument("--devices", type=int, default=0, help="disks and interfaces per domain, each")
    parser.add_argument("--ticks", type=int, default=100)
    parser.add_argument("--ceiling-rows", type=int, default=66_000, help="rows per COPY of the ceiling")
    parser.add_argument("--setting", action="append", default=[], help="KVMGRID_SECTION__KEY=value")
    parser.add_argument("--output", type=Path, help="append the JSON line to a file as well")
    options = parser.parse_args()
    try:
        line = json.dumps(measure(options))
    except BenchmarkError as error:
        raise SystemExit(str(error)) from error
    sys.stdout.write(line + "\n")
    if options.output:
        with options.output.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    main()
