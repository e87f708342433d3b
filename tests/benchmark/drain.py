# SPDX-License-Identifier: Apache-2.0
"""How fast one consumer drains a backlog: ``python -m tests.benchmark.drain`` prints one JSON line.

A simulated fleet's batches wait in the quorum queue; one consumer process, the broker and a durable
PostgreSQL (fsync and synchronous_commit on, primary keys on) share this machine. Beside it, in the same run,
stands the ceiling: raw binary COPY of the same rows, encoded in advance, into a hypertable of the same kind.
What was stored is compared with what was sent, by a checksum over all rows, before anything is printed.
"""

import argparse
import json
import os
import platform
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple

import pika
import psycopg

from deploy.lab import services
from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import encode, message_id
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import INGEST_QUEUE, SAMPLES_EXCHANGE, sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.benchmark.drain_ceiling import raw_copy_rows_per_second
from tests.benchmark.processor_time import cpu_seconds
from tests.services import MigratedDatabase, as_seen_by_each_role, migrate_as_owner, prepare, random_logins

WAIT_SECONDS = 120.0
POLL_SECONDS = 0.05
# Ticks end a minute ago: nothing of it is ahead of the clock, and all of it in one or two chunks.
AGE_SECONDS = 60.0

CHECKSUM = """
SELECT count(*)::bigint, coalesce(sum(('x' || substr(md5(concat_ws('|',
    d.uuid, (extract(epoch FROM s.sampled_at) * 1000000)::bigint, s.state, coalesce(s.memory_used_bytes, -1)
)), 1, 12))::bit(48)::bigint), 0)
FROM kvmgrid.domain_samples AS s JOIN kvmgrid.domains AS d USING (domain_id)
"""


class Place(NamedTuple):
    """A virtual host and a database of the benchmark's own."""

    broker: services.Broker
    virtual_host: str
    consumer_url: str
    sender_url: str
    server: services.Database
    database: MigratedDatabase


class Sent(NamedTuple):
    """What went to the queue; ``checksum`` is comparable with CHECKSUM."""

    message_count: int
    row_count: int
    body_bytes: int
    checksum: int


class Drained(NamedTuple):
    """The drain, from the first commit seen to the last."""

    rows_per_second: float
    seconds: float
    consumer_cpu_seconds: float
    postgresql_cpu_seconds: float | None
    rabbitmq_cpu_seconds: float | None
    consumer_resident_bytes: int


@contextmanager
def place() -> Iterator[Place]:
    """Services with nothing else in them."""
    name = f"bench-{secrets.token_hex(4)}"
    with services.broker() as broker, services.database() as server:
        admin, password = broker.admin, secrets.token_urlsafe(12)
        admin.add_virtual_host(name)
        admin.add_consumer(f"{name}-consumer", password, name)
        # One user that speaks for every simulated host: "impersonator" lifts the check of user_id.
        admin.request("PUT", f"users/{name}-sender", {"password": password, "tags": "impersonator"})
        admin.request(
            "PUT", f"permissions/{name}/{name}-sender", {"configure": "^$", "write": "^kvmgrid", "read": "^$"}
        )
        logins, database = random_logins(), name.replace("-", "_")
        server.admin.create_database(database)
        prepare(server.admin, database, logins)
        migrate_as_owner(server.admin, database, logins)
        try:
            yield Place(
                broker,
                name,
                broker.amqp_url(f"{name}-consumer", password, name),
                broker.amqp_url(f"{name}-sender", password, name),
                server,
                as_seen_by_each_role(server.admin, database, logins),
            )
        finally:
            server.admin.drop_database(database)
            admin.delete_virtual_host(name)
            for role in ("consumer", "sender"):
                admin.delete_user(f"{name}-{role}")


def send(place: Place, fleet: Fleet, first_second: float, ticks: range) -> Sent:
    """Publish the batches of some ticks, tick by tick, and wait until all are in the queue."""
    connection = pika.BlockingConnection(pika.URLParameters(place.sender_url))
    channel = connection.channel()
    body_bytes = row_count = checksum = message_count = 0
    for tick in ticks:
        for ordinal in range(fleet.shape.host_count):
            second = first_second + tick * fleet.shape.tick_seconds
            batch = fleet.batch(ordinal, second, tick, described=tick == 0)
            body = encode(batch)
            channel.basic_publish(
                SAMPLES_EXCHANGE,
                sample_key(batch.host),
                body,
                pika.BasicProperties(
                    delivery_mode=2,
                    user_id=batch.host,
                    message_id=message_id(batch),
                    content_type="application/json",
                ),
            )
            message_count += 1
            body_bytes += len(body)
            row_count += len(batch.domains or ())
            checksum += checksum_of(batch)
    connection.close()
    return Sent(message_count, row_count, body_bytes, checksum)


def checksum_of(batch: SampleBatch) -> int:
    """Sum of 48 bits of each domain row's digest: equal for equal sets, whatever their order."""
    micros = int(batch.sampled_at.timestamp() * 1_000_000)
    total = 0
    for report in batch.domains or ():
        used = report.sample.memory_used_bytes
        text = f"{report.uuid}|{micros}|{report.sample.state}|{-1 if used is None else used}"
        # A fingerprint, not a secret; PostgreSQL has md5 built in.
        total += int(md5(text.encode(), usedforsecurity=False).hexdigest()[:12], 16)
    return total


def wait_for_depth(place: Place, count: int) -> None:
    """Wait until the queue holds ``count`` messages; None waits for the queue to exist."""

    def is_reached() -> bool:
        return (place.broker.admin.queue_depth(INGEST_QUEUE, place.virtual_host) or 0) >= count

    if not wait_until(is_reached, timeout_seconds=WAIT_SECONDS):
        raise SystemExit(f"the queue does not reach {count} messages")


def wait_for_messages(
    connection: psycopg.Connection[Any], count: int, consumer: ConsumerProcess
) -> list[tuple[float, int]]:
    """Wait until ``count`` messages are stored; return when how many were, as seen."""
    seen: list[tuple[float, int]] = []
    ends_at = time.monotonic() + WAIT_SECONDS
    while not seen or seen[-1][1] < count:
        row = connection.execute("SELECT count(*) FROM kvmgrid.publisher_reports").fetchone()
        stored = int(row[0]) if row else 0
        if not seen or stored != seen[-1][1]:
            seen.append((time.monotonic(), stored))
        if time.monotonic() > ends_at or not consumer.alive:
            raise SystemExit(f"only {stored} of {count} messages were stored\n{consumer.output()}")
        time.sleep(POLL_SECONDS)
    return seen


def drain(
    place: Place, connection: psycopg.Connection[Any], warm: Sent, sent: Sent, options: argparse.Namespace
) -> Drained:
    """Let one consumer empty the queue."""
    server, broker = place.server.instance, place.broker.instance
    before = cpu_seconds(server.pids() if server else []), cpu_seconds(broker.pids() if broker else [])
    with ConsumerProcess(place.consumer_url, place.database.ingest_url, options.setting) as consumer:
        total = warm.message_count + sent.message_count
        seen = wait_for_messages(connection, total, consumer)
        used = cpu_seconds([consumer.pid])
        resident = consumer.resident_bytes()
    after = cpu_seconds(server.pids() if server else []), cpu_seconds(broker.pids() if broker else [])
    # The first commit seen starts the clock: before it the process starts and connects.
    (begun_at, first), (ended_at, last) = (
        next(pair for pair in seen if pair[1] > warm.message_count),
        seen[-1],
    )
    rows = (last - first) / sent.message_count * sent.row_count
    return Drained(
        rows / (ended_at - begun_at),
        ended_at - begun_at,
        used,
        after[0] - before[0] if server else None,
        after[1] - before[1] if broker else None,
        resident,
    )


def check(connection: psycopg.Connection[Any], *parts: Sent) -> None:
    """End with an error unless exactly what was sent is stored."""
    expected = sum(part.row_count for part in parts), sum(part.checksum for part in parts)
    row = connection.execute(CHECKSUM).fetchone()
    if row is None or (int(row[0]), int(row[1])) != expected:
        raise SystemExit(f"stored rows and their checksum are {row}, expected {expected}")


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
    first_second = float(int(time.time() - AGE_SECONDS - (options.ticks + 1) * fleet.shape.tick_seconds))
    with place() as here, psycopg.connect(here.database.administrator_url, autocommit=True) as connection:
        with ConsumerProcess(here.consumer_url, here.database.ingest_url, options.setting) as consumer:
            consumer.wait_for("consuming")
            warm = send(here, fleet, first_second, range(1))
            wait_for_messages(connection, warm.message_count, consumer)
        sent = send(here, fleet, first_second, range(1, options.ticks + 1))
        wait_for_depth(here, sent.message_count)
        drained = drain(here, connection, warm, sent, options)
        check(connection, warm, sent)
        raw = raw_copy_rows_per_second(here.database.owner_url, options.ceiling_rows)
        versions = {
            "python": platform.python_version(),
            "rabbitmq": here.broker.admin.version(),
            "postgresql": here.server.admin.version(),
        }
    return {
        "benchmark": "drain",
        "rows_per_second": round(drained.rows_per_second),
        "raw_copy_rows_per_second": round(raw),
        "ratio": round(drained.rows_per_second / raw, 3),
        "seconds": round(drained.seconds, 2),
        "cpu_seconds": {
            "consumer": round(drained.consumer_cpu_seconds, 2),
            "postgresql": drained.postgresql_cpu_seconds and round(drained.postgresql_cpu_seconds, 2),
            "rabbitmq": drained.rabbitmq_cpu_seconds and round(drained.rabbitmq_cpu_seconds, 2),
        },
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
    line = json.dumps(measure(options))
    sys.stdout.write(line + "\n")
    if options.output:
        with options.output.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    main()
